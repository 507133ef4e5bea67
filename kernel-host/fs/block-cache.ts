/**
 * Blocks of files that lie elsewhere, in a packed image or a database: loaded when they are needed, read ahead, and evicted
 * when those that are in memory unchanged grow too many. Blocks that were changed here are never evicted.
 */
import type { KernelMemory } from '../memory/kernel-memory.js';
import { INODE } from '../memory/layout.js';
import { changing } from '../memory/seqlock.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { BLOCK } from './block.js';
import type { Extents } from './extents.js';

/** Where blocks come from. */
export interface BlockSource {
  /**
   * `count` blocks from block `first` on of the file that the source knows as `file`; what is missing at the end is zero.
   * Rejects when they cannot be had: whoever waits for them gets EIO, and the next read tries again.
   */
  load(file: number, first: number, count: number): Promise<Uint8Array>;
}

/** As Linux's read-ahead begins and where ours ends: 64 KiB, doubled with each read that goes on where the last ended, to 1 MiB. */
const FIRST_WINDOW = 16;
const LARGEST_WINDOW = 256;
/** Bytes of unchanged blocks in memory: half of what a tab on a phone with 2 GiB may use, and all of most sites. */
const CACHE_LIMIT = 256 * 1024 * 1024;

interface Backing {
  readonly source: BlockSource;
  readonly file: number;
  readonly loads: Set<BlockLoad>;
  /** By first block: what was loaded at once, and is evicted at once. */
  readonly runs: Map<number, Run>;
  /** Where a sequential reader goes on, and how much it gets then. */
  next: number;
  window: number;
}

interface Run {
  readonly inode: number;
  readonly backing: Backing;
  readonly block: number;
  readonly blocks: number;
}

/** Blocks on their way. */
export class BlockLoad {
  /** Woken once, at the end. */
  readonly ended = new WaitQueue();
  readonly first: number;
  readonly end: number;
  failed = false;
  /** Some of them were changed meanwhile: what arrives is of yesterday. */
  stale = false;

  constructor(first: number, end: number) {
    this.first = first;
    this.end = end;
  }
}

/** Thrown, before anything was changed, where blocks are needed that are not in memory: the call is made again when they are. */
export class AbsentBlocks {
  readonly load: BlockLoad;

  constructor(load: BlockLoad) {
    this.load = load;
  }
}

export class BlockCache {
  readonly #memory: KernelMemory;
  readonly #extents: Extents;
  readonly #limit: number;
  readonly #backings = new Map<number, Backing>();
  /** In the order in which they were loaded, or given another chance. */
  readonly #runs = new Set<Run>();

  /** @param limit bytes of unchanged blocks that may stay in memory. */
  constructor(memory: KernelMemory, extents: Extents, limit = CACHE_LIMIT) {
    this.#memory = memory;
    this.#extents = extents;
    this.#limit = limit;
  }

  /** From now on absent blocks of `inode` are those of `file` in `source`. */
  back(inode: number, source: BlockSource, file: number): void {
    this.forget(inode);
    this.#backings.set(inode, { source, file, loads: new Set(), runs: new Map(), next: 0, window: FIRST_WINDOW });
  }

  /** The inode is released, or nothing of it lies elsewhere any more. */
  forget(inode: number): void {
    const backing = this.#backings.get(inode);
    if (!backing) return;
    this.#backings.delete(inode);
    for (const run of backing.runs.values()) this.#runs.delete(run);
  }

  /** Whether absent blocks of it would be found in `source`. */
  isBackedBy(inode: number, source: BlockSource): boolean {
    return this.#backings.get(inode)?.source === source;
  }

  /** Whether some of the bytes [from, to) are not in memory. */
  lacks(inode: number, from: number, to: number): boolean {
    return this.#extents.absent(inode, Math.floor(from / BLOCK), Math.ceil(to / BLOCK)) !== null;
  }

  /** The first of the loads that bring the bytes [from, to) of a file; null when they are there. */
  need(inode: number, from: number, to: number): BlockLoad | null {
    const end = Math.ceil(to / BLOCK);
    const absent = this.#extents.absent(inode, Math.floor(from / BLOCK), end);
    if (!absent) return null;
    const { block } = absent;
    const backing = this.#backings.get(inode);
    if (!backing) throw new RangeError(`nothing is known of the absent blocks of inode ${inode}`);
    for (const load of backing.loads) if (!load.stale && load.first <= block && block < load.end) return load;
    backing.window = block === backing.next ? Math.min(backing.window * 2, LARGEST_WINDOW) : FIRST_WINDOW;
    // A reader that begins at the beginning has shown nothing yet.
    if (block === 0) backing.window = FIRST_WINDOW;
    const wanted = Math.min(Math.max(absent.blocks, backing.window), LARGEST_WINDOW);
    const run = this.#extents.absent(inode, block, block + wanted);
    const load = new BlockLoad(block, block + (run?.blocks ?? absent.blocks));
    backing.next = load.end;
    this.#start(inode, backing, load);
    return load;
  }

