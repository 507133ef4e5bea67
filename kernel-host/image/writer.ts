import { PortsideError } from '../../protocol/errors.js';
import {
  aligned,
  CHUNK_SIZE,
  compareNames,
  DIGEST_SIZE,
  ENTRY_SIZE,
  EntryField,
  HEADER_SIZE,
  HeaderField,
  IMAGE_VERSION,
  layoutOf,
  MAGIC,
  MAX_IMAGE_SIZE,
  NAME_MAX,
  PATH_MAX,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from './format.js';
import { indexChecksum } from './reader.js';

interface SourceBase {
  /** Relative to the root, components joined by slashes; empty for the root itself. */
  readonly path: string;
  /** Permission bits, `0o7777` at most. */
  readonly permissions: number;
  /** Whole milliseconds since the epoch. */
  readonly mtime: number;
}

export interface FileSource extends SourceBase {
  readonly type: 'file';
  readonly size: number;
  /** The content from its beginning, `size` bytes in all. Called twice: for the digests, then for the data. */
  readonly read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What an image is made of. Directories are named too, the root among them; the order is free. */
export type ImageSource =
  | FileSource
  | (SourceBase & { readonly type: 'directory' })
  | (SourceBase & { readonly type: 'link'; readonly target: string });

/**
 * The bytes of an image of `sources`, in pieces of any size: first the index, then the data. The same sources give the same
 * bytes, whatever their order. Holds one chunk of data at a time in memory.
 *
 * @throws PortsideError `image-too-large` beyond 4 GiB, `image-bad-name` for a name that no Linux file system takes,
 *   `image-source-changed` if a file's content is not the same, or not as long, when it is read for the second time.
 * @throws TypeError if `sources` are not one tree: a path twice, or in something that is not a directory.
 */
export async function* writeImage(sources: Iterable<ImageSource>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const nodes = breadthFirst(sources);
  const strings = concatenated(nodes.flatMap((node) => (node.target ? [node.name, node.target] : [node.name])));

  const files: PlacedFile[] = [];
  let dataSize = 0;
  for (const { source } of nodes) {
    if (source.type !== 'file') continue;
    files.push({ source, start: aligned(dataSize) });
    dataSize = aligned(dataSize) + source.size;
  }
  const layout = layoutOf(nodes.length, strings.length, dataSize);
  if (layout.dataOffset + dataSize > MAX_IMAGE_SIZE) throw new PortsideError('image-too-large');

  const index = new Uint8Array(layout.dataOffset);
  const header = new DataView(index.buffer, 0, HEADER_SIZE);
  index.set(MAGIC);
  header.setUint32(HeaderField.version, IMAGE_VERSION, true);
  header.setUint32(HeaderField.entryCount, nodes.length, true);
  header.setUint32(HeaderField.stringsSize, strings.length, true);
  header.setUint32(HeaderField.dataOffset, layout.dataOffset, true);
  header.setUint32(HeaderField.dataSize, dataSize, true);
  header.setUint32(HeaderField.chunkSize, CHUNK_SIZE, true);
  writeEntries(new DataView(index.buffer, HEADER_SIZE, nodes.length * ENTRY_SIZE), nodes, files, layout);
  index.set(strings, layout.stringsOffset);

  const digests: Uint8Array[] = [];
  for await (const chunk of dataChunks(files, dataSize)) digests.push(await sha256(chunk));
  index.set(concatenated(digests), layout.digestsOffset);
  header.setUint32(HeaderField.crc, indexChecksum(index), true);
  yield index;

  let chunkIndex = 0;
  for await (const chunk of dataChunks(files, dataSize)) {
    const expected = index.subarray(layout.digestsOffset + chunkIndex * DIGEST_SIZE);
    if ((await sha256(chunk)).some((byte, at) => byte !== expected[at])) {
      throw new PortsideError('image-source-changed', namesIn(files, chunkIndex));
    }
    chunkIndex++;
    yield chunk;
  }
}

interface Node {
  readonly source: ImageSource;
  readonly name: Uint8Array;
  readonly target: Uint8Array | undefined;
  readonly pathLength: number;
  readonly children: Node[];
  /** Set when the node gets its place. */
  parent: number;
}

interface PlacedFile {
  readonly source: FileSource;
  /** From the beginning of the data. */
  readonly start: number;
}

/** The entries in the order of the format. */
function breadthFirst(sources: Iterable<ImageSource>): Node[] {
  const encoder = new TextEncoder();
  // Sorted, parents come before what they hold.
  const sorted = [...sources].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const byPath = new Map<string, Node>();
  for (const source of sorted) {
    const { path } = source;
    const slash = path.lastIndexOf('/');
    const parent = path === '' ? undefined : byPath.get(slash < 0 ? '' : path.slice(0, slash));
    if (byPath.has(path)) throw new TypeError(`"${path}" was given twice`);
    if (path === '' ? source.type !== 'directory' : parent?.source.type !== 'directory') {
      throw new TypeError(`"${path}" has no directory to lie in`);
    }
    const name = encoder.encode(path.slice(slash + 1));
    const target = source.type === 'link' ? encoder.encode(source.target) : undefined;
    const pathLength = parent ? parent.pathLength + 1 + name.length : 0;
    if (parent) checkName(path, name, pathLength);
    if (target && (target.length === 0 || target.length > PATH_MAX || target.includes(0))) {
      throw new PortsideError('image-bad-name', `The target of the link ${path}.`);
    }
    const node = { source, name, target, pathLength, children: [], parent: 0 };
    byPath.set(path, node);
    parent?.children.push(node);
  }

  const root = byPath.get('');
  if (!root) throw new TypeError('the root directory is missing');
  const placed = [root];
  for (let index = 0; index < placed.length; index++) {
    for (const child of placed[index]?.children.sort((a, b) => compareNames(a.name, b.name)) ?? []) {
      child.parent = index;
      placed.push(child);
    }
  }
  return placed;
}

function checkName(path: string, name: Uint8Array, pathLength: number): void {
  const component = path.slice(path.lastIndexOf('/') + 1);
  const fits = name.length > 0 && name.length <= NAME_MAX && pathLength <= PATH_MAX;
  if (!fits || component === '.' || component === '..' || name.includes(0) || !component.isWellFormed()) {
    throw new PortsideError('image-bad-name', path);
  }
}

function writeEntries(
  records: DataView,
  nodes: readonly Node[],
  files: readonly PlacedFile[],
  { stringsOffset, dataOffset }: { readonly stringsOffset: number; readonly dataOffset: number },
): void {
  const starts = new Map(files.map(({ source, start }) => [source, start]));
  let nextString = 0;
  nodes.forEach(({ source, name, target, parent }, index) => {
    const at = index * ENTRY_SIZE;
    records.setUint32(at + EntryField.parent, parent, true);
    records.setUint32(at + EntryField.nameStart, nextString, true);
    records.setUint16(at + EntryField.nameLength, name.length, true);
    nextString += name.length;
    const permissions = source.permissions & 0o7777;
    records.setFloat64(at + EntryField.mtime, Math.trunc(source.mtime), true);
    switch (source.type) {
      case 'directory':
        records.setUint16(at + EntryField.mode, S_IFDIR | permissions, true);
        break;
      case 'file':
        records.setUint16(at + EntryField.mode, S_IFREG | permissions, true);
        records.setUint32(at + EntryField.offset, dataOffset + (starts.get(source) ?? 0), true);
        records.setUint32(at + EntryField.size, source.size, true);
        break;
      case 'link': {
        const size = target?.length ?? 0;
        records.setUint16(at + EntryField.mode, S_IFLNK | permissions, true);
        records.setUint32(at + EntryField.offset, stringsOffset + nextString, true);
        records.setUint32(at + EntryField.size, size, true);
        nextString += size;
      }
    }
  });
}

/** The data in chunks of CHUNK_SIZE, the last one as long as what is left; every chunk is the consumer's own. */
async function* dataChunks(files: readonly PlacedFile[], dataSize: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunkStart = 0;
  let chunk = new Uint8Array(Math.min(CHUNK_SIZE, dataSize));
  for (const { source, start } of files) {
    let position = start;
    const end = start + source.size;
    for await (const piece of source.read()) {
      if (position + piece.length > end) throw new PortsideError('image-source-changed', source.path);
      let taken = 0;
      while (taken < piece.length) {
        // The padding before a file may be what fills a chunk, so this stands before the copy.
        while (position >= chunkStart + chunk.length) {
          yield chunk;
          chunkStart += chunk.length;
          chunk = new Uint8Array(Math.min(CHUNK_SIZE, dataSize - chunkStart));
        }
        const count = Math.min(piece.length - taken, chunkStart + chunk.length - position);
        chunk.set(piece.subarray(taken, taken + count), position - chunkStart);
        taken += count;
        position += count;
      }
    }
    if (position !== end) throw new PortsideError('image-source-changed', source.path);
  }
  if (chunk.length > 0) yield chunk;
}

/** The files with bytes in a chunk, for a message. */
function namesIn(files: readonly PlacedFile[], chunkIndex: number): string {
  const start = chunkIndex * CHUNK_SIZE;
  return files
    .filter((file) => file.start < start + CHUNK_SIZE && file.start + file.source.size > start)
    .map(({ source }) => source.path)
    .join(', ');
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
