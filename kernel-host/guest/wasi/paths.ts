/** path_*: files by their name in an open directory. */
import { EILSEQ, EINVAL, Errno } from '../../abi/errno.js';
import {
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../../abi/fcntl.js';
import { emptyAttributes } from '../../abi/stat.js';
import * as number from '../../abi/syscall.js';
import type { Imports } from '../imports.js';
import {
  LOOKUP_SYMLINK_FOLLOW,
  OFLAGS_CREAT,
  OFLAGS_DIRECTORY,
  OFLAGS_EXCL,
  OFLAGS_TRUNC,
  RIGHTS_TO_READ,
  RIGHTS_TO_WRITE,
} from './abi.js';
import { openFlags, putFileStat, putTimes } from './descriptors.js';
import { succeed, type WasiGuest } from './guest.js';

/** wasi-libc gives no modes: everyone may what the umask lets them (POSIX creat(), mkdir() as most programs call them). */
const FILE_MODE = 0o666;
const DIRECTORY_MODE = 0o777;

export function pathImports(guest: WasiGuest): Imports {
  const { calls } = guest;

  /** @throws Errno EFAULT; EILSEQ for a NUL, which no path can hold */
  const path = (pointer: number, length: number): Uint8Array => {
    const bytes = guest.bytes(pointer, length);
    if (bytes.includes(0)) throw new Errno(EILSEQ);
    return bytes;
  };
  const onPath = (call: number, fd: number, pointer: number, length: number, a = 0, b = 0): number => {
    const bytes = path(pointer, length);
    return succeed(calls.onPath(call, fd, bytes, bytes.length, a, b));
  };

  return {
    path_open: (
      fd: number,
      lookup: number,
      pointer: number,
      length: number,
      how: number,
      rights: bigint,
      _inheriting: bigint,
      fdFlags: number,
      result: number,
    ) => {
      const bytes = path(pointer, length);
      guest.range(result, 4);
      const reads = (rights & RIGHTS_TO_READ) !== 0n;
      // A directory is never written to, whatever rights a libc asks for along with it.
      const writes = (rights & RIGHTS_TO_WRITE) !== 0n && (how & OFLAGS_DIRECTORY) === 0;
      let flags = openFlags(fdFlags) | (writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY);
      if (how & OFLAGS_CREAT) flags |= O_CREAT;
      if (how & OFLAGS_DIRECTORY) flags |= O_DIRECTORY;
      if (how & OFLAGS_EXCL) flags |= O_EXCL;
      if (how & OFLAGS_TRUNC) flags |= O_TRUNC;
      if ((lookup & LOOKUP_SYMLINK_FOLLOW) === 0) flags |= O_NOFOLLOW;
      guest.setUint32(result, succeed(calls.openat(fd, bytes, bytes.length, flags, FILE_MODE)));
      return 0;
    },
    path_filestat_get: (fd: number, lookup: number, pointer: number, length: number, buffer: number) => {
      const bytes = path(pointer, length);
      Object.assign(guest.attributes, emptyAttributes());
      succeed(calls.stat(fd, bytes, bytes.length, (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0, guest.attributes));
      putFileStat(guest, buffer, guest.attributes);
      return 0;
    },
    path_filestat_set_times: (
      fd: number,
      lookup: number,
      pointer: number,
      length: number,
      atime: bigint,
      mtime: bigint,
      flags: number,
    ) =>
      onPath(
        number.SYS_utimensat_time64,
        fd,
        pointer,
        length,
        putTimes(guest, atime, mtime, flags),
        (lookup & LOOKUP_SYMLINK_FOLLOW) === 0 ? AT_SYMLINK_NOFOLLOW : 0,
      ),
    path_create_directory: (fd: number, pointer: number, length: number) =>
      onPath(number.SYS_mkdirat, fd, pointer, length, DIRECTORY_MODE),
    path_remove_directory: (fd: number, pointer: number, length: number) =>
      onPath(number.SYS_unlinkat, fd, pointer, length, AT_REMOVEDIR),
    path_unlink_file: (fd: number, pointer: number, length: number) => onPath(number.SYS_unlinkat, fd, pointer, length),
    path_readlink: (fd: number, pointer: number, length: number, buffer: number, room: number, result: number) => {
      const bytes = path(pointer, length);
      const at = guest.range(buffer, room);
      guest.range(result, 4);
      if (room === 0) throw new Errno(EINVAL);
      guest.setUint32(result, succeed(calls.readlink(fd, bytes, bytes.length, guest.memory.u8, at, room >>> 0)));
      return 0;
    },
    path_link: (
      fromFd: number,
      lookup: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ) => {
      const [a, b] = [path(from, fromLength), path(to, toLength)];
      const flags = (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0 ? AT_SYMLINK_FOLLOW : 0;
      return succeed(calls.onTwoPaths(number.SYS_linkat, fromFd, a, a.length, toFd, b, b.length, flags));
    },
    path_rename: (fromFd: number, from: number, fromLength: number, toFd: number, to: number, toLength: number) => {
      const [a, b] = [path(from, fromLength), path(to, toLength)];
      return succeed(calls.onTwoPaths(number.SYS_renameat2, fromFd, a, a.length, toFd, b, b.length, 0));
    },
    path_symlink: (target: number, targetLength: number, fd: number, pointer: number, length: number) => {
      const [a, b] = [path(target, targetLength), path(pointer, length)];
      return succeed(calls.symlink(a, a.length, fd, b, b.length));
    },
  };
}
