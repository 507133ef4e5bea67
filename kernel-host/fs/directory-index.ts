/**
 * Changes to the directory index: the dentry hash table and each directory's list of entries. Kernel only; readers are
 * in `dentry.ts` and `inode-reader.ts`. Callers bracket a whole operation with `change`, so that a worker sees all of
 * it or nothing.
 */
import { ENOSPC } from '../abi/errno.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { DENTRY, INODE, SUPERBLOCK } from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import { beginWrite, endWrite } from '../memory/seqlock.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import { hashName } from './dentry.js';

/** 16,384 buckets, 64 KiB: more than a WordPress has files. */
const FIRST_BUCKETS = 16384;
/** Cookies 0 and 1 are `.` and `..`; a position says what was read last, so that the first entry's is 3. */
const FIRST_COOKIE = 3;

export class DirectoryIndex {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #slabs: SlabAllocator;
  #entries = 0;

  /** @throws RangeError when memory has no room for the first table. */
  constructor(memory: KernelMemory, pages: PageAllocator, slabs: SlabAllocator) {
    this.#memory = memory;
    this.#pages = pages;
    this.#slabs = slabs;
    if (!this.#resize(FIRST_BUCKETS)) throw new RangeError('no memory for the directory index');
  }

  /** Runs `change` between two steps of the name space's sequence counter. */
  change<T>(change: () => T): T {
    beginWrite(this.#memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
    try {
      return change();
    } finally {
      endWrite(this.#memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
    }
  }

  /** Adds an entry; returns its dentry or -ENOSPC. Link counts are the caller's. */
  add(directory: number, name: Uint8Array, inode: number): number {
    const dentry = this.#slabs.allocate(DENTRY.NAME + name.length);
    if (dentry === null) return -ENOSPC;
    if (this.#entries >= (this.#memory.u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number)) {
      // A longer table is a matter of speed only.
      this.#resize((this.#memory.u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number) * 2);
    }
    const { u32, u8 } = this.#memory;
    const word = dentry >>> 2;
    const parent = directory >>> 2;
    u8.set(name, dentry + DENTRY.NAME);
    u32[word + DENTRY.PARENT_W] = directory;
    u32[word + DENTRY.INODE_W] = inode;
    u32[word + DENTRY.HASH_W] = hashName(directory, name, 0, name.length);
    u32[word + DENTRY.NAME_LENGTH_W] = name.length;
    const cookie = Math.max(u32[parent + INODE.NEXT_COOKIE_W] as number, FIRST_COOKIE);
    u32[word + DENTRY.COOKIE_W] = cookie;
    u32[parent + INODE.NEXT_COOKIE_W] = cookie + 1;
    const last = u32[parent + INODE.COUNT_W] as number;
    u32[word + DENTRY.PREVIOUS_W] = last;
    u32[last === 0 ? parent + INODE.DATA_W : (last >>> 2) + DENTRY.NEXT_W] = dentry;
    u32[parent + INODE.COUNT_W] = dentry;
    u32[parent + INODE.CAPACITY_W] = (u32[parent + INODE.CAPACITY_W] as number) + 1;
    this.#chain(u32, dentry);
    this.#entries++;
    return dentry;
  }

  remove(dentry: number): void {
    const { u32 } = this.#memory;
    const word = dentry >>> 2;
    const parent = (u32[word + DENTRY.PARENT_W] as number) >>> 2;
    let link = this.#bucket(u32, u32[word + DENTRY.HASH_W] as number);
    while (u32[link] !== dentry) link = ((u32[link] as number) >>> 2) + DENTRY.HASH_NEXT_W;
    u32[link] = u32[word + DENTRY.HASH_NEXT_W] as number;
    const next = u32[word + DENTRY.NEXT_W] as number;
    const previous = u32[word + DENTRY.PREVIOUS_W] as number;
    u32[previous === 0 ? parent + INODE.DATA_W : (previous >>> 2) + DENTRY.NEXT_W] = next;
    if (next === 0) u32[parent + INODE.COUNT_W] = previous;
    else u32[(next >>> 2) + DENTRY.PREVIOUS_W] = previous;
    u32[parent + INODE.CAPACITY_W] = (u32[parent + INODE.CAPACITY_W] as number) - 1;
    u32[word + DENTRY.PARENT_W] = 0;
    this.#entries--;
    this.#slabs.free(dentry as Address, DENTRY.NAME + (u32[word + DENTRY.NAME_LENGTH_W] as number));
  }

  /** Lets an existing entry name another inode. */
  replace(dentry: number, inode: number): void {
    this.#memory.u32[(dentry >>> 2) + DENTRY.INODE_W] = inode;
  }

  /** An entry that names a file; 0 when none does. Inodes do not point back at their names: all entries are looked at. */
  find(inode: number): number {
    const { u32 } = this.#memory;
    const table = (u32[SUPERBLOCK.DENTRY_TABLE_W] as number) >>> 2;
    const buckets = u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number;
    for (let bucket = 0; bucket < buckets; bucket++) {
      let dentry = u32[table + bucket] as number;
      while (dentry !== 0 && u32[(dentry >>> 2) + DENTRY.INODE_W] !== inode)
        dentry = u32[(dentry >>> 2) + DENTRY.HASH_NEXT_W] as number;
      if (dentry !== 0) return dentry;
    }
    return 0;
  }

  name(dentry: number): Uint8Array {
    const { u32, u8 } = this.#memory;
    return u8.slice(
      dentry + DENTRY.NAME,
      dentry + DENTRY.NAME + (u32[(dentry >>> 2) + DENTRY.NAME_LENGTH_W] as number),
    );
  }

  #bucket(u32: Uint32Array, hash: number): number {
    return (
      ((u32[SUPERBLOCK.DENTRY_TABLE_W] as number) >>> 2) +
      ((hash & ((u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number) - 1)) >>> 0)
    );
  }

  #chain(u32: Uint32Array, dentry: number): void {
    const bucket = this.#bucket(u32, u32[(dentry >>> 2) + DENTRY.HASH_W] as number);
    u32[(dentry >>> 2) + DENTRY.HASH_NEXT_W] = u32[bucket] as number;
    u32[bucket] = dentry;
  }

  /** The caller is within `change`, but for the first table. */
  #resize(buckets: number): boolean {
    const table = this.#pages.allocateZeroed((buckets * 4) / PAGE);
    if (table === null) return false;
    const { u32 } = this.#memory;
    const oldTable = u32[SUPERBLOCK.DENTRY_TABLE_W] as number;
    const oldBuckets = oldTable === 0 ? 0 : (u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number);
    u32[SUPERBLOCK.DENTRY_TABLE_W] = table;
    u32[SUPERBLOCK.DENTRY_BUCKETS_W] = buckets;
    for (let i = 0; i < oldBuckets; i++) {
      let dentry = u32[(oldTable >>> 2) + i] as number;
      while (dentry !== 0) {
        const next = u32[(dentry >>> 2) + DENTRY.HASH_NEXT_W] as number;
        this.#chain(u32, dentry);
        dentry = next;
      }
    }
    if (oldTable !== 0) this.#pages.free(oldTable as Address, (oldBuckets * 4) / PAGE);
    return true;
  }
}
