/** Emscripten's file imports: `__syscall_*` give -errno, WASI's `fd_*` an error number and their result through a pointer. */
import { EBADF, EFAULT } from '../../abi/errno.js';
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  F_GETLK,
  F_GETLK64,
  F_SETLK,
  F_SETLK64,
  F_SETLKW,
  F_SETLKW64,
} from '../../abi/fcntl.js';
import {
  type Attributes,
  emptyAttributes,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  setUint64,
} from '../../abi/stat.js';
import * as number from '../../abi/syscall.js';
import type { Imports } from '../imports.js';
import { readsAtOnce, type Transfer, transferVectors } from '../vectors.js';
import { guestErrno, guestResult } from './errno.js';
import { SessionLocks } from './file-locks.js';
import type { Guest } from './guest.js';
import { select } from './select.js';
import { SELECT_MARK } from './select-patch.js';

/** Emscripten's struct stat, 96 bytes. */
const STAT_SIZE = 96;
/** Emscripten's struct dirent: every record has room for the longest name. */
const DIRENT_SIZE = 280;
const DIRENT_NAME = 19;
const FLOCK_SIZE = 32;
/** asm-generic/ioctls.h, with the bytes that each reads or writes at its argument. */
const IOCTL_READS: Readonly<Record<number, number>> = { 21524: 8, 21537: 4, 21506: 36, 21507: 36, 21508: 36 };
const IOCTL_WRITES: Readonly<Record<number, number>> = { 21531: 4, 21523: 8, 21505: 36 };
const ARGUMENT = 64;

function putStat(view: DataView, at: number, a: Attributes): void {
  view.setUint32(at, a.device, true);
  view.setUint32(at + 4, a.mode, true);
  view.setUint32(at + 8, a.nlink, true);
  view.setUint32(at + 12, a.uid, true);
  view.setUint32(at + 16, a.gid, true);
  view.setUint32(at + 20, a.rdev, true);
  setUint64(view, at + 24, a.size);
  view.setUint32(at + 32, a.blockSize, true);
  view.setUint32(at + 36, a.blocks, true);
  setUint64(view, at + 40, a.atime);
  view.setUint32(at + 48, a.atimeNanoseconds, true);
  setUint64(view, at + 56, a.mtime);
  view.setUint32(at + 64, a.mtimeNanoseconds, true);
  setUint64(view, at + 72, a.ctime);
  view.setUint32(at + 80, a.ctimeNanoseconds, true);
  setUint64(view, at + 88, a.ino);
}

