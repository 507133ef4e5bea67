import { PortsideError } from '../../protocol/errors.js';
import {
  aligned,
  CHUNK_MAX,
  CHUNK_MIN,
  CHUNK_RECORD_SIZE,
  ChunkField,
  compareNames,
  ENTRY_SIZE,
  EntryField,
  HEADER_SIZE,
  HeaderField,
  IMAGE_VERSION,
  type IndexLayout,
  layoutOf,
  MAGIC,
  MAX_DATA_SIZE,
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
  /** The content from its beginning, `size` bytes in all. */
  readonly read: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What an image is made of. Directories are named too, the root among them; the order is free. */
export type ImageSource =
  | FileSource
  | (SourceBase & { readonly type: 'directory' })
  | (SourceBase & { readonly type: 'link'; readonly target: string });

/** What became of a chunk where it is stored. */
export interface StoredChunk {
  readonly size: number;
  /** SHA-256 of the stored bytes. */
  readonly digest: Uint8Array;
}

/**
 * Writes an image of `sources`: hands the chunks of the data to `store`, one after another, and returns the index. The same sources give
 * the same image, whatever their order. Holds one chunk at a time in memory.
 *
 * @throws PortsideError `image-too-large` beyond 4 GiB, `image-bad-name` for a name that no Linux file system takes,
 *   `image-source-changed` if a file is not as long as was said.
 * @throws TypeError if `sources` are not one tree: a path twice, or in something that is not a directory.
 */
export async function writeImage(
  sources: Iterable<ImageSource>,
  store: (chunk: Uint8Array<ArrayBuffer>) => Promise<StoredChunk>,
): Promise<Uint8Array<ArrayBuffer>> {
  const nodes = breadthFirst(sources);
  const strings = concatenated(nodes.flatMap((node) => (node.target ? [node.name, node.target] : [node.name])));
  const { files, chunks, dataSize } = planData(nodes);
  if (dataSize > MAX_DATA_SIZE) throw new PortsideError('image-too-large');
  const layout = layoutOf(nodes.length, chunks.length, strings.length);

  const index = new Uint8Array(layout.size);
  const header = new DataView(index.buffer, 0, HEADER_SIZE);
  index.set(MAGIC);
  header.setUint32(HeaderField.version, IMAGE_VERSION, true);
  header.setUint32(HeaderField.entryCount, nodes.length, true);
  header.setUint32(HeaderField.stringsSize, strings.length, true);
  header.setUint32(HeaderField.chunkCount, chunks.length, true);
  header.setUint32(HeaderField.dataSize, dataSize, true);
  writeEntries(new DataView(index.buffer, HEADER_SIZE, nodes.length * ENTRY_SIZE), nodes, files, layout);
  index.set(strings, layout.stringsOffset);

  const records = new DataView(index.buffer, layout.chunksOffset, chunks.length * CHUNK_RECORD_SIZE);
  let at = 0;
  for await (const chunk of dataChunks(files, chunks)) {
    const { size, digest } = await store(chunk);
    records.setUint32(at + ChunkField.end, chunks[at / CHUNK_RECORD_SIZE]?.end ?? 0, true);
    records.setUint32(at + ChunkField.storedSize, size, true);
    index.set(digest, layout.chunksOffset + at + ChunkField.digest);
    at += CHUNK_RECORD_SIZE;
  }
  header.setUint32(HeaderField.crc, indexChecksum(index), true);
  return index;
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

/** The bytes [start, end) of the data. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where contents lie, and where chunks begin and end. */
function planData(nodes: readonly Node[]): {
  readonly files: readonly PlacedFile[];
  readonly chunks: readonly Range[];
  readonly dataSize: number;
} {
  const files: PlacedFile[] = [];
  const chunks: Range[] = [];
  let chunkStart = 0;
  let end = 0;
  for (const { source } of nodes) {
    if (source.type !== 'file') continue;
    const start = aligned(end);
    const long = start + source.size - chunkStart > CHUNK_MAX;
    if (end > chunkStart && (long || (end - chunkStart >= CHUNK_MIN && endsChunk(source.path)))) {
      chunks.push({ start: chunkStart, end });
      chunkStart = start;
    }
    files.push({ source, start });
    end = start + source.size;
    for (; end - chunkStart > CHUNK_MAX; chunkStart += CHUNK_MAX)
      chunks.push({ start: chunkStart, end: chunkStart + CHUNK_MAX });
  }
  if (end > chunkStart) chunks.push({ start: chunkStart, end });
  return { files, chunks, dataSize: end };
}

/** One name in eight, by its FNV-1a hash: borders that stay where they are when files come and go elsewhere. */
function endsChunk(path: string): boolean {
  let hash = 0x811c9dc5;
  for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  return (hash >>> 13) % 8 === 0;
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
  { stringsOffset }: IndexLayout,
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
        records.setUint32(at + EntryField.offset, starts.get(source) ?? 0, true);
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

/** The bytes of each chunk; every one is the consumer's own. */
async function* dataChunks(
  files: readonly PlacedFile[],
  chunks: readonly Range[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const pending = chunks.values();
  let range = pending.next().value;
  let chunk = new Uint8Array(range ? range.end - range.start : 0);
  for (const { source, start } of files) {
    let position = start;
    for await (const piece of source.read()) {
      if (position + piece.length > start + source.size) throw new PortsideError('image-source-changed', source.path);
      for (let taken = 0; taken < piece.length; ) {
        while (range && position >= range.end) {
          yield chunk;
          range = pending.next().value;
          chunk = new Uint8Array(range ? range.end - range.start : 0);
        }
        const { start: from, end } = range ?? { start: position, end: position + piece.length };
        const count = Math.min(piece.length - taken, end - position);
        chunk.set(piece.subarray(taken, taken + count), position - from);
        taken += count;
        position += count;
      }
    }
    if (position !== start + source.size) throw new PortsideError('image-source-changed', source.path);
  }
  if (chunk.length > 0) yield chunk;
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
