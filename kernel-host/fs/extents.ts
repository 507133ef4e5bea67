/**
 * The content of regular files: extents of kernel memory, sorted by file block. Kernel only; readers are in
 * `inode-reader.ts`. Bytes behind a file's size are of no meaning: whatever makes a file longer zeroes what it uncovers.
 */
import { ENOSPC } from '../abi/errno.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { EXTENT, EXTENT_READ_ONLY, EXTENT_SIZE, INODE } from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import { BLOCK } from './block.js';
import { firstExtent } from './inode-reader.js';

interface Extent {
  block: number;
  address: number;
  blocks: number;
  readOnly: boolean;
}

/** A growing file gets up to this many blocks more than it asked for, and at most as many as it has: 256 KiB. */
const READ_AHEAD_BLOCKS = 64;
/** Most files have one extent: their tables come from slabs, longer ones from pages. */
const FIRST_CAPACITY = 4;
const SLAB_CAPACITY = 64;
/** A packed file is copied in pieces of at most this many blocks (1 MiB) when a part of it is first changed. */
const COPY_BLOCKS = 256;

export class Extents {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #slabs: SlabAllocator;

  constructor(memory: KernelMemory, pages: PageAllocator, slabs: SlabAllocator) {
    this.#memory = memory;
    this.#pages = pages;
    this.#slabs = slabs;
  }

  /** Points a fresh file at `size` bytes that lie at `address` and stay there unchanged. */
  adopt(inode: number, address: number, size: number): number {
    if (size > 0 && !this.#store(inode, [{ block: 0, address, blocks: Math.ceil(size / BLOCK), readOnly: true }]))
      return -ENOSPC;
    this.#setSize(inode, size);
    return 0;
  }

  /** Count written, or -ENOSPC when not one byte found room. The caller holds the inode's sequence counter. */
  write(inode: number, position: number, from: Uint8Array): number {
    if (from.length === 0) return 0;
    const size = this.#size(inode);
    if (position > size && !this.#zero(inode, size, position)) return -ENOSPC;
    let done = 0;
    while (done < from.length) {
      const run = this.#writable(inode, position + done, from.length - done);
      if (run === null) break;
      this.#memory.u8.set(from.subarray(done, done + run.length), run.address);
      done += run.length;
    }
    // A write that found no room leaves the file as long as it was.
    if (done > 0 && position + done > size) this.#setSize(inode, position + done);
    return done === 0 ? -ENOSPC : done;
  }

  /** 0 or -ENOSPC. The caller holds the inode's sequence counter. */
  truncate(inode: number, size: number): number {
    const before = this.#size(inode);
    if (size > before) {
      if (!this.#zero(inode, before, size)) return -ENOSPC;
    } else {
      this.#drop(inode, Math.ceil(size / BLOCK));
    }
    this.#setSize(inode, size);
    return 0;
  }

  release(inode: number): void {
    this.#drop(inode, 0);
    const word = inode >>> 2;
    const { u32 } = this.#memory;
    this.#freeTable(u32[word + INODE.DATA_W] as number, u32[word + INODE.CAPACITY_W] as number);
    u32[word + INODE.DATA_W] = 0;
    u32[word + INODE.CAPACITY_W] = 0;
  }

  #size(inode: number): number {
    return this.#memory.f64[(inode >>> 3) + INODE.SIZE_F64] as number;
  }

  #setSize(inode: number, size: number): void {
    this.#memory.f64[(inode >>> 3) + INODE.SIZE_F64] = size;
  }

  /** Zeroes what is allocated of the bytes [from, to); holes read as zero by themselves. */
  #zero(inode: number, from: number, to: number): boolean {
    for (const extent of this.#load(inode)) {
      const start = Math.max(from, extent.block * BLOCK);
      const end = Math.min(to, (extent.block + extent.blocks) * BLOCK);
      let at = start;
      while (at < end) {
        const run = this.#writable(inode, at, end - at);
        if (run === null) return false;
        this.#memory.u8.fill(0, run.address, run.address + run.length);
        at += run.length;
      }
    }
    return true;
  }

