/** fd_*: open files, but for directories' entries and preopens. */
import { EINVAL, EOPNOTSUPP, Errno, ESPIPE } from '../../abi/errno.js';
import {
  F_GETFL,
  F_SETFL,
  O_ACCMODE,
  O_APPEND,
  O_DSYNC,
  O_NONBLOCK,
  O_RDONLY,
  O_SYNC,
  O_WRONLY,
  SEEK_CUR,
  UTIME_NOW,
  UTIME_OMIT,
} from '../../abi/fcntl.js';
import type { Attributes } from '../../abi/stat.js';
import * as number from '../../abi/syscall.js';
import { isMemoryDevice } from '../../device/devices.js';
import type { Imports } from '../imports.js';
import { readsAtOnce, type Transfer, transferVectors } from '../vectors.js';
import { WASI_ENOTCAPABLE } from '../wasi-errno.js';
import {
  FDFLAGS_APPEND,
  FDFLAGS_DSYNC,
  FDFLAGS_NONBLOCK,
  FDFLAGS_RSYNC,
  FDFLAGS_SYNC,
  FILETYPE_CHARACTER_DEVICE,
  FILETYPE_DIRECTORY,
  FILETYPE_REGULAR_FILE,
  FSTFLAGS_ATIM,
  FSTFLAGS_ATIM_NOW,
  FSTFLAGS_MTIM,
  FSTFLAGS_MTIM_NOW,
  fileTypeOf,
  type Rights,
  rightsOf,
} from './abi.js';
import { succeed, type WasiGuest } from './guest.js';

const FDSTAT_SIZE = 24;
const FILESTAT_SIZE = 64;
const NANOSECONDS = 1_000_000_000n;
/** Two struct timespec of the kernel. */
const TIMES_SIZE = 32;

/** Status flags of open(2) for WASI's. RSYNC is the same as SYNC on Linux. */
export function openFlags(flags: number): number {
  let found = 0;
  if (flags & FDFLAGS_APPEND) found |= O_APPEND;
  if (flags & FDFLAGS_NONBLOCK) found |= O_NONBLOCK;
  if (flags & FDFLAGS_DSYNC) found |= O_DSYNC;
  if (flags & (FDFLAGS_SYNC | FDFLAGS_RSYNC)) found |= O_SYNC;
  return found;
}

function wasiFlags(flags: number): number {
  let found = 0;
  if (flags & O_APPEND) found |= FDFLAGS_APPEND;
  if (flags & O_NONBLOCK) found |= FDFLAGS_NONBLOCK;
  if (flags & O_DSYNC) found |= FDFLAGS_DSYNC;
  // O_SYNC has O_DSYNC's bit in it.
  if ((flags & O_SYNC) === O_SYNC) found |= FDFLAGS_SYNC;
  return found;
}

