/** Archives that are torn, hostile or in the way: nothing of the site changes, and each has its code. */

import fc from 'fast-check';
import { packTar, type TarEntry } from 'modern-tar';
import { expect, test } from 'vitest';
import { exportTree } from '../../../kernel-host/archive/export-tree.js';
import { importTree } from '../../../kernel-host/archive/import-tree.js';
import { STAGING_NAME } from '../../../kernel-host/archive/machine-own.js';
import type { Kernel } from '../../../kernel-host/kernel.js';
import { PortsideError } from '../../../protocol/errors.js';
import { bytes } from '../kernel/guest.js';
import { collected, directoryAt, kernelWith, type Node, plant, streamOf, type Tree, treeOf } from './tree.js';

const mtime = { seconds: 1_600_000_000, nanoseconds: 0 };
const file = (content: string): Node => ({ kind: 'file', mode: 0o644, mtime, content: new Uint8Array(bytes(content)) });
const directory: Node = { kind: 'directory', mode: 0o755, mtime };
const site: Tree = new Map<string, Node>([
  ['', directory],
  ['index.php', file('published')],
  ['data', directory],
  ['data/notes.txt', file('written')],
  ['outside', { kind: 'symlink', mtime, target: '/etc' }],
]);

const entry = (name: string, content = 'x', more: Partial<TarEntry['header']> = {}): TarEntry => ({
  header: { name, size: content.length, mtime: new Date(0), ...more },
  body: content,
});
const link = (name: string, linkname: string, type: 'link' | 'symlink' = 'symlink'): TarEntry => ({
  header: { name, size: 0, type, linkname },
});
const pack = (...entries: TarEntry[]) => packTar(entries);

const take = (kernel: Kernel, archive: Uint8Array<ArrayBuffer>, replace = false, path = '/srv') =>
  importTree(kernel, streamOf(archive), { path, replace });

/** Imports into a site and expects that it is what it was, /etc and all. */
async function refused(archive: Uint8Array<ArrayBuffer>, code: string): Promise<void> {
  const kernel = kernelWith(site);
  const before = treeOf(kernel, '/');
  await expect(take(kernel, archive)).rejects.toMatchObject({ code });
  expect(withoutRootTime(treeOf(kernel, '/'))).toEqual(withoutRootTime(before));
}
const withoutRootTime = (tree: Map<string, Node>) => [...tree].filter(([path]) => path !== '');

test.each([
  ['climbs out', () => pack(entry('../etc/passwd'))],
  ['climbs out further in', () => pack(entry('a/../../etc/passwd'))],
  ['is absolute', () => pack(entry('/etc/passwd'))],
  ['goes through a link of its own', () => pack(link('way', '/etc'), entry('way/passwd'))],
  [
    'goes through a hard link to a link',
    () => pack(link('way', '/etc'), link('same', 'way', 'link'), entry('same/passwd')),
  ],
  ['makes a folder into a link', () => pack(entry('way/in', 'x'), link('way', '/etc'))],
  ['goes through a file', () => pack(entry('a'), entry('a/b'))],
  ['links out of the folder', () => pack(link('passwd', '../etc/passwd', 'link'))],
])('a name that %s is refused', async (_, make) => refused(await make(), 'archive-unsafe-path'));

test.each([
  ['a hard link to what is not in the archive', () => pack(link('index', 'index.php', 'link'))],
  ['nothing at all', () => Promise.resolve(new Uint8Array(0))],
  ['text', () => Promise.resolve(new Uint8Array(bytes('<!doctype html>'.repeat(100))))],
  ['half a compressed stream', () => Promise.resolve(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]))],
  [
    'a file of eight exbibytes less one',
    async () => {
      const archive = await pack(entry('index.php', 'new'), entry('huge', ''));
      // POSIX's own field cannot say it: base 256 (GNU tar manual, "Extensions"), with the checksum made right.
      const header = archive.subarray(1024, 1536);
      header.set([0x80, 0, 0, 0, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 124);
      header.set(bytes('        '), 148);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
      return archive;
    },
  ],
])('%s is damage', async (_, make) => refused(await make(), 'archive-damaged'));

test('names that no file system takes are refused', async () => {
  await refused(await pack(entry('n'.repeat(256))), 'archive-bad-name');
  await refused(await pack(entry(`${'d/'.repeat(2100)}file`)), 'archive-bad-name');
});

test('an archive that is cut anywhere, or has one wrong bit in a header, changes nothing', async () => {
  const whole = await collected(exportTree(kernelWith(site), '/srv'));
  const kernel = kernelWith(new Map([...site, ['index.php', file('newer')]]));
  const before = treeOf(kernel);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
      await expect(take(kernel, whole.slice(0, length), true)).rejects.toBeInstanceOf(PortsideError);
      expect(treeOf(kernel)).toEqual(before);
    }),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
      const torn = whole.slice();
      torn[at] = (torn[at] ?? 0) ^ (1 << bit);
      await expect(take(kernel, torn, true)).rejects.toBeInstanceOf(PortsideError);
      expect(treeOf(kernel)).toEqual(before);
    }),
    { numRuns: 60 },
  );
});

