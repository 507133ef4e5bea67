/**
 * The data of a packed image as a source of blocks. A chunk that has come serves all the files in it: what lies beside a file that was wanted
 * is wanted next as a rule.
 */
import { BLOCK } from '../fs/block.js';
import type { BlockCache, BlockSource } from '../fs/block-cache.js';
import type { Image, ImageChunk } from './entry.js';

/** Brings the data of a chunk, checked. Rejects when it cannot be had. */
export type ChunkLoader = (chunk: ImageChunk) => Promise<Uint8Array>;

interface PlacedFile {
  readonly inode: number;
  /** In the data. */
  readonly start: number;
  readonly end: number;
}

export class ImageBlocks implements BlockSource {
  readonly #chunks: readonly ImageChunk[];
  readonly #load: ChunkLoader;
  readonly #cache: BlockCache;
  /** In the order of the data; `file` of a block is an index here. */
  readonly #files: PlacedFile[] = [];
  /** Chunks on their way. */
  readonly #loads = new Map<ImageChunk, Promise<Uint8Array>>();

  constructor({ chunks }: Image, load: ChunkLoader, cache: BlockCache) {
    this.#chunks = chunks;
    this.#load = load;
    this.#cache = cache;
  }

  /** What the next file that is added will be known as. */
  get nextFile(): number {
    return this.#files.length;
  }

  /** Files are added in the order of their data. */
  add(inode: number, start: number, size: number): void {
    this.#files.push({ inode, start, end: start + size });
  }

  async load(file: number, first: number, count: number): Promise<Uint8Array> {
    const placed = this.#files[file];
    if (!placed) throw new RangeError(`no file ${file} in the image`);
    const start = placed.start + first * BLOCK;
    const end = Math.min(start + count * BLOCK, placed.end);
    const bytes = new Uint8Array(Math.max(0, end - start));
    for (let index = this.#chunkAt(start); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk || chunk.start >= end) break;
      const data = await this.#chunk(chunk);
      const from = Math.max(start, chunk.start);
      bytes.set(data.subarray(from - chunk.start, end - chunk.start), from - start);
    }
    return bytes;
  }

  /** Joined: who wants a chunk that is on its way waits for that. */
  #chunk(chunk: ImageChunk): Promise<Uint8Array> {
    const under = this.#loads.get(chunk);
    if (under) return under;
    const load = this.#load(chunk).then((data) => {
      this.supply(chunk, data);
      return data;
    });
    this.#loads.set(chunk, load);
    const ended = () => this.#loads.delete(chunk);
    load.then(ended, ended);
    return load;
  }

  /** Gives all files in a chunk that has come their bytes. */
  supply(chunk: ImageChunk, data: Uint8Array): void {
    for (let index = this.#fileAt(chunk.start); index < this.#files.length; index++) {
      const file = this.#files[index];
      if (!file || file.start >= chunk.end) return;
      // Of a file that began before, whole blocks: the format cuts it at such borders.
      const offset = Math.max(0, chunk.start - file.start);
      if (offset % BLOCK !== 0 || file.end <= chunk.start || !this.#cache.isBackedBy(file.inode, this)) continue;
      const part = data.subarray(file.start + offset - chunk.start, Math.min(file.end, chunk.end) - chunk.start);
      if (part.length > 0) this.#cache.supply(file.inode, offset / BLOCK, part);
    }
  }

  /** The first chunk that ends behind `position`. */
  #chunkAt(position: number): number {
    return firstWhere(this.#chunks.length, (index) => (this.#chunks[index]?.end ?? 0) > position);
  }

  /** The first file that ends behind `position`. */
  #fileAt(position: number): number {
    return firstWhere(this.#files.length, (index) => (this.#files[index]?.end ?? 0) > position);
  }
}

/** The least index for which `holds`, which holds for all behind it; `count` when for none. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
