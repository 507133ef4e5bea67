/**
 * Reading inodes: attributes, file content, link targets, directory entries. One module for the kernel and for the
 * process workers; it only reads. A worker validates what it read with the inode's sequence counter.
 */
import { type Attributes, S_IFDIR, S_IFMT, S_IFREG } from '../abi/stat.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DENTRY, EXTENT, EXTENT_ABSENT, EXTENT_SIZE, INODE } from '../memory/layout.js';
import { beginRead, readIsValid } from '../memory/seqlock.js';
import { BLOCK } from './block.js';

/** st_dev of the file system in kernel memory. */
export const ROOT_DEVICE = 1;
/** After so many readings that a writer disturbed, a worker lets the kernel answer. */
const ATTEMPTS = 50;
/** The content changed under every attempt: ask the kernel. */
export const DISTURBED = -4097;
/** Some of the bytes are not in memory: only the kernel can have them loaded. */
export const ABSENT = -4098;

/** Fills `out`; false when a writer disturbed every attempt. */
export function readAttributes(memory: KernelMemory, inode: number, out: Attributes): boolean {
  const word = inode >>> 2;
  const double = inode >>> 3;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const sequence = beginRead(memory, word + INODE.SEQUENCE_W);
    const { u32, f64 } = memory;
    const type = (u32[word + INODE.MODE_W] as number) & S_IFMT;
    out.device = ROOT_DEVICE;
    out.ino = u32[word + INODE.INO_W] as number;
    out.mode = u32[word + INODE.MODE_W] as number;
    out.nlink = u32[word + INODE.NLINK_W] as number;
    out.uid = u32[word + INODE.UID_W] as number;
    out.gid = u32[word + INODE.GID_W] as number;
    out.rdev = u32[word + INODE.RDEV_W] as number;
    // A directory's size is the file system's to choose: 4 KiB, as ext4 shows a small one.
    out.size = type === S_IFDIR ? BLOCK : (f64[double + INODE.SIZE_F64] as number);
    out.blockSize = BLOCK;
    out.blocks =
      type === S_IFREG ? (u32[word + INODE.PAGES_W] as number) * (BLOCK / 512) : type === S_IFDIR ? BLOCK / 512 : 0;
    out.atime = f64[double + INODE.ATIME_F64] as number;
    out.mtime = f64[double + INODE.MTIME_F64] as number;
    out.ctime = f64[double + INODE.CTIME_F64] as number;
    out.atimeNanoseconds = u32[word + INODE.ATIME_NS_W] as number;
    out.mtimeNanoseconds = u32[word + INODE.MTIME_NS_W] as number;
    out.ctimeNanoseconds = u32[word + INODE.CTIME_NS_W] as number;
    if (readIsValid(memory, word + INODE.SEQUENCE_W, sequence)) return true;
  }
  return false;
}

/** Size of a regular file in bytes. */
export function fileSize(memory: KernelMemory, inode: number): number {
  for (;;) {
    const sequence = beginRead(memory, (inode >>> 2) + INODE.SEQUENCE_W);
    const size = memory.f64[(inode >>> 3) + INODE.SIZE_F64] as number;
    if (readIsValid(memory, (inode >>> 2) + INODE.SEQUENCE_W, sequence)) return size;
  }
}

/**
 * Copies up to `length` bytes of a regular file from byte `position` to `into[at..]`.
 * @returns the count, 0 at the end of the file, DISTURBED, ABSENT.
 */
export function readFile(
  memory: KernelMemory,
  inode: number,
  position: number,
  into: Uint8Array,
  at: number,
  length: number,
): number {
  const word = inode >>> 2;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const sequence = beginRead(memory, word + INODE.SEQUENCE_W);
    if (sequence & 1) continue;
    const size = memory.f64[(inode >>> 3) + INODE.SIZE_F64] as number;
    const count = Math.min(length, size - position);
    const copied = count > 0 ? copyExtents(memory, word, position, into, at, count) : 0;
    if (copied === DISTURBED) continue;
    if (!readIsValid(memory, word + INODE.SEQUENCE_W, sequence)) continue;
    if (memory.u32[word + INODE.ACCESSED_W] !== 1) memory.u32[word + INODE.ACCESSED_W] = 1;
    return copied;
  }
  return DISTURBED;
}