test('whatever bytes come, the kernel throws no other error, and the site stays', async () => {
  const kernel = kernelWith(site);
  const before = treeOf(kernel);
  const whole = await pack(entry('a/b'), link('c', 'a'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 20 }),
      async (changes) => {
        const other = kernelWith(site);
        const torn = whole.slice();
        for (const [at, value] of changes) torn[at] = value;
        try {
          await take(other, torn);
        } catch (error) {
          expect(error).toBeInstanceOf(PortsideError);
          expect(treeOf(other)).toEqual(before);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('devices, programs and what is the machine’s own are passed over', async () => {
  const kernel = kernelWith(site, '/var/www/html');
  const archive = await pack(
    { header: { name: 'dev/sda', size: 0, type: 'block-device' } },
    entry('bin/program', 'not a program'),
    entry('etc/hosts', '6.6.6.6 localhost'),
    entry('proc/self/mem', 'x'),
    entry('var/www/html/index.php', 'imported'),
  );
  const own = () => ['/bin', '/dev', '/etc'].map((folder) => treeOf(kernel, folder));
  const before = own();
  expect(await take(kernel, archive, false, '/')).toEqual({ files: 1, bytes: 8, removed: 0, skipped: 4 });
  expect(own()).toEqual(before);
  expect(treeOf(kernel, '/var/www/html').get('index.php')).toMatchObject({
    content: new Uint8Array(bytes('imported')),
  });
  // Nor may a path that is given lead there.
  await expect(take(kernel, await pack(entry('program')), false, '/bin')).rejects.toMatchObject({
    code: 'archive-unsafe-path',
  });
});

test('a link of the site is not gone through: what the archive has as a folder becomes one', async () => {
  const kernel = kernelWith(site);
  const etc = treeOf(kernel, '/etc');
  await take(kernel, await pack(entry('outside/passwd', 'mine')));
  expect(treeOf(kernel, '/etc')).toEqual(etc);
  expect(treeOf(kernel).get('outside/passwd')).toMatchObject({ kind: 'file' });
});

test('files are added and replaced; others stay, or go where that is wanted', async () => {
  const archive = await pack(entry('index.php', 'imported'), entry('new/page.php', 'new'));
  const kernel = kernelWith(site);
  expect(await take(kernel, archive)).toEqual({ files: 2, bytes: 11, removed: 0, skipped: 0 });
  const added = ['', 'data', 'data/notes.txt', 'index.php', 'new', 'new/page.php', 'outside'];
  expect([...treeOf(kernel).keys()]).toEqual(added);
  expect(await take(kernel, archive, true)).toMatchObject({ removed: 3 });
  expect([...treeOf(kernel).keys()]).toEqual(['', 'index.php', 'new', 'new/page.php']);
  expect(treeOf(kernel, '/etc').has('passwd')).toBe(true);
});

test('a file does not take the place of a folder with content, unless others may go', async () => {
  const archive = await pack(entry('index.php', 'imported'), entry('data', 'a file'));
  await refused(archive, 'archive-in-the-way');
  const kernel = kernelWith(site);
  await take(kernel, archive, true);
  expect(treeOf(kernel).get('data')).toMatchObject({ kind: 'file' });
});

test('the last of two entries of a name counts, and a link keeps what it was made of', async () => {
  const kernel = kernelWith(site);
  await take(kernel, await pack(entry('a', 'first'), link('b', 'a', 'link'), entry('a', 'second')));
  const tree = treeOf(kernel);
  expect(tree.get('a')).toMatchObject({ content: new Uint8Array(bytes('second')) });
  expect(tree.get('b')).toMatchObject({ content: new Uint8Array(bytes('first')) });
});

test('one import at a time; a guest that is at its files meanwhile ends it without harm', async () => {
  const kernel = kernelWith(site);
  const before = treeOf(kernel);
  const archive = await pack(entry('index.php', 'y'.repeat(100_000)));
  let feed: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  const slow = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      feed = controller;
      controller.enqueue(archive.slice(0, 5000));
    },
  });
  const first = importTree(kernel, slow, { path: '/srv', replace: false });
  await new Promise((resolve) => setImmediate(resolve));
  await expect(take(kernel, archive)).rejects.toMatchObject({ code: 'import-under-way' });
  const { root } = kernel.vfs;
  const staging = directoryAt(kernel, STAGING_NAME);
  expect(root.unlink(staging, bytes('0'))).toBe(0);
  plant(
    kernel,
    new Map([
      ['', directory],
      ['0', file('of the guest')],
    ]),
    `/${STAGING_NAME}`,
  );
  feed?.enqueue(archive.slice(5000));
  feed?.close();
  await expect(first).rejects.toMatchObject({ code: 'archive-disturbed' });
  expect(treeOf(kernel)).toEqual(before);
  expect(root.lookup(root.root, bytes(STAGING_NAME))).toBeLessThan(0);
  await expect(take(kernel, archive)).resolves.toMatchObject({ files: 1 });
});

test('caches that know files by their times are emptied, their folders stay', async () => {
  const kernel = kernelWith(site);
  plant(
    kernel,
    new Map([
      ['', directory],
      ['opcache', directory],
      ['opcache/a.bin', file('stale')],
    ]),
    '/var/cache',
  );
  await take(kernel, await pack(entry('index.php', 'imported')));
  expect([...treeOf(kernel, '/var/cache').keys()]).toEqual(['', 'opcache']);
});
