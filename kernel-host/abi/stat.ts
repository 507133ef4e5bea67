/** File types and mode bits (linux/stat.h), directory entry types (dirent.h). */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

/** DT_* values are the type bits shifted (glibc's IFTODT). */
export const directoryEntryType = (mode: number): number => (mode & S_IFMT) >>> 12;

/** What stat(2) tells, independent of any ABI's layout. Times are whole seconds and nanoseconds. */
export interface Attributes {
  device: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  /** Bytes. */
  size: number;
  /** Preferred size of a read in bytes. */
  blockSize: number;
  /** Allocated space in units of 512 bytes. */
  blocks: number;
  atime: number;
  atimeNanoseconds: number;
  mtime: number;
  mtimeNanoseconds: number;
  ctime: number;
  ctimeNanoseconds: number;
}

export const emptyAttributes = (): Attributes => ({
  device: 0,
  ino: 0,
  mode: 0,
  nlink: 0,
  uid: 0,
  gid: 0,
  rdev: 0,
  size: 0,
  blockSize: 4096,
  blocks: 0,
  atime: 0,
  atimeNanoseconds: 0,
  mtime: 0,
  mtimeNanoseconds: 0,
  ctime: 0,
  ctimeNanoseconds: 0,
});

/**
 * musl's `struct stat` as our wasm32 port declares it, 112 bytes: dev u64 @0, ino u64 @8, mode @16, nlink @20, uid @24,
 * gid @28, rdev u64 @32, size i64 @40, blksize @48, blocks i64 @56, atim @64, mtim @80, ctim @96 (i64 seconds, i32 ns).
 */
export const STAT_SIZE = 112;

export function writeStat(view: DataView, at: number, a: Attributes): void {
  setUint64(view, at, a.device);
  setUint64(view, at + 8, a.ino);
  view.setUint32(at + 16, a.mode, true);
  view.setUint32(at + 20, a.nlink, true);
  view.setUint32(at + 24, a.uid, true);
  view.setUint32(at + 28, a.gid, true);
  setUint64(view, at + 32, a.rdev);
  setUint64(view, at + 40, a.size);
  view.setUint32(at + 48, a.blockSize, true);
  view.setUint32(at + 52, 0, true);
  setUint64(view, at + 56, a.blocks);
  setTime(view, at + 64, a.atime, a.atimeNanoseconds);
  setTime(view, at + 80, a.mtime, a.mtimeNanoseconds);
  setTime(view, at + 96, a.ctime, a.ctimeNanoseconds);
}

/** sizeof(struct statx) (linux/stat.h) */
export const STATX_SIZE = 256;
/** linux/stat.h: all that stat(2) tells. */
const STATX_BASIC_STATS = 0x7ff;

/** struct statx of linux/stat.h. Births, mounts and attributes of files are not known, and said not to be. */
export function writeStatx(view: DataView, at: number, a: Attributes): void {
  new Uint8Array(view.buffer, view.byteOffset + at, STATX_SIZE).fill(0);
  view.setUint32(at, STATX_BASIC_STATS, true);
  view.setUint32(at + 4, a.blockSize, true);
  view.setUint32(at + 16, a.nlink, true);
  view.setUint32(at + 20, a.uid, true);
  view.setUint32(at + 24, a.gid, true);
  view.setUint16(at + 28, a.mode, true);
  setUint64(view, at + 32, a.ino);
  setUint64(view, at + 40, a.size);
  setUint64(view, at + 48, a.blocks);
  setTime(view, at + 64, a.atime, a.atimeNanoseconds);
  setTime(view, at + 96, a.ctime, a.ctimeNanoseconds);
  setTime(view, at + 112, a.mtime, a.mtimeNanoseconds);
  setDevice(view, at + 128, a.rdev);
  setDevice(view, at + 136, a.device);
}

/** Major and minor number (sys/sysmacros.h; the kernel's devices have no more than 12 and 8 bits of them). */
function setDevice(view: DataView, at: number, device: number): void {
  view.setUint32(at, (device >>> 8) & 0xfff, true);
  view.setUint32(at + 4, (device & 0xff) | ((device >>> 12) & 0xfff00), true);
}

export function readStat(view: DataView, at: number, a: Attributes): void {
  a.device = getUint64(view, at);
  a.ino = getUint64(view, at + 8);
  a.mode = view.getUint32(at + 16, true);
  a.nlink = view.getUint32(at + 20, true);
  a.uid = view.getUint32(at + 24, true);
  a.gid = view.getUint32(at + 28, true);
  a.rdev = getUint64(view, at + 32);
  a.size = getUint64(view, at + 40);
  a.blockSize = view.getUint32(at + 48, true);
  a.blocks = getUint64(view, at + 56);
  a.atime = getUint64(view, at + 64);
  a.atimeNanoseconds = view.getUint32(at + 72, true);
  a.mtime = getUint64(view, at + 80);
  a.mtimeNanoseconds = view.getUint32(at + 88, true);
  a.ctime = getUint64(view, at + 96);
  a.ctimeNanoseconds = view.getUint32(at + 104, true);
}

/** Signed, exact up to 2^53, without a BigInt. */
export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
}

export function getUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
}

function setTime(view: DataView, at: number, seconds: number, nanoseconds: number): void {
  setUint64(view, at, seconds);
  view.setUint32(at + 8, nanoseconds, true);
  view.setUint32(at + 12, 0, true);
}
