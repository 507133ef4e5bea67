import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ChunkField, ENTRY_SIZE, EntryField, HEADER_SIZE, HeaderField } from '../../../kernel-host/image/format.js';
import { indexChecksum, readImage } from '../../../kernel-host/image/reader.js';
import { PortsideError } from '../../../protocol/errors.js';
import { directory, file, link, written } from './tree.js';

let image: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const parts = await written([
    directory(''),
    directory('a'),
    file('a/one', 'first'),
    file('a/two', 'second'),
    link('a/up', '../b'),
    directory('b'),
    directory('b/deep'),
    file('b/deep/empty', ''),
    file('c', 'x'.repeat(100)),
  ]);
  image = parts.index;
});

/** The code of the error that reading gives; anything that is not an error from the table fails the test. */
function readCode(bytes: Uint8Array): string | undefined {
  try {
    const { entries, chunks } = readImage(bytes);
    const dataSize = chunks.at(-1)?.end ?? 0;
    for (const { offset, size, parent, mode } of entries) {
      expect(offset + size).toBeLessThanOrEqual((mode & 0o170000) === 0o100000 ? dataSize : bytes.length);
      expect(parent).toBeLessThan(bytes.length);
    }
    return undefined;
  } catch (error) {
    if (error instanceof PortsideError) return error.code;
    throw error;
  }
}

/** A copy with a change made to it, and a checksum that agrees: so that the checks behind the checksum are met. */
function altered(change: (view: DataView, bytes: Uint8Array) => void, source = image): Uint8Array {
  const bytes = source.slice();
  const view = new DataView(bytes.buffer);
  change(view, bytes);
  view.setUint32(HeaderField.crc, indexChecksum(bytes), true);
  return bytes;
}

const entry = (index: number, field: keyof typeof EntryField) => HEADER_SIZE + index * ENTRY_SIZE + EntryField[field];

describe('a damaged image', () => {
  test('is told by its checksum wherever a bit of the index flips', () => {
    for (let at = 0; at < image.length; at++) {
      for (const bit of [1, 16, 128]) {
        const bytes = image.slice();
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        expect(readCode(bytes), `byte ${at}`).toMatch(/^image-(damaged|version)$/);
      }
    }
  });

  test('is told when it is cut or has grown', () => {
    for (let length = 0; length < image.length; length++) {
      expect(readCode(image.subarray(0, length)), `length ${length}`).toBe('image-damaged');
    }
    const grown = new Uint8Array(image.length + 1);
    grown.set(image);
    expect(readCode(grown)).toBe('image-damaged');
  });

  test('never gives entries outside of the image, whatever the index says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const bytes = altered((_, all) => {
            for (const [at, value] of changes) all[8 + (at % (image.length - 8))] = value;
          });
          const code = readCode(bytes);
          if (code !== undefined) expect(code).toMatch(/^image-(damaged|version)$/);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('never gives anything for bytes that are no image', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        expect(readCode(noise)).toBe('image-damaged');
        expect(readCode(Uint8Array.of(...image.subarray(0, 8), ...noise))).toMatch(/^image-(damaged|version)$/);
      }),
    );
  });
});

const CHUNKS = HEADER_SIZE + 9 * ENTRY_SIZE;

/** Entries stand as: 0 root, 1 a, 2 b, 3 c, 4 a/one, 5 a/two, 6 a/up, 7 b/deep, 8 b/deep/empty. */
const alterations: Record<string, (view: DataView, bytes: Uint8Array) => void> = {
  'no entries': (view) => view.setUint32(HeaderField.entryCount, 0, true),
  'more entries than bytes': (view) => view.setUint32(HeaderField.entryCount, 0xffffffff, true),
  'a root that is a file': (view) => view.setUint16(entry(0, 'mode'), 0o100644, true),
  'an entry that is its own parent': (view) => view.setUint32(entry(7, 'parent'), 7, true),
  'a parent behind its child': (view) => view.setUint32(entry(7, 'parent'), 8, true),
  'a parent beyond the entries': (view) => view.setUint32(entry(8, 'parent'), 1000, true),
  'a file as a parent': (view) => view.setUint32(entry(8, 'parent'), 3, true),
  'siblings out of order': (view) => view.setUint32(entry(7, 'parent'), 1, true),
  'a name twice in a directory': (_, bytes) => bytes.set(new TextEncoder().encode('one'), nameOf(bytes, 5)),
  'a slash in a name': (_, bytes) => bytes.set([0x2f], nameOf(bytes, 1)),
  'a NUL in a name': (_, bytes) => bytes.set([0], nameOf(bytes, 1)),
  'a dot as a name': (_, bytes) => bytes.set([0x2e], nameOf(bytes, 1)),
  'a name that is not UTF-8': (_, bytes) => bytes.set([0xff], nameOf(bytes, 3)),
  'an empty name': (view) => view.setUint16(entry(1, 'nameLength'), 0, true),
  'a name beyond the strings': (view) => view.setUint16(entry(8, 'nameLength'), 0xffff, true),
  'a device': (view) => view.setUint16(entry(3, 'mode'), 0o020644, true),
  'a directory with content': (view) => view.setUint32(entry(1, 'size'), 1, true),
  'content beyond the end': (view) => view.setUint32(entry(3, 'size'), 0xffffffff, true),
  'content that is not aligned': (view) => view.setUint32(entry(5, 'offset'), 1, true),
  'a link to nowhere': (view) => view.setUint32(entry(6, 'size'), 0, true),
  'a link target beyond the strings': (view) => view.setUint32(entry(6, 'size'), 4000, true),
  'a link target elsewhere': (view) => view.setUint32(entry(6, 'offset'), 64, true),
  'a time that is no number': (view) => view.setFloat64(entry(3, 'mtime'), Number.NaN, true),
  'a time with fractions': (view) => view.setFloat64(entry(3, 'mtime'), 0.5, true),
  'a field of the future': (view) => view.setUint32(entry(3, 'zero'), 1, true),
  'a chunk that ends before it begins': (view) => view.setUint32(CHUNKS + ChunkField.end, 0, true),
  'chunks that are not all of the data': (view) => view.setUint32(CHUNKS + ChunkField.end, 16, true),
  'more data than chunks': (view) => view.setUint32(HeaderField.dataSize, 1 << 24, true),
  'more chunks than bytes': (view) => view.setUint32(HeaderField.chunkCount, 2, true),
  'a number behind the header': (view) => view.setUint32(HeaderField.zeros, 1, true),
  'version 0': (view) => view.setUint32(HeaderField.version, 0, true),
  'version 1, which had no chunks': (view) => view.setUint32(HeaderField.version, 1, true),
};

function nameOf(bytes: Uint8Array, index: number): number {
  const view = new DataView(bytes.buffer);
  // Not from layoutOf: an index of nine entries and one chunk.
  return CHUNKS + 40 + view.getUint32(entry(index, 'nameStart'), true);
}

describe('an image with a good checksum is refused for', () => {
  test.each(Object.entries(alterations))('%s', (_, change) => {
    expect(readCode(altered(change))).toBe('image-damaged');
  });

  test('a version that is newer', () => {
    expect(readCode(altered((view) => view.setUint32(HeaderField.version, 3, true)))).toBe('image-version');
  });

  test('nothing, when nothing was changed', () => {
    expect(readCode(altered(() => undefined))).toBeUndefined();
  });
});
