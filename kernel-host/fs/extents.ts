/**
 * The content of regular files: extents of kernel memory, sorted by file block. Kernel only; readers are in
 * `inode-reader.ts`. Bytes behind a file's size are of no meaning: whatever makes a file longer zeroes what it uncovers.
 */
import { ENOSPC } from '../abi/errno.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { EXTENT, EXTENT_ABSENT, EXTENT_CLEAN, EXTENT_SIZE, INODE } from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import { BLOCK, UNIT } from './block.js';
import { firstExtent } from './inode-reader.js';

/** Changed here only; as it was loaded; or not in memory. */
const OWN = 0;
type State = typeof OWN | typeof EXTENT_CLEAN | typeof EXTENT_ABSENT;

interface Extent {
  block: number;
  address: number;
  blocks: number;
  state: State;
}

/** A growing file gets up to this many blocks more than it asked for, and at most as many as it has: 256 KiB. */
const READ_AHEAD_BLOCKS = 64;
/** Most files have one extent: their tables come from slabs, longer ones from pages. */
const FIRST_CAPACITY = 4;
const SLAB_CAPACITY = 64;
/** A change makes so many blocks the file's own at once. */
const OWNED_BLOCKS = UNIT / BLOCK;

export class Extents {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #slabs: SlabAllocator;
  #cleanPages = 0;

  constructor(memory: KernelMemory, pages: PageAllocator, slabs: SlabAllocator) {
    this.#memory = memory;
    this.#pages = pages;
    this.#slabs = slabs;
  }

  /** Pages that `evict` could give back, over all files. */
  get cleanPages(): number {
    return this.#cleanPages;
  }