export function descriptorImports(guest: WasiGuest): Imports {
  const { calls, memory } = guest;

  const vectors = (at: number, count: number, result: number, goesOn: () => boolean, transfer: Transfer): number => {
    const list = guest.range(at, (count >>> 0) * 8);
    guest.range(result, 4);
    const total = transferVectors(memory.view, list, count >>> 0, goesOn, (buffer, length, done) =>
      transfer(guest.range(buffer, length), length, done),
    );
    guest.setUint32(result, succeed(total));
    return 0;
  };
  const seek = (fd: number, distance: number, whence: number, result: number): number => {
    guest.range(result, 8);
    guest.setUint64(result, BigInt(succeed(calls.lseek(fd, distance, whence))));
    return 0;
  };
  /** A 64-bit length or offset as the two words that the kernel takes. */
  const wide = (value: bigint): [number, number] => [Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0];

  return {
    fd_read: (fd: number, at: number, count: number, result: number) =>
      vectors(
        at,
        count,
        result,
        () => readsAtOnce(calls, fd),
        (buffer, length) => calls.read(fd, memory.u8, buffer, length),
      ),
    fd_pread: (fd: number, at: number, count: number, offset: bigint, result: number) =>
      vectors(at, count, result, always, (buffer, length, done) =>
        calls.pread(fd, memory.u8, buffer, length, position(offset) + done),
      ),
    fd_write: (fd: number, at: number, count: number, result: number) =>
      vectors(at, count, result, always, (buffer, length) => calls.write(fd, memory.u8, buffer, length)),
    fd_pwrite: (fd: number, at: number, count: number, offset: bigint, result: number) =>
      vectors(at, count, result, always, (buffer, length, done) =>
        calls.pwrite(fd, memory.u8, buffer, length, position(offset) + done),
      ),
    // WASI has Linux's numbers for SEEK_SET, SEEK_CUR and SEEK_END, and no others.
    fd_seek: (fd: number, distance: bigint, whence: number, result: number) => {
      if (whence >>> 0 > 2) throw new Errno(EINVAL);
      return seek(fd, Number(distance), whence, result);
    },
    fd_tell: (fd: number, result: number) => seek(fd, 0, SEEK_CUR, result),
    fd_close: (fd: number) => {
      succeed(calls.close(fd));
      guest.preopens.delete(fd);
      return 0;
    },
    /** The target must be open, as in every other host of WASI: descriptors are not chosen. */
    fd_renumber: (from: number, to: number) => {
      guest.checkOpen(from);
      guest.checkOpen(to);
      if (from === to) return 0;
      succeed(calls.plain(number.SYS_dup3, from, to, 0));
      succeed(calls.close(from));
      const preopen = guest.preopens.get(from);
      guest.preopens.delete(from);
      guest.preopens.delete(to);
      if (preopen) guest.preopens.set(to, preopen);
      return 0;
    },
    fd_sync: (fd: number) => succeed(calls.plain(number.SYS_fsync, fd)),
    fd_datasync: (fd: number) => succeed(calls.plain(number.SYS_fdatasync, fd)),
    /** Advice that is not taken is no error (POSIX posix_fadvise()). */
    fd_advise: (fd: number, _offset: bigint, _length: bigint, advice: number) => {
      const type = fileTypeOf(guest.attributesOf(fd).mode);
      if (advice >>> 0 > 5) throw new Errno(EINVAL);
      if (type !== FILETYPE_REGULAR_FILE && type !== FILETYPE_DIRECTORY) throw new Errno(ESPIPE);
      return 0;
    },
    fd_allocate: (fd: number, offset: bigint, length: bigint) =>
      succeed(calls.plain(number.SYS_fallocate, fd, 0, ...wide(offset), ...wide(length))),
    fd_fdstat_get: (fd: number, buffer: number) => {
      const flags = succeed(calls.fcntl(fd, F_GETFL, 0));
      const { base, inheriting } = rights(fd, flags);
      const at = guest.range(buffer, FDSTAT_SIZE);
      const { u8, view } = memory;
      u8.fill(0, at, at + FDSTAT_SIZE);
      u8[at] = fileTypeOf(guest.attributes.mode);
      view.setUint16(at + 2, wasiFlags(flags), true);
      view.setBigUint64(at + 8, base, true);
      view.setBigUint64(at + 16, inheriting, true);
      return 0;
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      const before = succeed(calls.fcntl(fd, F_GETFL, 0));
      // As fcntl's F_SETFL, which cannot make writes synchronous.
      if ((openFlags(flags) & O_SYNC & ~before) !== 0) throw new Errno(EOPNOTSUPP);
      succeed(calls.fcntl(fd, F_SETFL, openFlags(flags)));
      return 0;
    },
    /** Rights follow from what a descriptor is and how it was opened: asking for just these changes nothing, fewer are not kept track of. */
    fd_fdstat_set_rights: (fd: number, base: bigint, inheriting: bigint) => {
      const has = rights(fd, succeed(calls.fcntl(fd, F_GETFL, 0)));
      const [wanted, handedOn] = [BigInt.asUintN(64, base), BigInt.asUintN(64, inheriting)];
      if ((wanted & ~has.base) !== 0n || (handedOn & ~has.inheriting) !== 0n) return WASI_ENOTCAPABLE;
      if (wanted !== has.base || handedOn !== has.inheriting) throw new Errno(EOPNOTSUPP);
      return 0;
    },
    fd_filestat_get: (fd: number, buffer: number) => {
      putFileStat(guest, buffer, guest.attributesOf(fd));
      return 0;
    },
    fd_filestat_set_size: (fd: number, size: bigint) => succeed(calls.plain(number.SYS_ftruncate64, fd, ...wide(size))),
    fd_filestat_set_times: (fd: number, atime: bigint, mtime: bigint, flags: number) =>
      succeed(calls.plain(number.SYS_utimensat_time64, fd, 0, putTimes(guest, atime, mtime, flags), 0)),
  };

  /** Leaves the descriptor's attributes in `guest.attributes`. */
  function rights(fd: number, flags: number): Rights {
    const { mode, rdev } = guest.attributesOf(fd);
    const type = fileTypeOf(mode);
    const seekable = type === FILETYPE_REGULAR_FILE || (type === FILETYPE_CHARACTER_DEVICE && isMemoryDevice(rdev));
    const access = flags & O_ACCMODE;
    return rightsOf(type, seekable, access !== O_WRONLY, access !== O_RDONLY);
  }
}

