/** Trees through an archive and back, and through GNU tar on the way. */
import { execFile } from 'node:child_process';
import {
  link as hardLink,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exportTree, measureTree } from '../../../kernel-host/archive/export-tree.js';
import { importTree } from '../../../kernel-host/archive/import-tree.js';
import { bytes, TestMachine } from '../kernel/guest.js';
import { collected, kernelWith, type Node, plant, streamOf, type Tree, treeOf } from './tree.js';

const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

const whole = { seconds: 1_700_000_000, nanoseconds: 0 };
const file = (content: string, mode = 0o644): Node => ({
  kind: 'file',
  mode,
  mtime: { seconds: 1_600_000_000, nanoseconds: 0 },
  content: new Uint8Array(Buffer.from(content)),
});
const directory = (mode = 0o755): Node => ({ kind: 'directory', mode, mtime: whole });

const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('a', 'b', '-', ' ', 'é'), minLength: 1, maxLength: 120 }),
  )
  .map((text) => text.replaceAll(/[/\0\uFFFD]/g, '_'))
  .filter((text) => text !== '.' && text !== '..' && text.isWellFormed() && Buffer.byteLength(text) <= 255);
/** GNU tar's own limits are no matter here: POSIX names no bounds for times. */
const time = fc.record({
  seconds: fc.integer({ min: -(2 ** 31), max: 2 ** 34 }),
  nanoseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
});
const node: fc.Arbitrary<Node> = fc.oneof(
  fc.record({ kind: fc.constant('directory' as const), mode: fc.integer({ min: 0, max: 0o7777 }), mtime: time }),
  fc.record({
    kind: fc.constant('file' as const),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    mtime: time,
    content: fc.uint8Array({ maxLength: 2000 }),
  }),
  fc.record({ kind: fc.constant('symlink' as const), mtime: time, target: name }),
);
/** Each name goes below one of the directories that came before. */
const trees: fc.Arbitrary<Tree> = fc
  .array(fc.tuple(name, fc.nat(), fc.oneof(node, fc.nat())), { maxLength: 25 })
  .map((steps) => {
    const tree = new Map<string, Node>([['', directory()]]);
    for (const [own, where, what] of steps) {
      const directories = [...tree].filter(([, { kind }]) => kind === 'directory').map(([path]) => path);
      const files = [...tree].filter(([, { kind }]) => kind === 'file').map(([path]) => path);
      const parent = directories[where % directories.length] ?? '';
      const path = parent === '' ? own : `${parent}/${own}`;
      if (tree.has(path) || Buffer.byteLength(path) > 4000) continue;
      if (typeof what !== 'number') tree.set(path, what);
      else if (files.length > 0) tree.set(path, { kind: 'link', of: files[what % files.length] ?? '' });
    }
    return tree;
  });

test('whatever a tree holds is the same after export and import', async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.integer({ min: 1, max: 5000 }), async (tree, pieces) => {
      const from = kernelWith(tree);
      const archive = await collected(exportTree(from, '/srv'));
      const to = kernelWith(new Map([['', directory()]]));
      await importTree(to, streamOf(archive, pieces), { path: '/srv', replace: false });
      expect(treeOf(to)).toEqual(treeOf(from));
    }),
    { numRuns: 150 },
  );
}, 120_000);

const sample: Tree = new Map<string, Node>([
  ['', directory()],
  ['index.php', file('<?php echo 1;')],
  ['empty', file('', 0o600)],
  ['run.sh', file('#!/bin/sh\n', 0o755)],
  ['größe — 大.txt', file('x'.repeat(70_000))],
  ['uploads', directory(0o775)],
  [`uploads/${'long-'.repeat(45)}.txt`, file('long')],
  [`uploads/${'deep-'.repeat(40)}`, directory()],
  [`uploads/${'deep-'.repeat(40)}/${'deeper-'.repeat(30)}`, directory()],
  [`uploads/${'deep-'.repeat(40)}/${'deeper-'.repeat(30)}/file`, file('at the bottom')],
  [`d${'0123456789'.repeat(12)}`, directory()],
  ['again.php', { kind: 'link', of: 'index.php' }],
  ['latest', { kind: 'symlink', mtime: whole, target: 'uploads' }],
  ['far', { kind: 'symlink', mtime: whole, target: `/var/${'far/'.repeat(60)}away` }],
]);

