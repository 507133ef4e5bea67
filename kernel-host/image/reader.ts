import { PortsideError } from '../../protocol/errors.js';
import { crc32 } from './crc32.js';
import type { Image, ImageChunk, ImageEntry } from './entry.js';
import {
  aligned,
  CHUNK_MAX,
  CHUNK_RECORD_SIZE,
  ChunkField,
  compareNames,
  DATA_ALIGNMENT,
  DIGEST_SIZE,
  ENTRY_SIZE,
  EntryField,
  HEADER_SIZE,
  HeaderField,
  IMAGE_VERSION,
  type IndexLayout,
  layoutOf,
  MAGIC,
  NAME_MAX,
  PATH_MAX,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  TIME_MAX,
} from './format.js';

/**
 * The tree of a packed image, parents before children, siblings in ascending order of their names, and the chunks of its data.
 *
 * Every entry has been checked: offsets lie inside the data, names and the tree are well formed, chunks cover the data.
 *
 * @param bytes the index. It is not kept, and may lie in shared memory: names are views on one private copy.
 *
 * @throws PortsideError `image-damaged` if anything is not as the format says, `image-version` if it is a newer one.
 */
export function readImage(bytes: Uint8Array): Image {
  const { entryCount, chunkCount, dataSize, stringsSize, chunksOffset, stringsOffset } = readHeader(bytes);
  // A copy in every case (Buffer's slice would be a view): names outlive this call, TextDecoder refuses shared memory, and
  // nobody can change between check and use what only this function has.
  const index = new Uint8Array(bytes);
  checkIndex(index);
  const records = new DataView(index.buffer, HEADER_SIZE, entryCount * ENTRY_SIZE);
  const strings = index.subarray(stringsOffset, stringsOffset + stringsSize);

  const entries: ImageEntry[] = [];
  // Bytes of each entry's path from the root, to hold it against PATH_MAX.
  const pathLengths = new Uint16Array(entryCount);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let nextString = 0;

  for (let entry = 0; entry < entryCount; entry++) {
    const damaged = (what: string) => new PortsideError('image-damaged', `Entry ${entry}: ${what}.`);
    const at = entry * ENTRY_SIZE;
    const parent = records.getUint32(at + EntryField.parent, true);
    const nameLength = records.getUint16(at + EntryField.nameLength, true);
    const mode = records.getUint16(at + EntryField.mode, true);
    const offset = records.getUint32(at + EntryField.offset, true);
    const size = records.getUint32(at + EntryField.size, true);
    const mtime = records.getFloat64(at + EntryField.mtime, true);

    if (records.getUint32(at + EntryField.nameStart, true) !== nextString) throw damaged('name out of place');
    if (nextString + nameLength > stringsSize) throw damaged('name outside the strings');
    const name = strings.subarray(nextString, nextString + nameLength);
    nextString += nameLength;
    const type = mode & S_IFMT;

    if (entry === 0) {
      if (parent !== 0 || nameLength !== 0 || type !== S_IFDIR) throw damaged('not a root directory');
    } else {
      const above = parent < entry ? entries[parent] : undefined;
      if (!above) throw damaged('stands before its directory');
      if ((above.mode & S_IFMT) !== S_IFDIR) throw damaged('lies in something that is not a directory');
      if (!isComponent(name, utf8)) throw damaged('bad name');
      const previous = entries[entry - 1];
      if (previous && entry > 1) {
        const sameDirectory = previous.parent === parent;
        if (previous.parent > parent || (sameDirectory && compareNames(previous.name, name) >= 0)) {
          throw damaged('out of order');
        }
      }
      const pathLength = (pathLengths[parent] ?? 0) + 1 + nameLength;
      if (pathLength > PATH_MAX) throw damaged('path too long');
      pathLengths[entry] = pathLength;
    }

    if (!Number.isInteger(mtime) || Math.abs(mtime) > TIME_MAX) throw damaged('bad time');
    if (records.getUint32(at + EntryField.zero, true) !== 0) throw damaged('unknown field');

    switch (type) {
      case S_IFDIR:
        if (offset !== 0 || size !== 0) throw damaged('a directory with content');
        break;
      case S_IFREG:
        if (offset % DATA_ALIGNMENT !== 0) throw damaged('content not aligned');
        if (offset + size > dataSize) throw damaged('content outside the data');
        break;
      case S_IFLNK:
        if (offset !== stringsOffset + nextString) throw damaged('link target out of place');
        if (nextString + size > stringsSize) throw damaged('link target outside the strings');
        if (size === 0 || size > PATH_MAX) throw damaged('bad length of a link target');
        if (strings.subarray(nextString, nextString + size).includes(0)) throw damaged('NUL in a link target');
        nextString += size;
        break;
      default:
        throw damaged('neither file, directory nor link');
    }
    entries.push({ parent, name, mode, mtime, offset, size });
  }
  if (nextString !== stringsSize) throw new PortsideError('image-damaged', 'Strings that no entry names.');
  return { entries, chunks: readChunks(index.subarray(chunksOffset, stringsOffset), chunkCount, dataSize) };
}