const always = (): boolean => true;

/** An offset is unsigned in WASI. @throws Errno EINVAL where it is none that a file can have */
function position(offset: bigint): number {
  if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new Errno(EINVAL);
  return Number(offset);
}

export function putFileStat(guest: WasiGuest, buffer: number, a: Attributes): void {
  const at = guest.range(buffer, FILESTAT_SIZE);
  const { u8, view } = guest.memory;
  u8.fill(0, at, at + FILESTAT_SIZE);
  view.setBigUint64(at, BigInt(a.device), true);
  view.setBigUint64(at + 8, BigInt(a.ino), true);
  u8[at + 16] = fileTypeOf(a.mode);
  view.setBigUint64(at + 24, BigInt(a.nlink), true);
  view.setBigUint64(at + 32, BigInt(a.size), true);
  view.setBigUint64(at + 40, timestamp(a.atime, a.atimeNanoseconds), true);
  view.setBigUint64(at + 48, timestamp(a.mtime, a.mtimeNanoseconds), true);
  view.setBigUint64(at + 56, timestamp(a.ctime, a.ctimeNanoseconds), true);
}

const timestamp = (seconds: number, nanoseconds: number): bigint => BigInt(seconds) * NANOSECONDS + BigInt(nanoseconds);

/** Lays out utimensat's times at the end of the data area; their address. @throws Errno EINVAL */
export function putTimes(guest: WasiGuest, atime: bigint, mtime: bigint, flags: number): number {
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0;
  if (both(FSTFLAGS_ATIM, FSTFLAGS_ATIM_NOW) || both(FSTFLAGS_MTIM, FSTFLAGS_MTIM_NOW)) throw new Errno(EINVAL);
  const { data, dataView, dataAddress } = guest.calls.channel;
  const at = data.length - TIMES_SIZE;
  for (const [where, time, set, setNow] of [
    [at, atime, FSTFLAGS_ATIM, FSTFLAGS_ATIM_NOW],
    [at + 16, mtime, FSTFLAGS_MTIM, FSTFLAGS_MTIM_NOW],
  ] as const) {
    const given = BigInt.asUintN(64, time);
    const exact = (flags & set) !== 0;
    dataView.setBigInt64(where, exact ? given / NANOSECONDS : 0n, true);
    const special = (flags & setNow) !== 0 ? UTIME_NOW : UTIME_OMIT;
    dataView.setInt32(where + 8, exact ? Number(given % NANOSECONDS) : special, true);
    dataView.setInt32(where + 12, 0, true);
  }
  return dataAddress + at;
}
