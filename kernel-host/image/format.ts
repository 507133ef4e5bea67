/**
 * The packed read-only file system image, version 2. All numbers are little-endian. It is in pieces: the index, which is the tree, and
 * the data, which is the contents of the regular files, in chunks that are stored each by itself, compressed or not as the packer likes.
 * Who has the index knows the tree, and fetches a chunk when a file in it is wanted.
 *
 * ```
 *   0        header          64 bytes
 *  64        entries         entryCount records of 32 bytes
 *            chunks          chunkCount records of 40 bytes
 *            strings         names and link targets, back to back, in the order of the entries
 * ```
 *
 * In the data each file's content begins at a multiple of DATA_ALIGNMENT. A chunk begins where a file does, and so does each of a file
 * that is longer than CHUNK_MAX, every CHUNK_MAX bytes from its beginning. Where chunks end depends on the files in them alone: a
 * file that changes leaves the other chunks of a site as they were, and they need not be fetched again.
 *
 * The entries stand breadth-first: the root, then its children, then theirs. They ascend strictly by (parent, name),
 * names compared byte by byte, and each parent stands before its children. That one rule makes cycles and
 * duplicate names impossible, keeps the children of a directory together, and gives each tree exactly one image.
 *
 * Header:
 * ```
 *   0  magic (8 bytes)       8  u32 version          12  u32 CRC-32 of the index, this field taken as 0
 *  16  u32 entryCount       20  u32 stringsSize      24  u32 chunkCount
 *  28  u32 dataSize         32  zeros
 * ```
 *
 * Entry:
 * ```
 *   0  u32 parent            4  u32 start of the name, from the beginning of the strings
 *   8  u16 length of name   10  u16 st_mode
 *  12  u32 content offset: from the beginning of the data for a file, of the index for a link, else 0
 *  16  u32 content size     20  zero
 *  24  f64 modification time in whole milliseconds since the epoch
 * ```
 *
 * Chunk, in the order of the data; it begins where the one before it ends, or at the next multiple of DATA_ALIGNMENT:
 * ```
 *   0  u32 end, from the beginning of the data
 *   4  u32 size as it is stored
 *   8  SHA-256 of it as it is stored (32 bytes)
 * ```
 */

export const IMAGE_VERSION = 2;

/** Begins with a byte that is not ASCII and holds both line endings, as PNG's does: a transfer in text mode shows. */
export const MAGIC: readonly number[] = [0x89, 0x50, 0x53, 0x49, 0x0d, 0x0a, 0x1a, 0x0a];

export const HEADER_SIZE = 64;
export const ENTRY_SIZE = 32;
export const CHUNK_RECORD_SIZE = 40;
export const DIGEST_SIZE = 32;
/** Lets contents be read through typed arrays of every element size, and be copied in vector-sized steps. */
export const DATA_ALIGNMENT = 16;
/**
 * Bytes of data in a chunk at most. Compressed sources are a third of that, which a slow network (5 Mbit/s) brings in half a second: a
 * reader waits no longer than that for a file, and a large site is some hundred requests.
 */
export const CHUNK_MAX = 1024 * 1024;
/** And at least, before a file whose name says so ends it. */
export const CHUNK_MIN = 256 * 1024;
/** Offsets are 32 bits wide. */
export const MAX_DATA_SIZE = 2 ** 32 - 1;

/** Linux's NAME_MAX, and PATH_MAX without its final NUL, in bytes. */
export const NAME_MAX = 255;
export const PATH_MAX = 4095;
/** The range of an ECMAScript time value (ECMA-262, 21.4.1.1), in milliseconds either side of the epoch. */
export const TIME_MAX = 8.64e15;

export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFLNK = 0o120000;

export const HeaderField = {
  version: 8,
  crc: 12,
  entryCount: 16,
  stringsSize: 20,
  chunkCount: 24,
  dataSize: 28,
  zeros: 32,
} as const;
export const EntryField = {
  parent: 0,
  nameStart: 4,
  nameLength: 8,
  mode: 10,
  offset: 12,
  size: 16,
  zero: 20,
  mtime: 24,
} as const;

export const ChunkField = { end: 0, storedSize: 4, digest: 8 } as const;

/** Sizes of the parts of an index that follow from the header's numbers, and where they begin. */
export interface IndexLayout {
  readonly chunksOffset: number;
  readonly stringsOffset: number;
  readonly size: number;
}

export function layoutOf(entryCount: number, chunkCount: number, stringsSize: number): IndexLayout {
  const chunksOffset = HEADER_SIZE + entryCount * ENTRY_SIZE;
  const stringsOffset = chunksOffset + chunkCount * CHUNK_RECORD_SIZE;
  return { chunksOffset, stringsOffset, size: stringsOffset + stringsSize };
}

/** `offset`, or the next multiple of DATA_ALIGNMENT above it. */
export function aligned(offset: number): number {
  return Math.ceil(offset / DATA_ALIGNMENT) * DATA_ALIGNMENT;
}

/** Order of names within a directory: byte by byte, a prefix first. Negative, zero or positive. */
export function compareNames(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