test('GNU tar lists and unpacks what is exported: names, contents, modes, times, links', async () => {
  const archive = await collected(exportTree(kernelWith(sample), '/srv'));
  const path = join(folder, 'site.tar');
  await writeFile(path, archive);
  await mkdir(join(folder, 'out'));
  const { stderr } = await run('tar', ['--warning=all', '-xpf', path, '-C', join(folder, 'out')]);
  expect(stderr).toBe('');
  const { stdout } = await run('tar', ['tvf', path]);
  expect(stdout.trim().split('\n')).toHaveLength(sample.size);
  const first = await lstat(join(folder, 'out', 'index.php'));
  for (const [name, node] of sample) {
    const at = join(folder, 'out', name);
    const stats = await lstat(at);
    if (node.kind === 'link') expect(stats.ino).toBe(first.ino);
    if (node.kind === 'symlink') expect(await readlink(at)).toBe(node.target);
    if (node.kind === 'file') expect(new Uint8Array(await readFile(at))).toEqual(node.content);
    if (node.kind === 'file' || node.kind === 'directory') {
      expect(stats.mode & 0o7777).toBe(node.mode);
      expect(Math.floor(stats.mtimeMs / 1000)).toBe(node.mtime.seconds);
    }
  }
});

test.each(['ustar', 'gnu', 'pax', 'v7'])('an archive that GNU tar wrote in the format %s is read', async (format) => {
  const from = join(folder, 'from');
  await mkdir(join(from, 'a', 'b'), { recursive: true });
  const long = format === 'v7' ? 'short' : 'n'.repeat(90);
  await writeFile(join(from, 'a', 'b', long), 'content', { mode: 0o640 });
  await utimes(join(from, 'a', 'b', long), 1_500_000_000, 1_500_000_000);
  await symlink('b', join(from, 'a', 'link'));
  await hardLink(join(from, 'a', 'b', long), join(from, 'a', 'same'));
  await run('tar', [`--format=${format}`, '-cf', join(folder, 'made.tar'), '-C', from, '.']);
  const archive = new Uint8Array(await readFile(join(folder, 'made.tar')));
  const kernel = kernelWith(new Map([['', directory()]]));
  const result = await importTree(kernel, streamOf(archive), { path: '/srv', replace: false });
  expect(result).toEqual({ files: 1, bytes: 7, removed: 0, skipped: 0 });
  const tree = treeOf(kernel);
  const names = [...tree.keys()];
  expect(names).toEqual(['', 'a', 'a/b', `a/b/${long}`, 'a/link', 'a/same']);
  expect(tree.get(`a/b/${long}`)).toMatchObject({ kind: 'file', mode: 0o640, mtime: { seconds: 1_500_000_000 } });
  expect(tree.get('a/link')).toMatchObject({ kind: 'symlink', target: 'b' });
  expect(tree.get('a/same')).toEqual({ kind: 'link', of: `a/b/${long}` });
});

test('a compressed archive is read as well', async () => {
  const archive = await collected(exportTree(kernelWith(sample), '/srv'));
  const kernel = kernelWith(new Map([['', directory()]]));
  await importTree(kernel, streamOf(new Uint8Array(gzipSync(archive))), { path: '/srv', replace: false });
  expect(treeOf(kernel)).toEqual(treeOf(kernelWith(sample)));
});

test('of one file, the archive holds that file alone', async () => {
  await writeFile(join(folder, 'one.tar'), await collected(exportTree(kernelWith(sample), '/srv/run.sh')));
  expect((await run('tar', ['tf', join(folder, 'one.tar')])).stdout).toBe('run.sh\n');
});