  /** @throws AbsentBlocks unless the bytes [from, to) are in memory. */
  require(inode: number, from: number, to: number): void {
    const load = this.need(inode, from, to);
    if (load) throw new AbsentBlocks(load);
  }

  /** The bytes [from, to) are other ones from now on: what is on its way there is too late. */
  changed(inode: number, from: number, to: number): void {
    const backing = this.#backings.get(inode);
    if (!backing || backing.loads.size === 0) return;
    const [first, end] = [Math.floor(from / BLOCK), Math.ceil(to / BLOCK)];
    for (const load of backing.loads) if (load.first < end && first < load.end) load.stale = true;
  }

  /** Takes blocks that came along with others, where they are absent. False when memory has no room for them. */
  supply(inode: number, first: number, bytes: Uint8Array): boolean {
    const backing = this.#backings.get(inode);
    const filled = backing !== undefined && this.#fill(inode, backing, first, bytes);
    this.#evict();
    return filled;
  }

  /** The blocks [first, first + blocks) are in the source as they are here: they may be evicted. */
  setClean(inode: number, first: number, blocks: number): void {
    const backing = this.#backings.get(inode);
    if (!backing) return;
    this.#change(inode, () => this.#extents.setClean(inode, first, blocks));
    this.#loaded({ inode, backing, block: first, blocks });
    this.#evict();
  }

  /**
   * Loads the bytes [from, to) of a file and makes them the memory's own, as an overlay copies up what it is about to keep (Linux:
   * overlayfs.rst): they are not evicted from now on. False when that failed, or the file has gone.
   */
  async own(inode: number, from: number, to: number): Promise<boolean> {
    const backing = this.#backings.get(inode);
    for (;;) {
      if (!backing || this.#backings.get(inode) !== backing) return false;
      const load = this.need(inode, from, to);
      if (!load) break;
      await ended(load);
      if (load.failed) return false;
    }
    const first = Math.floor(from / BLOCK);
    return this.#change(inode, () => this.#extents.setOwn(inode, first, Math.ceil(to / BLOCK) - first));
  }

  #start(inode: number, backing: Backing, load: BlockLoad): void {
    backing.loads.add(load);
    const end = (failed: boolean): void => {
      backing.loads.delete(load);
      load.failed = failed;
      load.ended.wake();
    };
    backing.source.load(backing.file, load.first, load.end - load.first).then(
      (bytes) => {
        const current = this.#backings.get(inode) === backing && !load.stale;
        const whole = wholeBlocks(bytes, load.end - load.first);
        const filled = !current || this.#fill(inode, backing, load.first, whole);
        this.#evict();
        end(!filled);
      },
      () => end(!load.stale),
    );
  }

  #fill(inode: number, backing: Backing, first: number, bytes: Uint8Array): boolean {
    const filled = this.#change(inode, () => this.#extents.fill(inode, first, bytes));
    this.#loaded({ inode, backing, block: first, blocks: Math.ceil(bytes.length / BLOCK) });
    return filled;
  }

  #loaded(run: Run): void {
    const before = run.backing.runs.get(run.block);
    if (before) this.#runs.delete(before);
    const longer = before && before.blocks > run.blocks ? before : run;
    run.backing.runs.set(run.block, longer);
    this.#runs.add(longer);
  }

  /** The clock algorithm (Corbató, 1968): whose file was read since the last round stays for another. */
  #evict(): void {
    let chances = this.#runs.size;
    for (const run of this.#runs) {
      if (this.#extents.cleanPages * BLOCK <= this.#limit) return;
      this.#runs.delete(run);
      const accessed = (run.inode >>> 2) + INODE.ACCESSED_W;
      if (chances-- > 0 && this.#memory.u32[accessed] === 1) {
        // Of a file in several runs the first takes the chance.
        this.#memory.u32[accessed] = 0;
        this.#runs.add(run);
        continue;
      }
      run.backing.runs.delete(run.block);
      this.#change(run.inode, () => this.#extents.evict(run.inode, run.block, run.blocks));
    }
  }

  #change<T>(inode: number, change: () => T): T {
    return changing(this.#memory, (inode >>> 2) + INODE.SEQUENCE_W, change);
  }
}

/** Resolves when the blocks have come, or are known not to. */
export const ended = (load: BlockLoad): Promise<void> => new Promise((resolve) => load.ended.add({ wake: resolve }));

/** A source may end with the file: the rest of the last block, and blocks behind it, are zero. */
function wholeBlocks(bytes: Uint8Array, blocks: number): Uint8Array {
  if (bytes.length === blocks * BLOCK) return bytes;
  const whole = new Uint8Array(blocks * BLOCK);
  whole.set(bytes.subarray(0, whole.length));
  return whole;
}