  /** Where up to `length` bytes of the file at `position` may be written: makes the blocks exist and be the file's own. */
  #writable(inode: number, position: number, length: number): { address: number; length: number } | null {
    const block = Math.floor(position / BLOCK);
    const extent =
      this.#extentAt(inode, block) ?? this.#makeWritable(inode, block, Math.ceil((position + length) / BLOCK) - block);
    if (extent === null) return null;
    const offset = position - extent.block * BLOCK;
    return { address: extent.address + offset, length: Math.min(length, extent.blocks * BLOCK - offset) };
  }

  /** The writable extent that covers `block`. */
  #extentAt(inode: number, block: number): Extent | null {
    const { u32 } = this.#memory;
    const word = inode >>> 2;
    const table = u32[word + INODE.DATA_W] as number;
    const count = u32[word + INODE.COUNT_W] as number;
    const index = firstExtent(u32, table, count, block);
    if (index === count) return null;
    const extent = this.#extent(table, index);
    return extent.block <= block && !extent.readOnly ? extent : null;
  }

  /** Fills the hole at `block`, or copies the packed blocks there; returns the extent that now covers `block`. */
  #makeWritable(inode: number, block: number, wanted: number): Extent | null {
    const extents = this.#load(inode);
    let index = extents.findIndex((extent) => extent.block + extent.blocks > block);
    if (index < 0) index = extents.length;
    const there = extents[index];
    if (there && there.block <= block) return this.#copyPacked(inode, extents, index, there, block);
    const hole = there ? there.block - block : Number.POSITIVE_INFINITY;
    const needed = Math.min(wanted, hole);
    const before = extents[index - 1];
    const generous = Math.min(hole, Math.max(needed, Math.min(before?.blocks ?? 0, READ_AHEAD_BLOCKS)));
    if (before && !before.readOnly && before.block + before.blocks === block) {
      for (const blocks of generous === needed ? [needed] : [generous, needed]) {
        if (!this.#pages.extend(before.address as Address, before.blocks, blocks)) continue;
        this.#clear(before.address + before.blocks * BLOCK, blocks);
        before.blocks += blocks;
        return this.#store(inode, extents) ? before : null;
      }
    }
    // A fragmented memory may have no run as long: half as much, and so on.
    for (let blocks = generous; blocks >= 1; blocks = Math.floor(blocks / 2)) {
      const address = this.#pages.allocate(blocks);
      if (address === null) continue;
      this.#clear(address, blocks);
      const extent = { block, address, blocks, readOnly: false };
      extents.splice(index, 0, extent);
      if (this.#store(inode, extents)) return extent;
      this.#pages.free(address, blocks);
      return null;
    }
    return null;
  }

  /** Copies the piece of a packed extent that `block` lies in, and puts the copy in its place. */
  #copyPacked(inode: number, extents: Extent[], index: number, packed: Extent, block: number): Extent | null {
    const first =
      packed.blocks <= COPY_BLOCKS
        ? packed.block
        : packed.block + Math.floor((block - packed.block) / COPY_BLOCKS) * COPY_BLOCKS;
    const end = Math.min(first + COPY_BLOCKS, packed.block + packed.blocks);
    const blocks = end - first;
    const address = this.#pages.allocate(blocks);
    if (address === null) return null;
    const { u8 } = this.#memory;
    const source = packed.address + (first - packed.block) * BLOCK;
    // What lies behind the file's size in the image belongs to other files.
    const bytes = Math.max(0, Math.min(blocks * BLOCK, this.#size(inode) - first * BLOCK));
    u8.copyWithin(address, source, source + bytes);
    u8.fill(0, address + bytes, address + blocks * BLOCK);
    const copy = { block: first, address: address as number, blocks, readOnly: false };
    const pieces: Extent[] = [];
    if (first > packed.block)
      pieces.push({ block: packed.block, address: packed.address, blocks: first - packed.block, readOnly: true });
    pieces.push(copy);
    const left = packed.block + packed.blocks - end;
    if (left > 0)
      pieces.push({ block: end, address: packed.address + (end - packed.block) * BLOCK, blocks: left, readOnly: true });
    extents.splice(index, 1, ...pieces);
    if (this.#store(inode, extents)) return copy;
    this.#pages.free(address, blocks);
    return null;
  }

  #clear(address: number, blocks: number): void {
    this.#memory.u8.fill(0, address, address + blocks * BLOCK);
  }

  /** Gives back every block from `first` on. */
  #drop(inode: number, first: number): void {
    const kept: Extent[] = [];
    for (const extent of this.#load(inode)) {
      const keep = Math.max(0, Math.min(extent.blocks, first - extent.block));
      if (keep > 0) kept.push({ ...extent, blocks: keep });
      if (keep < extent.blocks && !extent.readOnly)
        this.#pages.free((extent.address + keep * BLOCK) as Address, extent.blocks - keep);
    }
    this.#store(inode, kept);
  }

  #extent(table: number, index: number): Extent {
    const { u32 } = this.#memory;
    const word = (table + index * EXTENT_SIZE) >>> 2;
    return {
      block: u32[word + EXTENT.BLOCK_W] as number,
      address: u32[word + EXTENT.ADDRESS_W] as number,
      blocks: u32[word + EXTENT.BLOCKS_W] as number,
      readOnly: ((u32[word + EXTENT.FLAGS_W] as number) & EXTENT_READ_ONLY) !== 0,
    };
  }

  #load(inode: number): Extent[] {
    const { u32 } = this.#memory;
    const table = u32[(inode >>> 2) + INODE.DATA_W] as number;
    return Array.from({ length: u32[(inode >>> 2) + INODE.COUNT_W] as number }, (_, index) =>
      this.#extent(table, index),
    );
  }

  /** False, and nothing changed, when a longer table finds no room. */
  #store(inode: number, extents: readonly Extent[]): boolean {
    const word = inode >>> 2;
    const capacity = this.#memory.u32[word + INODE.CAPACITY_W] as number;
    if (extents.length > capacity) {
      let larger = Math.max(capacity, FIRST_CAPACITY);
      while (larger < extents.length) larger *= 2;
      const bytes = larger * EXTENT_SIZE;
      const table =
        larger <= SLAB_CAPACITY ? this.#slabs.allocate(bytes) : this.#pages.allocate(Math.ceil(bytes / PAGE));
      if (table === null) return false;
      this.#freeTable(this.#memory.u32[word + INODE.DATA_W] as number, capacity);
      this.#memory.u32[word + INODE.DATA_W] = table;
      this.#memory.u32[word + INODE.CAPACITY_W] = larger;
    }
    const { u32 } = this.#memory;
    const table = u32[word + INODE.DATA_W] as number;
    let allocated = 0;
    for (const [index, extent] of extents.entries()) {
      const at = (table + index * EXTENT_SIZE) >>> 2;
      u32[at + EXTENT.BLOCK_W] = extent.block;
      u32[at + EXTENT.ADDRESS_W] = extent.address;
      u32[at + EXTENT.BLOCKS_W] = extent.blocks;
      u32[at + EXTENT.FLAGS_W] = extent.readOnly ? EXTENT_READ_ONLY : 0;
      allocated += extent.blocks;
    }
    u32[word + INODE.COUNT_W] = extents.length;
    u32[word + INODE.PAGES_W] = allocated;
    return true;
  }

  #freeTable(table: number, capacity: number): void {
    if (capacity === 0) return;
    const bytes = capacity * EXTENT_SIZE;
    if (capacity <= SLAB_CAPACITY) this.#slabs.free(table as Address, bytes);
    else this.#pages.free(table as Address, Math.ceil(bytes / PAGE));
  }
}
