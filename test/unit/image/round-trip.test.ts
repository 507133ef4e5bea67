import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageEntry } from '../../../kernel-host/image/entry.js';
import { CHUNK_MAX, DATA_ALIGNMENT } from '../../../kernel-host/image/format.js';
import { readImage } from '../../../kernel-host/image/reader.js';
import type { FileSource, ImageSource } from '../../../kernel-host/image/writer.js';
import { collect, directory, file, link, sources, written } from './tree.js';

const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function pathOf(entries: readonly ImageEntry[], index: number): string {
  const entry = entries[index];
  if (!entry || index === 0) return '';
  const above = pathOf(entries, entry.parent);
  return above === '' ? text(entry.name) : `${above}/${text(entry.name)}`;
}

/** What an image says of each path, in the terms of the sources. */
function contents({ index: image, chunks }: Awaited<ReturnType<typeof written>>) {
  const { entries, chunks: places } = readImage(image);
  const data = new Uint8Array(places.at(-1)?.end ?? 0);
  for (const [number, { start }] of places.entries()) data.set(chunks[number] ?? new Uint8Array(), start);
  return new Map(
    entries.map((entry, index) => {
      const whole = (entry.mode & 0o170000) === 0o100000 ? data : image;
      const content = new Uint8Array(whole.subarray(entry.offset, entry.offset + entry.size));
      return [pathOf(entries, index), { mode: entry.mode, mtime: entry.mtime, content: content.toString() }];
    }),
  );
}

async function expected(list: readonly ImageSource[]) {
  const types = { file: 0o100000, directory: 0o040000, link: 0o120000 };
  const pairs = list.map(async (source) => {
    const content =
      source.type === 'file'
        ? await collect(source.read())
        : new TextEncoder().encode(source.type === 'link' ? source.target : '');
    const mode = types[source.type] | source.permissions;
    return [source.path, { mode, mtime: source.mtime, content: new Uint8Array(content).toString() }] as const;
  });
  return new Map(await Promise.all(pairs));
}

