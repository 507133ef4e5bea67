import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cacheDirectory } from '../../../cli/php/cache.js';
import { cachedGuest } from '../../../cli/php/guest.js';
import type { PhpRelease } from '../../../cli/php/releases.js';
import { scratchFolder, writeFiles } from './scratch.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

const CONTENT = 'not really PHP';
const MENDED = 'NOT REALLY PHP';
/** Stands for the change that is made to a real one. */
const mend = (program: Uint8Array) => new TextEncoder().encode(new TextDecoder().decode(program).toUpperCase());

/** A package as npm would fetch it, and an `npm` that hands it out and keeps a list of what it was asked. */
async function registry() {
  const folder = await scratchFolder();
  const release: PhpRelease = {
    packageName: '@scope/some-php',
    file: 'jspi/8_9/php.wasm',
    size: CONTENT.length,
    sha256: createHash('sha256').update(CONTENT).digest('hex'),
    mendedSha256: createHash('sha256').update(MENDED).digest('hex'),
  };
  await writeFiles(join(folder, 'package'), { LICENSE: 'licence', 'jspi/8_9/php.wasm': CONTENT, 'index.js': 'glue' });
  execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder });
  const npm = join(folder, 'bin/npm');
  const script = (lines: string) =>
    writeFiles(folder, { 'bin/npm': `#!/bin/sh\necho "$*" >> "${folder}/calls"\n${lines}\n` }).then(() =>
      chmod(npm, 0o755),
    );
  // npm pack SPECIFIER --pack-destination DIRECTORY
  await script(`cp "${folder}/package.tgz" "$4/scope-some-php-1.0.0.tgz"`);
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env.PATH}`);
  const calls = () => readFile(join(folder, 'calls'), 'utf8').then((text) => text.trim().split('\n'));
  return { folder, release, directory: join(folder, 'cache/php/8.9'), calls, script };
}

describe('PHP', () => {
  test('is fetched once, verified, and kept with its licence', async () => {
    const { release, directory, calls, folder } = await registry();
    const announced: string[] = [];
    const guest = await cachedGuest(release, directory, (name) => announced.push(name), mend);
    expect(await readFile(guest.wasm, 'utf8')).toBe(MENDED);
    expect(gunzipSync(await readFile(guest.compressed)).toString()).toBe(MENDED);
    expect(await readFile(guest.license, 'utf8')).toBe('licence');
    expect(await readdir(directory)).toEqual(['LICENSE', 'php.wasm', 'php.wasm.gz']);
    expect(await cachedGuest(release, directory, (name) => announced.push(name), mend)).toEqual(guest);
    expect(announced).toEqual(['@scope/some-php']);
    expect(await calls()).toHaveLength(1);
    expect((await calls())[0]).toMatch(/^pack @scope\/some-php@\d+\.\d+\.\d+ --pack-destination .* --ignore-scripts/);
    expect(await readdir(join(folder, 'cache/php'))).toEqual(['8.9']);
  });

  test('may be asked for by several at once', async () => {
    const { release, directory, folder } = await registry();
    const guests = await Promise.all(Array.from({ length: 5 }, () => cachedGuest(release, directory, undefined, mend)));
    for (const guest of guests) expect(await readFile(guest.wasm, 'utf8')).toBe(MENDED);
    expect(await readdir(join(folder, 'cache/php'))).toEqual(['8.9']);
  });

  test('is refused when it is not the pinned file, and nothing of it is kept', async () => {
    const { release, directory, folder } = await registry();
    const damaged = { code: 'php-damaged' };
    await expect(cachedGuest({ ...release, sha256: '0'.repeat(64) }, directory)).rejects.toMatchObject(damaged);
    await expect(cachedGuest({ ...release, file: 'jspi/none.wasm' }, directory)).rejects.toMatchObject(damaged);
    expect(await readdir(join(folder, 'cache/php'))).toEqual([]);
  });

  test('is not kept where a file is in the way, and that is said', async () => {
    const { release, folder } = await registry();
    await writeFiles(folder, { taken: '' });
    const unwritable = { code: 'php-cache-unwritable' };
    await expect(cachedGuest(release, join(folder, 'taken/php/8.9'))).rejects.toMatchObject(unwritable);
  });

  test("that cannot be fetched is an error with npm's own words", async () => {
    const { release, directory, script, folder } = await registry();
    await script('echo "npm error code ENOTFOUND" >&2; exit 1');
    const failed = { code: 'php-download-failed', message: expect.stringContaining('ENOTFOUND') };
    await expect(cachedGuest(release, directory, undefined, mend)).rejects.toMatchObject(failed);
    await script('exit 0');
    await expect(cachedGuest(release, directory, undefined, mend)).rejects.toMatchObject({
      code: 'php-download-failed',
    });
    vi.stubEnv('PATH', join(folder, 'nowhere'));
    await expect(cachedGuest(release, directory, undefined, mend)).rejects.toMatchObject({
      code: 'php-download-failed',
    });
    expect(await readdir(join(folder, 'cache/php'))).toEqual([]);
  });

  test('in an archive that is damaged is an error', async () => {
    const { release, directory, folder } = await registry();
    await writeFile(join(folder, 'package.tgz'), 'no archive');
    await expect(cachedGuest(release, directory, undefined, mend)).rejects.toMatchObject({ code: 'php-damaged' });
  });
});

test('the cache is where the environment says', () => {
  expect(cacheDirectory({ PORTSIDE_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c');
  expect(cacheDirectory({ XDG_CACHE_HOME: '/x' })).toBe('/x/portside');
  expect(cacheDirectory({ XDG_CACHE_HOME: 'relative' })).toBe(join(homedir(), '.cache/portside'));
  expect(cacheDirectory({})).toBe(join(homedir(), '.cache/portside'));
});