function readChunks(records: Uint8Array<ArrayBuffer>, count: number, dataSize: number): ImageChunk[] {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const chunks: ImageChunk[] = [];
  let start = 0;
  for (let at = 0; at < count * CHUNK_RECORD_SIZE; at += CHUNK_RECORD_SIZE) {
    const end = view.getUint32(at + ChunkField.end, true);
    const storedSize = view.getUint32(at + ChunkField.storedSize, true);
    if (end <= start || end - start > CHUNK_MAX) throw new PortsideError('image-damaged', 'A chunk of a wrong length.');
    const digest = records.subarray(at + ChunkField.digest, at + ChunkField.digest + DIGEST_SIZE);
    chunks.push({ start, end, storedSize, sha256: toHex(digest) });
    start = aligned(end);
  }
  if ((chunks.at(-1)?.end ?? 0) !== dataSize) throw new PortsideError('image-damaged', 'Its chunks are not its data.');
  return chunks;
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

interface Header extends IndexLayout {
  readonly entryCount: number;
  readonly chunkCount: number;
  readonly dataSize: number;
  readonly stringsSize: number;
}

function readHeader(bytes: Uint8Array): Header {
  const damaged = (what: string) => new PortsideError('image-damaged', what);
  if (bytes.length < HEADER_SIZE) throw damaged('It is shorter than a header.');
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw damaged('It does not begin as an image does.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const version = view.getUint32(HeaderField.version, true);
  if (version > IMAGE_VERSION) throw new PortsideError('image-version', `It has version ${version}.`);
  if (version !== IMAGE_VERSION) throw damaged(`There is no version ${version}.`);

  const entryCount = view.getUint32(HeaderField.entryCount, true);
  const stringsSize = view.getUint32(HeaderField.stringsSize, true);
  const chunkCount = view.getUint32(HeaderField.chunkCount, true);
  const dataSize = view.getUint32(HeaderField.dataSize, true);
  const layout = layoutOf(entryCount, chunkCount, stringsSize);
  // Sums of 32-bit numbers and small multiples of them: exact in a double.
  if (layout.size !== bytes.length) throw damaged('Its length is not what its header says.');
  if (entryCount === 0) throw damaged('It has no root directory.');
  if (bytes.subarray(HeaderField.zeros, HEADER_SIZE).some((byte) => byte !== 0)) throw damaged('Unknown header field.');
  return { entryCount, chunkCount, dataSize, stringsSize, ...layout };
}

function checkIndex(index: Uint8Array<ArrayBuffer>): void {
  const expected = new DataView(index.buffer).getUint32(HeaderField.crc, true);
  if (indexChecksum(index) !== expected) {
    throw new PortsideError('image-damaged', 'The checksum of its index is wrong.');
  }
}

/** CRC-32 of an index, the checksum's own field taken as 0. */
export function indexChecksum(index: Uint8Array): number {
  const before = crc32(index.subarray(0, HeaderField.crc));
  return crc32(index.subarray(HeaderField.crc + 4), crc32(new Uint8Array(4), before));
}

const SLASH = 0x2f;
const DOT = 0x2e;

function isComponent(name: Uint8Array, utf8: TextDecoder): boolean {
  if (name.length === 0 || name.length > NAME_MAX) return false;
  if (name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT))) return false;
  let ascii = true;
  for (const byte of name) {
    if (byte === 0 || byte === SLASH) return false;
    if (byte > 0x7f) ascii = false;
  }
  return ascii || isUtf8(name, utf8);
}

function isUtf8(bytes: Uint8Array, utf8: TextDecoder): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
