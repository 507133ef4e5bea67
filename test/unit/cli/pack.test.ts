import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { type PackOptions, packSite } from '../../../cli/pack/site.js';
import type { PhpGuest } from '../../../cli/php/guest.js';
import { readImage } from '../../../kernel-host/image/reader.js';
import { chunkAsset, type SiteConfig } from '../../../protocol/site.js';
import { type Files, scratchFolder, writeFiles } from './scratch.js';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const GUEST = 'not really PHP';

const TEMPLATE = `<title>%PORTSIDE_NAME%</title><body data-base="%PORTSIDE_BASE%">
<script type="application/json" id="site">%PORTSIDE_SITE%</script><script src="%PORTSIDE_SHELL%"></script>`;

/** A folder with a site, stand-ins for the bundles and for PHP, and a way to pack them. */
async function workshop(site: Files = { 'index.php': '<?php echo 1;' }) {
  const folder = await scratchFolder();
  const path = (name: string) => join(folder, name);
  await mkdir(path('site'));
  await writeFiles(path('site'), site);
  await writeFiles(path('build'), {
    'index.html': TEMPLATE,
    'sw.js': 'serviceWorker();',
    'shell.js': 'shell();',
    'kernel-worker.js': 'kernel();',
    'process-worker.js': 'process();',
    'licenses/shell.json': JSON.stringify([{ name: 'b', version: '1', license: 'MIT', text: 'text of b' }]),
    'licenses/sw.json': JSON.stringify([
      { name: 'b', version: '1', license: 'MIT', text: 'text of b' },
      { name: 'a', version: '2', license: 'ISC', text: 'text of a' },
    ]),
  });
  await writeFiles(path('php'), { LICENSE: 'text of PHP', 'php.wasm.gz': gzipSync(GUEST), 'php.wasm': GUEST });
  const guest: PhpGuest = {
    label: '8.4',
    origin: 'PHP 8.4, built by somebody (npm package php-package 3.1)',
    sha256: sha256(GUEST),
    wasm: path('php/php.wasm'),
    compressed: path('php/php.wasm.gz'),
    license: path('php/LICENSE'),
  };
  const defaults: PackOptions = {
    docroot: path('site'),
    out: path('out'),
    php: '8.4',
    workers: 2,
    base: '/',
    build: path('build'),
  };
  const report = { step: () => undefined, done: () => undefined };
  const pack = (options: Partial<PackOptions> = {}) => packSite({ ...defaults, ...options }, report, async () => guest);
  const output = (name: string) => readFile(path(`out/${name}`), 'utf8');
  return { path, pack, output, guest };
}

async function imagePaths(folder: string, site: SiteConfig): Promise<string[]> {
  const image = gunzipSync(await readFile(join(folder, site.assets.image.path)));
  const paths: string[] = [];
  for (const { parent, name } of readImage(image).entries) paths.push(`${paths[parent] ?? ''}/${Buffer.from(name)}`);
  return paths.map((path) => path.replace(/^\/+/, '/'));
}

