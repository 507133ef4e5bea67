/**
 * The packed read-only file system image, version 1. All numbers are little-endian.
 *
 * ```
 *   0        header          64 bytes
 *  64        entries         entryCount records of 32 bytes
 *            chunk digests   one SHA-256 (32 bytes) for each CHUNK_SIZE bytes of data, the last chunk may be shorter
 *            strings         names and link targets, back to back, in the order of the entries
 *            zeros           up to a multiple of DATA_ALIGNMENT
 *  dataOffset data           contents of the regular files, each whole and aligned to DATA_ALIGNMENT
 * ```
 *
 * All that comes before `dataOffset` is the index: who has it knows the tree, and may fetch the data chunk by chunk and
 * check each chunk by its digest. A file's content is one run of bytes, so that a file system can point at it in place.
 *
 * The entries stand breadth-first: the root, then its children, then theirs. They ascend strictly by (parent, name),
 * names compared byte by byte, and each parent stands before its children. That one rule makes cycles and
 * duplicate names impossible, keeps the children of a directory together, and gives each tree exactly one image.
 *
 * Header:
 * ```
 *   0  magic (8 bytes)       8  u32 version          12  u32 CRC-32 of the index, this field taken as 0
 *  16  u32 entryCount       20  u32 stringsSize      24  u32 dataOffset
 *  28  u32 dataSize         32  u32 chunkSize        36  zeros
 * ```
 *
 * Entry:
 * ```
 *   0  u32 parent            4  u32 start of the name, from the beginning of the strings
 *   8  u16 length of name   10  u16 st_mode
 *  12  u32 content offset, from the beginning of the image: in the data for a file, in the strings for a link, else 0
 *  16  u32 content size     20  zero
 *  24  f64 modification time in whole milliseconds since the epoch
 * ```
 */

export const IMAGE_VERSION = 1;

/** Begins with a byte that is not ASCII and holds both line endings, as PNG's does: a transfer in text mode shows. */
export const MAGIC: readonly number[] = [0x89, 0x50, 0x53, 0x49, 0x0d, 0x0a, 0x1a, 0x0a];

export const HEADER_SIZE = 64;
export const ENTRY_SIZE = 32;
export const DIGEST_SIZE = 32;
/** Lets contents be read through typed arrays of every element size, and be copied in vector-sized steps. */
export const DATA_ALIGNMENT = 16;
export const CHUNK_SIZE = 256 * 1024;
/** Offsets are 32 bits wide. */
export const MAX_IMAGE_SIZE = 2 ** 32 - 1;

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
  dataOffset: 24,
  dataSize: 28,
  chunkSize: 32,
  zeros: 36,
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

/** Sizes of the parts of an index that follow from the header's numbers, and where they begin. */
export interface IndexLayout {
  readonly digestsOffset: number;
  readonly stringsOffset: number;
  readonly dataOffset: number;
}

export function layoutOf(entryCount: number, stringsSize: number, dataSize: number): IndexLayout {
  const digestsOffset = HEADER_SIZE + entryCount * ENTRY_SIZE;
  const stringsOffset = digestsOffset + Math.ceil(dataSize / CHUNK_SIZE) * DIGEST_SIZE;
  return { digestsOffset, stringsOffset, dataOffset: aligned(stringsOffset + stringsSize) };
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