describe('an image', () => {
  test('gives back every tree it was made of', async () => {
    await fc.assert(
      fc.asyncProperty(sources, async (list) => {
        const image = await written(list);
        expect(contents(image)).toEqual(await expected(list));
      }),
      { numRuns: 200 },
    );
  });

  test('does not depend on the order of its sources', async () => {
    await fc.assert(
      fc.asyncProperty(sources, async (list) => {
        const image = await written(list);
        expect(await written([...list].reverse())).toEqual(image);
      }),
      { numRuns: 50 },
    );
  });

  test('lists parents before children and siblings in order of their names', async () => {
    const { index } = await written([
      file('b/z', ''),
      directory('b'),
      file('a-b', ''),
      file('a', ''),
      directory(''),
      file('b/y', ''),
    ]);
    const { entries } = readImage(index);
    expect(entries.map((_, index) => pathOf(entries, index))).toEqual(['', 'a', 'a-b', 'b', 'b/y', 'b/z']);
  });

  test('holds contents of any size, aligned, in chunks with a digest each, cut where files begin', async () => {
    const large = Uint8Array.from({ length: 3 * CHUNK_MAX + 5 }, (_, at) => (at * 31) & 0xff);
    const list = [
      directory(''),
      file('1', 'x'),
      file('2', large, 70_000),
      file('3', new Uint8Array(CHUNK_MAX - 16).fill(7)),
      file('4', ''),
      file('5', 'y'),
    ];
    const image = await written(list);
    expect(contents(image)).toEqual(await expected(list));
    const { entries, chunks } = readImage(image.index);
    for (const entry of entries) expect(entry.offset % DATA_ALIGNMENT).toBe(0);
    const file2 = entries[2]?.offset ?? 0;
    expect(chunks.map(({ start }) => start)).toEqual([
      0,
      ...[0, 1, 2, 3].map((cut) => file2 + cut * CHUNK_MAX),
      entries[5]?.offset,
    ]);
    for (const [number, { start, end, sha256, storedSize }] of chunks.entries()) {
      const stored = image.chunks[number] ?? new Uint8Array();
      expect([stored.length, storedSize]).toEqual([end - start, end - start]);
      expect(sha256).toBe(createHash('sha256').update(stored).digest('hex'));
    }
  });

  test('keeps most of its chunks when one file of many changes', async () => {
    const names = Array.from({ length: 400 }, (_, number) => `file-${number}`);
    const tree = (changed: string) => [
      directory(''),
      ...names.map((name) => file(name, `${name === changed ? 'changed' : name} `.repeat(1_000))),
    ];
    const digests = async (changed: string) => {
      const { index } = await written(tree(changed));
      return new Set(readImage(index).chunks.map(({ sha256 }) => sha256));
    };
    const [before, after] = [await digests(''), await digests('file-37')];
    expect(before.size).toBeGreaterThan(5);
    expect([...after].filter((digest) => !before.has(digest))).toHaveLength(1);
  });

  test('is read in shared memory and at any place in it', async () => {
    const { index: image } = await written([directory(''), directory('ä'), link('ä/l', '../ä'), file('f', 'content')]);
    const shared = new Uint8Array(new SharedArrayBuffer(image.length + 7), 7);
    shared.set(image);
    expect(readImage(shared)).toEqual(readImage(image));
    expect(readImage(Buffer.from(image))).toEqual(readImage(image));
    for (const { name } of readImage(shared).entries) expect(name.buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe('the writer refuses', () => {
  const write = (...list: ImageSource[]) => written([directory(''), ...list]);
  const failsWith = (code: string) => expect.objectContaining({ code });

  test('names that the guest could not use', async () => {
    const bad = failsWith('image-bad-name');
    await expect(write(file('x'.repeat(256), ''))).rejects.toEqual(bad);
    await expect(write(file('é'.repeat(128), ''))).rejects.toEqual(bad);
    await expect(write(file('..', ''))).rejects.toEqual(bad);
    await expect(write(file('a\0b', ''))).rejects.toEqual(bad);
    await expect(write(file('\ud800', ''))).rejects.toEqual(bad);
    await expect(write(link('l', ''))).rejects.toEqual(bad);
    await expect(write(file('x'.repeat(255), ''))).resolves.toBeDefined();
  });

  test('paths longer than PATH_MAX', async () => {
    const paths = Array.from({ length: 17 }, (_, depth) =>
      Array(depth + 1)
        .fill('x'.repeat(250))
        .join('/'),
    );
    await expect(write(...paths.map(directory))).rejects.toEqual(failsWith('image-bad-name'));
    await expect(write(...paths.slice(0, 16).map(directory))).resolves.toBeDefined();
  });

  test('more than an offset can tell', async () => {
    const huge: ImageSource = { type: 'file', path: 'big', permissions: 0, mtime: 0, size: 2 ** 32, read: () => [] };
    await expect(write(huge)).rejects.toEqual(failsWith('image-too-large'));
  });

  test('files that change on the way', async () => {
    const changed = failsWith('image-source-changed');
    const read = () => [new Uint8Array(4)];
    const longer: FileSource = { type: 'file', path: 'f', permissions: 0, mtime: 0, size: 3, read };
    await expect(write(longer)).rejects.toEqual(changed);
    await expect(write({ ...longer, size: 5 })).rejects.toEqual(changed);
  });

  test('what is not one tree', async () => {
    await expect(write(file('a', ''), file('a', ''))).rejects.toThrow(TypeError);
    await expect(write(file('a/b', ''))).rejects.toThrow(TypeError);
    await expect(write(file('a', ''), file('a/b', ''))).rejects.toThrow(TypeError);
    await expect(written([file('a', '')])).rejects.toThrow(TypeError);
  });
});