export function fileImports(guest: Guest): Imports {
  const { memory, calls } = guest;
  const attributes = emptyAttributes();
  const sessions = new SessionLocks(guest);
  const path = (at: number): Uint8Array => memory.cString(at);

  const stat = (fd: number, at: number, buffer: number, follow: boolean): number => {
    const bytes = path(at);
    const result = calls.stat(fd, bytes, bytes.length, follow, attributes);
    return result < 0 ? guestResult(result) : filled(buffer);
  };
  const filled = (buffer: number): number => {
    memory.u8.fill(0, buffer, buffer + STAT_SIZE);
    putStat(memory.view, buffer, attributes);
    return 0;
  };
  const onPath = (call: number, fd: number, at: number, a = 0, b = 0, c = 0): number => {
    const bytes = path(at);
    return guestResult(calls.onPath(call, fd, bytes, bytes.length, a, b, c));
  };

  /** Reads or writes a list of buffers; the error number, with the count at `result`. */
  const vectors = (at: number, count: number, result: number, transfer: Transfer, goesOn = always): number => {
    const total = transferVectors(memory.view, at, count, goesOn, (buffer, length, done) =>
      buffer + length > memory.length ? -EFAULT : transfer(buffer, length, done),
    );
    if (total < 0) return guestErrno(-total);
    memory.view.setUint32(result, total, true);
    return 0;
  };
  const read = (fd: number, at: number, count: number, result: number): number =>
    vectors(
      at,
      count,
      result,
      (buffer, length) => calls.read(fd, memory.u8, buffer, length),
      () => readsAtOnce(calls, fd),
    );

  const fcntl = (fd: number, command: number, variadic: number): number => {
    const argument = variadic === 0 ? 0 : memory.view.getInt32(variadic, true);
    if (![F_GETLK, F_SETLK, F_SETLKW, F_GETLK64, F_SETLK64, F_SETLKW64].includes(command)) {
      const locked = sessions.beforeFcntl(fd, command, argument);
      return guestResult(locked < 0 ? locked : calls.fcntl(fd, command, argument));
    }
    const { channel } = calls;
    if (argument === 0 || argument + FLOCK_SIZE > memory.length) return -guestErrno(EFAULT);
    channel.data.set(memory.u8.subarray(argument, argument + FLOCK_SIZE));
    const done = calls.plain(number.SYS_fcntl64, fd, command, channel.dataAddress);
    if (done === 0 && (command === F_GETLK || command === F_GETLK64))
      memory.u8.set(channel.data.subarray(0, FLOCK_SIZE), argument);
    return guestResult(done);
  };

  const ioctl = (fd: number, request: number, variadic: number): number => {
    const argument = variadic === 0 ? 0 : memory.view.getUint32(variadic, true);
    const { channel } = calls;
    const reads = IOCTL_READS[request] ?? 0;
    const writes = IOCTL_WRITES[request] ?? 0;
    if (reads > 0) channel.data.set(memory.u8.subarray(argument, argument + reads));
    else channel.data.fill(0, 0, ARGUMENT);
    const done = calls.plain(number.SYS_ioctl, fd, request, channel.dataAddress);
    if (done >= 0 && writes > 0) memory.u8.set(channel.data.subarray(0, writes), argument);
    return guestResult(done);
  };

  const getdents = (fd: number, buffer: number, room: number): number => {
    let done = 0;
    const { u8, view } = memory;
    const result = calls.entries(
      fd,
      (name, ino, type, next) => {
        if (done + DIRENT_SIZE > room) return false;
        const at = buffer + done;
        u8.fill(0, at, at + DIRENT_SIZE);
        setUint64(view, at, ino);
        setUint64(view, at + 8, next);
        view.setUint16(at + 16, DIRENT_SIZE, true);
        u8[at + 18] = type;
        u8.set(name, at + DIRENT_NAME);
        done += DIRENT_SIZE;
        return true;
      },
      () => {
        done = 0;
      },
    );
    return result < 0 ? guestResult(result) : done;
  };

  const env: Imports = {
    __syscall_openat: (fd: number, at: number, flags: number, variadic: number) => {
      const bytes = path(at);
      // The mode is there only when something may be made (openat's variadic argument).
      const mode = variadic === 0 ? 0 : memory.view.getInt32(variadic, true);
      const standard = standardStream(bytes);
      if (standard >= 0) return guestResult(calls.dup(standard));
      const opened = calls.openat(fd, bytes, bytes.length, flags, mode);
      sessions.opened(opened, bytes, flags);
      return guestResult(opened);
    },
    __syscall_stat64: (at: number, buffer: number) => stat(AT_FDCWD, at, buffer, true),
    __syscall_lstat64: (at: number, buffer: number) => stat(AT_FDCWD, at, buffer, false),
    __syscall_newfstatat: (fd: number, at: number, buffer: number, flags: number) => {
      if (memory.u8[at] === 0) return fstat(fd, buffer);
      return stat(fd, at, buffer, (flags & AT_SYMLINK_NOFOLLOW) === 0);
    },
    __syscall_fstat64: (fd: number, buffer: number) => fstat(fd, buffer),
    __syscall_faccessat: (fd: number, at: number, mode: number) => {
      const bytes = path(at);
      return guestResult(calls.access(fd, bytes, bytes.length, mode));
    },
    __syscall_readlinkat: (fd: number, at: number, buffer: number, room: number) => {
      const bytes = path(at);
      return guestResult(calls.readlink(fd, bytes, bytes.length, memory.u8, buffer, room));
    },
    __syscall_getdents64: getdents,
    __syscall_mkdirat: (fd: number, at: number, mode: number) => onPath(number.SYS_mkdirat, fd, at, mode),
    __syscall_mknodat: (fd: number, at: number, mode: number, device: number) =>
      onPath(number.SYS_mknodat, fd, at, mode, device),
    __syscall_rmdir: (at: number) => onPath(number.SYS_unlinkat, AT_FDCWD, at, AT_REMOVEDIR),
    __syscall_unlinkat: (fd: number, at: number, flags: number) => onPath(number.SYS_unlinkat, fd, at, flags),
    __syscall_chmod: (at: number, mode: number) => onPath(number.SYS_fchmodat, AT_FDCWD, at, mode),
    __syscall_fchmodat2: (fd: number, at: number, mode: number) => onPath(number.SYS_fchmodat, fd, at, mode),
    __syscall_fchmod: (fd: number, mode: number) => guestResult(calls.plain(number.SYS_fchmod, fd, mode)),
    __syscall_fchownat: (fd: number, at: number, uid: number, gid: number, flags: number) =>
      fd >= SELECT_MARK
        ? guest.libcResult(select(guest, fd - SELECT_MARK, at, uid, gid, flags))
        : onPath(number.SYS_fchownat, fd, at, uid, gid, flags),
    __syscall_fchown32: (fd: number, uid: number, gid: number) =>
      guestResult(calls.plain(number.SYS_fchown, fd, uid, gid)),
    __syscall_renameat: (fromFd: number, from: number, toFd: number, to: number) => {
      const [a, b] = [path(from), path(to)];
      return guestResult(calls.onTwoPaths(number.SYS_renameat2, fromFd, a, a.length, toFd, b, b.length, 0));
    },
    __syscall_symlinkat: (target: number, fd: number, at: number) => {
      const [a, b] = [path(target), path(at)];
      return guestResult(calls.symlink(a, a.length, fd, b, b.length));
    },
    __syscall_utimensat: (fd: number, at: number, times: number, flags: number) => {
      const { channel } = calls;
      if (times !== 0) channel.data.set(memory.u8.subarray(times, times + 32), channel.data.length - 32);
      const where = times === 0 ? 0 : channel.dataAddress + channel.data.length - 32;
      return at === 0
        ? guestResult(calls.plain(number.SYS_utimensat_time64, fd, 0, where, flags))
        : onPath(number.SYS_utimensat_time64, fd, at, where, flags);
    },
    __syscall_statfs64: (at: number, size: number, buffer: number) => {
      const { channel } = calls;
      const bytes = path(at);
      channel.data.set(bytes);
      channel.data[bytes.length] = 0;
      const copy = channel.data.length - 128;
      const done = calls.plain(number.SYS_statfs64, channel.dataAddress, 88, channel.dataAddress + copy);
      if (done < 0) return guestResult(done);
      putStatFs(memory.u8, memory.view, channel.dataView, copy, buffer, size);
      return 0;
    },
    __syscall_ftruncate64: (fd: number, size: bigint) => {
      const bytes = Number(size);
      return guestResult(calls.plain(number.SYS_ftruncate64, fd, bytes | 0, Math.floor(bytes / 2 ** 32)));
    },
    __syscall_truncate64: (at: number, size: bigint) => {
      const { channel } = calls;
      const bytes = path(at);
      channel.data.set(bytes);
      channel.data[bytes.length] = 0;
      return guestResult(
        calls.plain(number.SYS_truncate64, channel.dataAddress, Number(size) | 0, Math.floor(Number(size) / 2 ** 32)),
      );
    },
    __syscall_fallocate: (fd: number, mode: number, offset: bigint, length: bigint) => {
      const [from, size] = [Number(offset), Number(length)];
      return guestResult(
        calls.plain(
          number.SYS_fallocate,
          fd,
          mode,
          from | 0,
          Math.floor(from / 2 ** 32),
          size | 0,
          Math.floor(size / 2 ** 32),
        ),
      );
    },
    __syscall_fdatasync: (fd: number) => guestResult(calls.plain(number.SYS_fdatasync, fd)),
    __syscall_chdir: (at: number) => {
      const { channel } = calls;
      const bytes = path(at);
      channel.data.set(bytes);
      channel.data[bytes.length] = 0;
      return guestResult(calls.plain(number.SYS_chdir, channel.dataAddress));
    },
    __syscall_fchdir: (fd: number) => guestResult(calls.plain(number.SYS_fchdir, fd)),
    __syscall_getcwd: (buffer: number, room: number) => guestResult(calls.getcwd(memory.u8, buffer, room)),
    __syscall_fcntl64: fcntl,
    __syscall_ioctl: ioctl,
    __syscall_dup: (fd: number) => guestResult(calls.dup(fd)),
    __syscall_dup3: (from: number, to: number, flags: number) =>
      guestResult(calls.plain(number.SYS_dup3, from, to, flags)),
    js_fd_read: read,
    js_flock: (fd: number, operation: number) => guestResult(calls.plain(number.SYS_flock, fd, operation)),
    // The kernel lets go of a file's locks when it is closed.
    js_release_file_locks: () => undefined,
    getdtablesize: () => calls.process.descriptors.limit,
  };

  function fstat(fd: number, buffer: number): number {
    const result = calls.fstat(fd, attributes);
    return result < 0 ? guestResult(result) : filled(buffer);
  }

  const wasi: Imports = {
    fd_read: read,
    fd_write: (fd: number, at: number, count: number, result: number) =>
      vectors(at, count, result, (buffer, length) => calls.write(fd, memory.u8, buffer, length)),
    fd_pread: (fd: number, at: number, count: number, offset: bigint, result: number) =>
      vectors(at, count, result, (buffer, length, done) =>
        calls.pread(fd, memory.u8, buffer, length, Number(offset) + done),
      ),
    fd_pwrite: (fd: number, at: number, count: number, offset: bigint, result: number) =>
      vectors(at, count, result, (buffer, length, done) =>
        calls.pwrite(fd, memory.u8, buffer, length, Number(offset) + done),
      ),
    fd_close: (fd: number) => guestErrnoOf(calls.close(fd)),
    fd_seek: (fd: number, offset: bigint, whence: number, result: number) => {
      const at = calls.lseek(fd, Number(offset), whence);
      if (at < 0) return guestErrno(-at);
      setUint64(memory.view, result, at);
      return 0;
    },
    fd_sync: (fd: number) => guestErrnoOf(calls.plain(number.SYS_fsync, fd)),
    /** struct __wasi_fdstat_t, 24 bytes: file type, flags, rights. Emscripten's libc asks it to learn whether a descriptor is open. */
    fd_fdstat_get: (fd: number, buffer: number) => {
      if (calls.process.description(fd) < 0) return guestErrno(EBADF);
      const result = calls.fstat(fd, attributes);
      if (result < 0) return guestErrno(-result);
      memory.u8.fill(0, buffer, buffer + 24);
      memory.u8[buffer] = wasiFileType(attributes.mode);
      return 0;
    },
  };
  return { ...env, ...wasi };
}

