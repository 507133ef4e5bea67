/**
 * The inodes of the file system in kernel memory: allocation, release, attributes. Kernel only.
 *
 * Inodes come from pages that never hold anything else: a worker that lost a race may touch an open count for a moment
 * after the inode was released, and that must not land in another kind of record.
 */
import { ENOSPC } from '../abi/errno.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { INODE, INODE_SIZE } from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import { beginWrite, endWrite } from '../memory/seqlock.js';
import type { Clock } from '../platform/clock.js';
import type { AttributeChange, Timestamp } from './file-system.js';

const CARVED_PAGES = 16;

export interface InodeTimes {
  readonly atime: Timestamp;
  readonly mtime: Timestamp;
  readonly ctime: Timestamp;
}

export class InodeTable {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #clock: Clock;
  readonly #free: number[] = [];
  /** Inode 1 is the root's by custom of most file systems; 0 means none (POSIX: d_ino). */
  #nextIno = 1;
  #inUse = 0;

  constructor(memory: KernelMemory, pages: PageAllocator, clock: Clock) {
    this.#memory = memory;
    this.#pages = pages;
    this.#clock = clock;
  }

  get inUse(): number {
    return this.#inUse;
  }

  get nextNumber(): number {
    return this.#nextIno;
  }

  takeNumber(): number {
    return this.#nextIno++;
  }

  numberFrom(first: number): void {
    this.#nextIno = Math.max(this.#nextIno, first);
  }

  /** A fresh inode with no link, or -ENOSPC. */
  allocate(mode: number, uid: number, gid: number, rdev: number): number {
    const inode = this.#free.pop() ?? this.#carve();
    if (inode === undefined) return -ENOSPC;
    const { u32 } = this.#memory;
    const word = inode >>> 2;
    for (let i = 0; i < INODE_SIZE / 4; i++) if (i !== INODE.OPEN_COUNT_W && i !== INODE.SEQUENCE_W) u32[word + i] = 0;
    u32[word + INODE.INO_W] = this.#nextIno++;
    u32[word + INODE.MODE_W] = mode;
    u32[word + INODE.UID_W] = uid;
    u32[word + INODE.GID_W] = gid;
    u32[word + INODE.RDEV_W] = rdev;
    this.#stamp(inode, true, true, true);
    this.#inUse++;
    return inode;
  }

  /** The caller has released what it pointed to. */
  release(inode: number): void {
    // A reader that still looks at it must notice.
    beginWrite(this.#memory, (inode >>> 2) + INODE.SEQUENCE_W);
    this.#memory.u32[(inode >>> 2) + INODE.MODE_W] = 0;
    endWrite(this.#memory, (inode >>> 2) + INODE.SEQUENCE_W);
    this.#free.push(inode);
    this.#inUse--;
  }

  /** Data changed: mtime and ctime (POSIX write(), "shall mark for update"). */
  markModified(inode: number): void {
    const version = (inode >>> 2) + INODE.VERSION_W;
    this.#memory.u32[version] = (this.#memory.u32[version] as number) + 1;
    this.#stamp(inode, false, true, true);
  }

  /** Attributes or links changed: ctime. */
  markChanged(inode: number): void {
    this.#stamp(inode, false, false, true);
  }

  setAttributes(inode: number, change: AttributeChange): void {
    const { u32, f64 } = this.#memory;
    const word = inode >>> 2;
    beginWrite(this.#memory, word + INODE.SEQUENCE_W);
    if (change.mode !== undefined)
      u32[word + INODE.MODE_W] = ((u32[word + INODE.MODE_W] as number) & ~0o7777) | (change.mode & 0o7777);
    if (change.uid !== undefined && change.uid !== -1) u32[word + INODE.UID_W] = change.uid;
    if (change.gid !== undefined && change.gid !== -1) u32[word + INODE.GID_W] = change.gid;
    if (change.atime) {
      f64[(inode >>> 3) + INODE.ATIME_F64] = change.atime.seconds;
      u32[word + INODE.ATIME_NS_W] = change.atime.nanoseconds;
    }
    if (change.mtime) {
      f64[(inode >>> 3) + INODE.MTIME_F64] = change.mtime.seconds;
      u32[word + INODE.MTIME_NS_W] = change.mtime.nanoseconds;
    }
    this.#stamp(inode, false, false, true);
    endWrite(this.#memory, word + INODE.SEQUENCE_W);
  }

  /** The caller holds the inode's sequence counter. */
  setTimes(inode: number, { atime, mtime, ctime }: InodeTimes): void {
    const { u32, f64 } = this.#memory;
    f64[(inode >>> 3) + INODE.ATIME_F64] = atime.seconds;
    f64[(inode >>> 3) + INODE.MTIME_F64] = mtime.seconds;
    f64[(inode >>> 3) + INODE.CTIME_F64] = ctime.seconds;
    u32[(inode >>> 2) + INODE.ATIME_NS_W] = atime.nanoseconds;
    u32[(inode >>> 2) + INODE.MTIME_NS_W] = mtime.nanoseconds;
    u32[(inode >>> 2) + INODE.CTIME_NS_W] = ctime.nanoseconds;
  }

  #stamp(inode: number, atime: boolean, mtime: boolean, ctime: boolean): void {
    const { u32, f64 } = this.#memory;
    const milliseconds = this.#clock.realtime();
    const seconds = Math.floor(milliseconds / 1000);
    const nanoseconds = Math.floor((milliseconds - seconds * 1000) * 1e6);
    if (atime) f64[(inode >>> 3) + INODE.ATIME_F64] = seconds;
    if (mtime) f64[(inode >>> 3) + INODE.MTIME_F64] = seconds;
    if (ctime) f64[(inode >>> 3) + INODE.CTIME_F64] = seconds;
    if (atime) u32[(inode >>> 2) + INODE.ATIME_NS_W] = nanoseconds;
    if (mtime) u32[(inode >>> 2) + INODE.MTIME_NS_W] = nanoseconds;
    if (ctime) u32[(inode >>> 2) + INODE.CTIME_NS_W] = nanoseconds;
  }

  #carve(): number | undefined {
    const at = this.#pages.allocateZeroed(CARVED_PAGES);
    if (at === null) return undefined;
    for (let inode = at + CARVED_PAGES * PAGE - INODE_SIZE; inode >= at; inode -= INODE_SIZE) this.#free.push(inode);
    return this.#free.pop();
  }
}