test('the whole site comes without what the machine makes by itself; a path that is asked for comes whole', async () => {
  const kernel = kernelWith(sample, '/var/www/html');
  plant(
    kernel,
    new Map([
      ['', directory()],
      ['opcache', directory()],
      ['opcache/x.bin', file('cached')],
    ]),
    '/var/cache',
  );
  plant(
    kernel,
    new Map([
      ['', directory()],
      ['sess_1', file('temporary')],
    ]),
    '/tmp',
  );
  const names = async (path: string) => {
    await writeFile(join(folder, 'names.tar'), await collected(exportTree(kernel, path)));
    return (await run('tar', ['tf', join(folder, 'names.tar')])).stdout.trim().split('\n');
  };
  const all = await names('/');
  expect(all).toContain('var/www/html/index.php');
  expect(all).toContain('etc/passwd');
  for (const part of ['bin', 'dev', 'proc', 'tmp', 'run', 'usr/bin', 'var/cache', 'var/tmp', 'etc/hosts'])
    expect(all.filter((one) => one === part || one.startsWith(`${part}/`))).toEqual([]);
  expect(await names('/tmp')).toEqual(['./', 'sess_1']);
  const files = all.filter((one) => !one.endsWith('/')).length;
  const { files: counted } = await measureTree(kernel, '/');
  // The two links and the three long folders, whose names have no slash at their ends, are none.
  expect(counted).toBe(files - 5);
});

/** A tree of one file, and what changes it. */
function written(size: number) {
  const kernel = kernelWith(
    new Map([
      ['', directory()],
      ['journal', file('')],
    ]),
  );
  const { root } = kernel.vfs;
  const node = root.lookup(root.lookup(root.root, bytes('srv')), bytes('journal'));
  const write = (value: number) => root.write(node, 0, new Uint8Array(size).fill(value));
  write(1);
  return { kernel, write };
}

test('a file that guests write to all the time is of one moment', async () => {
  const { kernel, write } = written(3 * 1024 * 1024);
  const pieces: Uint8Array[] = [];
  for await (const piece of exportTree(kernel, '/srv')) {
    pieces.push(piece);
    write(pieces.length % 256);
  }
  const to = kernelWith(new Map([['', directory()]]));
  await importTree(to, streamOf(new Uint8Array(Buffer.concat(pieces))), { path: '/srv', replace: false });
  const journal = treeOf(to).get('journal');
  expect(new Set(journal?.kind === 'file' ? journal.content : []).size).toBe(1);
});

test('a large file that is written to while it goes out breaks the export off', async () => {
  const { kernel, write } = written(40 * 1024 * 1024);
  const reader = exportTree(kernel, '/srv').getReader();
  for (let got = 0; got < 1024 * 1024; ) got += (await reader.read()).value?.length ?? Number.POSITIVE_INFINITY;
  write(2);
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'archive-file-changed' });
});

test('a reader that stops ends the export, which holds nothing open any more', async () => {
  const { kernel } = written(40 * 1024 * 1024);
  const { freeFiles } = kernel.vfs.root.statfs();
  const reader = exportTree(kernel, '/srv').getReader();
  await reader.read();
  await reader.cancel();
  const { root } = kernel.vfs;
  const srv = root.lookup(root.root, bytes('srv'));
  root.unlink(srv, bytes('journal'));
  await new Promise((resolve) => setImmediate(resolve));
  root.reap(srv);
  expect(root.statfs().freeFiles).toBeGreaterThan(freeFiles);
});

test('a name that is not UTF-8 is told, not changed', async () => {
  const kernel = new TestMachine().kernel;
  kernel.vfs.root.create(kernel.vfs.root.root, new Uint8Array([0x61, 0xff]), 0o100644, 0);
  await expect(collected(exportTree(kernel, '/'))).rejects.toMatchObject({ code: 'archive-bad-name' });
});

test('what is not there cannot be exported', () => {
  expect(() => exportTree(new TestMachine().kernel, '/nowhere')).toThrow(
    expect.objectContaining({ code: 'archive-path-missing' }),
  );
});