const always = (): boolean => true;

const guestErrnoOf = (result: number): number => (result < 0 ? guestErrno(-result) : 0);

const STANDARD = ['/request/stdin', '/request/stdout', '/request/stderr'];
const decoder = new TextDecoder();
const R = 0x72;
/** The length of each of the three names, or one less. */
const LONGEST = 15;

/**
 * This build of PHP opens its standard streams as /request/stdout and /request/stderr, devices that its usual host
 * makes: they are the process's own descriptors. -1 for any other path.
 */
function standardStream(path: Uint8Array): number {
  // Nearly every path is told apart by its second byte.
  return path[1] === R && path.length <= LONGEST ? STANDARD.indexOf(decoder.decode(path.slice())) : -1;
}

/** __wasi_filetype_t */
function wasiFileType(mode: number): number {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return 4;
    case S_IFDIR:
      return 3;
    case S_IFCHR:
      return 2;
    case S_IFLNK:
      return 7;
    default:
      return 6;
  }
}

/** Emscripten's struct statfs has 32-bit counts: type, bsize, blocks, bfree, bavail, files, ffree, fsid[2], namelen, frsize, flags. */
function putStatFs(u8: Uint8Array, view: DataView, from: DataView, copy: number, buffer: number, size: number): void {
  u8.fill(0, buffer, buffer + size);
  const word = (at: number): number => from.getUint32(copy + at, true);
  for (const [index, at] of [0, 4, 8, 16, 24, 32, 40].entries()) view.setUint32(buffer + index * 4, word(at), true);
  view.setUint32(buffer + 36, 255, true);
  view.setUint32(buffer + 40, word(4), true);
}