  /** Makes a fresh file `size` bytes long, none of which is in memory. 0 or -ENOSPC. */
  expect(inode: number, size: number): number {
    const blocks = Math.ceil(size / BLOCK);
    if (blocks > 0 && !this.#store(inode, [{ block: 0, address: 0, blocks, state: EXTENT_ABSENT }])) return -ENOSPC;
    this.#setSize(inode, size);
    return 0;
  }

  /** The first run of absent blocks in [first, end); null when all are there. */
  absent(inode: number, first: number, end: number): { readonly block: number; readonly blocks: number } | null {
    const { u32 } = this.#memory;
    const table = u32[(inode >>> 2) + INODE.DATA_W] as number;
    const count = u32[(inode >>> 2) + INODE.COUNT_W] as number;
    for (let index = firstExtent(u32, table, count, first); index < count; index++) {
      const extent = this.#extent(table, index);
      if (extent.block >= end) break;
      if (extent.state !== EXTENT_ABSENT) continue;
      const block = Math.max(first, extent.block);
      return { block, blocks: Math.min(end, extent.block + extent.blocks) - block };
    }
    return null;
  }

  /**
   * Gives those of the blocks from `first` on their bytes that are absent still; what `bytes` lacks of the last one is zero.
   * False when memory has no room. The caller holds the inode's sequence counter, here and below.
   */
  fill(inode: number, first: number, bytes: Uint8Array): boolean {
    const end = first + Math.ceil(bytes.length / BLOCK);
    for (let run = this.absent(inode, first, end); run; run = this.absent(inode, first, end)) {
      const { block, blocks } = run;
      const address = this.#pages.allocate(blocks);
      if (address === null) return false;
      const part = bytes.subarray((block - first) * BLOCK, (block - first + blocks) * BLOCK);
      this.#memory.u8.set(part, address);
      this.#memory.u8.fill(0, address + part.length, address + blocks * BLOCK);
      if (!this.#replace(inode, block, blocks, address, EXTENT_CLEAN)) {
        this.#pages.free(address, blocks);
        return false;
      }
    }
    return true;
  }

  /** Gives back the memory of clean blocks in [first, first + blocks). */
  evict(inode: number, first: number, blocks: number): void {
    for (const extent of this.#load(inode)) {
      const block = Math.max(first, extent.block);
      const count = Math.min(first + blocks, extent.block + extent.blocks) - block;
      if (extent.state !== EXTENT_CLEAN || count <= 0) continue;
      const address = extent.address + (block - extent.block) * BLOCK;
      // Without room for a longer table they stay.
      if (this.#replace(inode, block, count, 0, EXTENT_ABSENT)) this.#pages.free(address as Address, count);
    }
  }

  /** What was changed in [first, first + blocks) lies where it can be loaded from. */
  setClean(inode: number, first: number, blocks: number): void {
    this.#turn(inode, first, blocks, OWN, EXTENT_CLEAN);
  }

  /** Clean blocks in [first, first + blocks) cannot be loaded again. False when memory has no room for a longer table. */
  setOwn(inode: number, first: number, blocks: number): boolean {
    return this.#turn(inode, first, blocks, EXTENT_CLEAN, OWN);
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
    return extent.block <= block && extent.state === OWN ? extent : null;
  }

  /** Fills the hole at `block`, or makes what is there the file's own; returns the extent that now covers `block`. */
  #makeWritable(inode: number, block: number, wanted: number): Extent | null {
    const extents = this.#load(inode);
    let index = extents.findIndex((extent) => extent.block + extent.blocks > block);
    if (index < 0) index = extents.length;
    const there = extents[index];
    if (there && there.block <= block) return this.#own(inode, there, block, wanted);
    const hole = there ? there.block - block : Number.POSITIVE_INFINITY;
    const needed = Math.min(wanted, hole);
    const before = extents[index - 1];
    const generous = Math.min(hole, Math.max(needed, Math.min(before?.blocks ?? 0, READ_AHEAD_BLOCKS)));
    if (before && before.state === OWN && before.block + before.blocks === block) {
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
      const extent: Extent = { block, address, blocks, state: OWN };
      extents.splice(index, 0, extent);
      if (this.#store(inode, extents)) return extent;
      this.#pages.free(address, blocks);
      return null;
    }
    return null;
  }

  /** Absent blocks are about to be overwritten whole: the caller has loaded those of which something is to stay. */
  #own(inode: number, there: Extent, block: number, wanted: number): Extent | null {
    if (there.state === EXTENT_CLEAN) {
      const first = Math.max(there.block, Math.floor(block / OWNED_BLOCKS) * OWNED_BLOCKS);
      const end = Math.min(there.block + there.blocks, Math.ceil((block + wanted) / OWNED_BLOCKS) * OWNED_BLOCKS);
      return this.setOwn(inode, first, end - first) ? this.#extentAt(inode, block) : null;
    }
    const most = Math.min(wanted, there.block + there.blocks - block);
    for (let blocks = most; blocks >= 1; blocks = Math.floor(blocks / 2)) {
      const address = this.#pages.allocate(blocks);
      if (address === null) continue;
      this.#clear(address, blocks);
      if (this.#replace(inode, block, blocks, address, OWN)) return this.#extentAt(inode, block);
      this.#pages.free(address, blocks);
      return null;
    }
    return null;
  }

  #turn(inode: number, first: number, blocks: number, from: State, to: State): boolean {
    for (const extent of this.#load(inode)) {
      const block = Math.max(first, extent.block);
      const count = Math.min(first + blocks, extent.block + extent.blocks) - block;
      if (extent.state !== from || count <= 0) continue;
      const address = extent.address + (block - extent.block) * BLOCK;
      if (!this.#replace(inode, block, count, address, to)) return false;
    }
    return true;
  }

  /** Puts other extent in the place of blocks that one extent covers. False, and nothing changed, without room for a longer table. */
  #replace(inode: number, block: number, blocks: number, address: number, state: State): boolean {
    const pieces: Extent[] = [];
    for (const extent of this.#load(inode)) {
      const end = extent.block + extent.blocks;
      if (end <= block || extent.block >= block + blocks) {
        pieces.push(extent);
        continue;
      }
      if (extent.block < block) pieces.push({ ...extent, blocks: block - extent.block });
      pieces.push({ block, address, blocks, state });
      const left = end - block - blocks;
      if (left > 0)
        pieces.push({
          ...extent,
          block: end - left,
          address: extent.address + (extent.blocks - left) * BLOCK,
          blocks: left,
        });
    }
    return this.#store(inode, joined(pieces));
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
      if (keep < extent.blocks && extent.state !== EXTENT_ABSENT)
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
      state: stateOf(u32[word + EXTENT.FLAGS_W] as number),
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
    const cleanBefore = cleanPages(this.#load(inode));
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
      u32[at + EXTENT.FLAGS_W] = extent.state;
      allocated += extent.blocks;
    }
    this.#cleanPages += cleanPages(extents) - cleanBefore;
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

const stateOf = (flags: number): State =>
  (flags & EXTENT_ABSENT) !== 0 ? EXTENT_ABSENT : (flags & EXTENT_CLEAN) !== 0 ? EXTENT_CLEAN : OWN;

const cleanPages = (extents: readonly Extent[]): number =>
  extents.reduce((sum, { state, blocks }) => (state === EXTENT_CLEAN ? sum + blocks : sum), 0);

/** Neighbours of one state that also lie side by side in memory become one: tables stay short. */
function joined(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of extents) {
    const last = result.at(-1);
    const follows =
      last !== undefined &&
      last.state === extent.state &&
      last.block + last.blocks === extent.block &&
      (extent.state === EXTENT_ABSENT || last.address + last.blocks * BLOCK === extent.address);
    if (follows) last.blocks += extent.blocks;
    else result.push({ ...extent });
  }
  return result;
}