describe('a packed site', () => {
  test('names each asset by its content, and tells its size and digest', async () => {
    const { path, pack } = await workshop();
    const { site } = await pack();
    for (const asset of [...Object.values(site.assets), ...site.chunks.map(chunkAsset)]) {
      const bytes = await readFile(path(`out/${asset.path}`));
      expect(asset).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
      expect(asset.path).toMatch(new RegExp(`^\\.portside/[a-z0-9.-]+\\.${sha256(bytes).slice(0, 16)}\\.(js|bin)$`));
      if (asset.encoding === 'gzip') expect(gunzipSync(bytes).length).toBe(asset.rawSize);
    }
    expect(site.assets.guest.encoding).toBe('gzip');
    expect(site.assets.image.encoding).toBe('gzip');
  });

  test('holds the same configuration in its page, its service worker and its own file', async () => {
    const { pack, output } = await workshop();
    const { site } = await pack({ name: 'A site', base: '/shop/', workers: 3 });
    const page = await output('index.html');
    expect(await output('404.html')).toBe(page);
    expect(page).toContain('<title>A site</title><body data-base="/shop/">');
    expect(page).toContain(`src="/shop/${site.assets.shell.path}"`);
    const inPage = /type="application\/json" id="site">(.*?)<\/script>/.exec(page)?.[1] ?? '';
    expect(JSON.parse(inPage)).toEqual(site);
    const [first, ...rest] = (await output('sw.js')).split('\n');
    expect(JSON.parse(first?.replace(/^self\.portsideSite = |;$/g, '') ?? '')).toEqual(site);
    expect(rest).toEqual(['serviceWorker();']);
    expect(JSON.parse(await output('.portside/site.json'))).toEqual(site);
    expect(site).toMatchObject({ workers: 3, php: '8.4', cwd: '/var/www/html', mountPoint: '/var' });
  });

  test('starts PHP on the document root, with its opcode cache in a directory that exists', async () => {
    const { path, pack } = await workshop({ 'index.php': '', 'sub/a.txt': 'a' });
    const { site } = await pack();
    expect(site.argv.slice(-4)).toEqual(['-S', '{host}:{port}', '-t', '/var/www/html']);
    expect(site.argv).toContain('opcache.file_cache=/var/cache/opcache');
    const expected = [
      '/',
      '/cache',
      '/cache/opcache',
      '/portside',
      '/portside/https.php',
      '/www',
      '/www/html',
      '/www/html/index.php',
      '/www/html/sub',
    ];
    expect((await imagePaths(path('out'), site)).sort()).toEqual([...expected, '/www/html/sub/a.txt']);
  });

  test('has a router from inside or outside of the document root', async () => {
    const { path, pack } = await workshop({ 'index.php': '', 'lib/router.php': '' });
    await writeFiles(path('elsewhere'), { 'router.php': '' });
    expect((await pack({ router: 'lib/router.php' })).site.argv.at(-1)).toBe('/var/www/html/lib/router.php');
    const { site } = await pack({ router: path('elsewhere/router.php') });
    expect(site.argv.at(-1)).toBe('/var/router/router.php');
    expect(await imagePaths(path('out'), site)).toContain('/router/router.php');
    await expect(pack({ router: 'none.php' })).rejects.toMatchObject({ code: 'router-missing' });
  });

  test.each(['</script><script>alert(1)</script>', '"\'&<>', '$& $1 %PORTSIDE_SITE%', '<!--', '\u2028 é'])(
    'shows the name %j as text',
    async (name) => {
      const { pack, output } = await workshop();
      const { site } = await pack({ name });
      const page = await output('index.html');
      expect(page.match(/<script/g)).toHaveLength(2);
      expect(page).not.toContain('<!--');
      const title = /<title>(.*?)<\/title>/.exec(page)?.[1] ?? '';
      expect(title).not.toMatch(/[<>"']/);
      expect(JSON.parse(/id="site">(.*?)<\/script>/s.exec(page)?.[1] ?? '')).toEqual(site);
      expect(site.name).toBe(name);
    },
  );

  test('carries the licences of PHP and of each bundled package, once', async () => {
    const { pack, output } = await workshop();
    await pack();
    const text = await output('.portside/licenses.txt');
    const order = ['php-package', 'text of PHP', 'a 2 (ISC)', 'text of a', 'b 1 (MIT)', 'text of b'];
    expect(order.map((part) => text.split(part).length - 1)).toEqual(order.map(() => 1));
    expect(order.map((part) => text.indexOf(part))).toEqual(
      order.map((part) => text.indexOf(part)).sort((a, b) => a - b),
    );
  });

  test('is the same, byte by byte, for the same input', async () => {
    const { path, pack } = await workshop();
    const first = await pack();
    const second = await pack({ out: path('again') });
    expect(second.site).toEqual(first.site);
    for (const name of ['index.html', 'sw.js', '.portside/licenses.txt', first.site.assets.image.path]) {
      expect(await readFile(path(`again/${name}`))).toEqual(await readFile(path(`out/${name}`)));
    }
  });

  test.each<[string, Partial<PackOptions>]>([
    ['name', { name: 'Another' }],
    ['workers', { workers: 5 }],
    ['base', { base: '/x/' }],
  ])('has another release with another %s', async (_, options) => {
    const { pack } = await workshop();
    const { site } = await pack();
    expect((await pack(options)).site.release).not.toBe(site.release);
  });
});

describe('the output folder', () => {
  test('loses what an earlier packing wrote, and nothing else', async () => {
    const { path, pack } = await workshop();
    const { site } = await pack();
    await writeFiles(path('out'), { CNAME: 'example.org', '.git/config': 'x' });
    await writeFile(path('site/index.php'), 'changed');
    const next = await pack();
    expect(next.site.assets.image.path).not.toBe(site.assets.image.path);
    const names = await readdir(path('out'));
    expect(names.sort()).toEqual([
      '.git',
      '.nojekyll',
      '.portside',
      '404.html',
      'CNAME',
      'index.html',
      'manifest.webmanifest',
      'sw.js',
    ]);
    const { assets: parts, chunks, webApp } = next.site;
    const assets = [...Object.values(parts), ...chunks.map(chunkAsset), ...webApp.icons].map(({ path }) =>
      path.replace('.portside/', ''),
    );
    expect((await readdir(path('out/.portside'))).sort()).toEqual([...assets, 'licenses.txt', 'site.json'].sort());
  });

  test('is not touched when it holds anything else', async () => {
    const { path, pack } = await workshop();
    await writeFiles(path('out'), { 'index.html': 'precious' });
    await expect(pack()).rejects.toMatchObject({ code: 'out-not-packed' });
    expect(await readdir(path('out'))).toEqual(['index.html']);
    await expect(pack({ out: path('site') })).rejects.toMatchObject({ code: 'out-is-docroot' });
  });

  test('is reported where it cannot be written', async () => {
    const { path, pack } = await workshop();
    await writeFiles(path('.'), { file: 'in the way' });
    await expect(pack({ out: path('file') })).rejects.toMatchObject({ code: 'out-unwritable' });
    await expect(pack({ out: path('file/below') })).rejects.toMatchObject({ code: 'out-unwritable' });
  });

  test('may lie in the folder that is packed, and is not packed itself', async () => {
    const { path, pack } = await workshop();
    await pack({ out: path('site/dist') });
    const { site } = await pack({ out: path('site/dist') });
    expect(await imagePaths(path('site/dist'), site)).not.toContain('/www/html/dist');
  });

  test('is as it was when packing fails', async () => {
    const { path, pack, guest } = await workshop();
    await pack();
    const before = await readdir(path('out'), { recursive: true });
    await writeFile(guest.compressed, gzipSync('something else'));
    await expect(pack({ name: 'x' })).rejects.toMatchObject({ code: 'php-damaged' });
    await writeFile(guest.compressed, 'not gzip at all');
    await expect(pack({ name: 'x' })).rejects.toMatchObject({ code: 'php-damaged' });
    expect(await readdir(path('out'), { recursive: true })).toEqual(before);
  });
});

test('what cannot be packed is a clear error', async () => {
  const { path, pack } = await workshop();
  await expect(pack({ docroot: path('none') })).rejects.toMatchObject({ code: 'folder-missing' });
  await expect(pack({ docroot: path('site/index.php') })).rejects.toMatchObject({ code: 'folder-missing' });
  await expect(pack({ build: path('none') })).rejects.toMatchObject({ code: 'build-missing' });
  await pack();
  await expect(pack({ docroot: path('out'), out: path('again') })).rejects.toMatchObject({ code: 'already-packed' });
});

test('an archive is packed as the folder would be; links of it lead nowhere on this machine', async () => {
  const { path, pack } = await workshop({});
  const archive = await packTar([
    { header: { name: 'index.php', size: 4, mtime: new Date(1e12) }, body: '<?ph' },
    { header: { name: 'passwd', size: 0, type: 'symlink', linkname: '/etc/passwd' } },
  ]);
  await writeFile(path('site.tar'), archive);
  const { site, files } = await pack({ docroot: path('site.tar'), isArchive: true });
  expect([site.name, files]).toEqual(['site', 1]);
  const { entries } = readImage(gunzipSync(await readFile(path(`out/${site.assets.image.path}`))));
  const named = (name: string) => entries.find((entry) => Buffer.from(entry.name).toString() === name);
  expect(named('index.php')).toMatchObject({ mtime: 1e12, size: 4 });
  expect((named('passwd')?.mode ?? 0) & 0o170000).toBe(0o120000);
  await writeFile(path('torn.tar'), archive.subarray(0, 700));
  for (const [name, code] of [
    ['torn.tar', 'archive-damaged'],
    ['none.tar', 'archive-unreadable'],
  ] as const)
    await expect(pack({ docroot: path(name), isArchive: true })).rejects.toMatchObject({ code });
});

test('modification times are kept', async () => {
  const { path, pack } = await workshop();
  await utimes(path('site/index.php'), 1_600_000_000, 1_600_000_000);
  const { site } = await pack();
  const image = gunzipSync(await readFile(path(`out/${site.assets.image.path}`)));
  const entry = readImage(image).entries.find(({ name }) => Buffer.from(name).toString() === 'index.php');
  expect(entry?.mtime).toBe(1_600_000_000_000);
});