/** The count; DISTURBED when what it met cannot be an extent; ABSENT. */
function copyExtents(
  memory: KernelMemory,
  word: number,
  position: number,
  into: Uint8Array,
  at: number,
  count: number,
): number {
  const { u32, u8 } = memory;
  const table = u32[word + INODE.DATA_W] as number;
  const extents = u32[word + INODE.COUNT_W] as number;
  // Memory that grew under the reading is not in its views.
  if (table + extents * EXTENT_SIZE > u8.length) return DISTURBED;
  const end = position + count;
  let done = position;
  for (let i = firstExtent(u32, table, extents, Math.floor(position / BLOCK)); i < extents && done < end; i++) {
    const extent = (table + i * EXTENT_SIZE) >>> 2;
    const from = (u32[extent + EXTENT.BLOCK_W] as number) * BLOCK;
    const until = Math.min(end, from + (u32[extent + EXTENT.BLOCKS_W] as number) * BLOCK);
    if (from > done) {
      const hole = Math.min(from, end);
      into.fill(0, at + done - position, at + hole - position);
      done = hole;
    }
    if (until <= done) continue;
    if (((u32[extent + EXTENT.FLAGS_W] as number) & EXTENT_ABSENT) !== 0) return ABSENT;
    const source = (u32[extent + EXTENT.ADDRESS_W] as number) + (done - from);
    if (source + (until - done) > u8.length) return DISTURBED;
    copy(u8, source, until - done, into, at + done - position);
    done = until;
  }
  if (done < end) into.fill(0, at + done - position, at + count);
  return count;
}

/** `set` on a view costs an allocation, which short copies do not repay (measured: about equal at 64 bytes). */
const SHORT_COPY = 64;

function copy(source: Uint8Array, from: number, count: number, into: Uint8Array, at: number): void {
  if (count > SHORT_COPY) into.set(source.subarray(from, from + count), at);
  else for (let i = 0; i < count; i++) into[at + i] = source[from + i] as number;
}

/** Index of the first extent that ends behind `block`: extents are sorted and do not overlap. */
export function firstExtent(u32: Uint32Array, table: number, extents: number, block: number): number {
  let low = 0;
  let high = extents;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const extent = (table + middle * EXTENT_SIZE) >>> 2;
    if ((u32[extent + EXTENT.BLOCK_W] as number) + (u32[extent + EXTENT.BLOCKS_W] as number) <= block) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copies a symbolic link's target, cut to `room` bytes as readlink(2) does; returns the count. */
export function readTarget(memory: KernelMemory, inode: number, into: Uint8Array, at: number, room: number): number {
  const { u32, u8 } = memory;
  const target = u32[(inode >>> 2) + INODE.DATA_W] as number;
  const count = Math.min(room, u32[(inode >>> 2) + INODE.COUNT_W] as number);
  copy(u8, target, count, into, at);
  return count;
}

/**
 * The directory entry behind `cookie`, in the directory's order; 0 at the end.
 * @param cursor the dentry that had this cookie when it was last given out, or 0: saves the search.
 */
export function nextDentry(memory: KernelMemory, directory: number, cookie: number, cursor: number): number {
  const { u32 } = memory;
  if (cursor !== 0) {
    const word = cursor >>> 2;
    if (u32[word + DENTRY.PARENT_W] === directory && u32[word + DENTRY.COOKIE_W] === cookie)
      return u32[word + DENTRY.NEXT_W] as number;
  }
  let at = u32[(directory >>> 2) + INODE.DATA_W] as number;
  // Bounded by the number of entries: while the list changes under a worker, it may run in a circle.
  let steps = u32[(directory >>> 2) + INODE.CAPACITY_W] as number;
  while (at !== 0 && (u32[(at >>> 2) + DENTRY.COOKIE_W] as number) <= cookie && steps-- > 0)
    at = u32[(at >>> 2) + DENTRY.NEXT_W] as number;
  return at;
}
