/** Numbers of wasi_snapshot_preview1 (WebAssembly/WASI, legacy/preview1/docs.md): data only. */
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../abi/stat.js';

export const FILETYPE_UNKNOWN = 0;
export const FILETYPE_BLOCK_DEVICE = 1;
export const FILETYPE_CHARACTER_DEVICE = 2;
export const FILETYPE_DIRECTORY = 3;
export const FILETYPE_REGULAR_FILE = 4;
export const FILETYPE_SOCKET_STREAM = 6;
export const FILETYPE_SYMBOLIC_LINK = 7;

export const LOOKUP_SYMLINK_FOLLOW = 1;

export const OFLAGS_CREAT = 1;
export const OFLAGS_DIRECTORY = 2;
export const OFLAGS_EXCL = 4;
export const OFLAGS_TRUNC = 8;

export const FDFLAGS_APPEND = 1;
export const FDFLAGS_DSYNC = 2;
export const FDFLAGS_NONBLOCK = 4;
export const FDFLAGS_RSYNC = 8;
export const FDFLAGS_SYNC = 16;

export const FSTFLAGS_ATIM = 1;
export const FSTFLAGS_ATIM_NOW = 2;
export const FSTFLAGS_MTIM = 4;
export const FSTFLAGS_MTIM_NOW = 8;

export const PREOPENTYPE_DIR = 0;

export const CLOCK_REALTIME = 0;
export const CLOCK_THREAD_CPUTIME = 3;

export const EVENTTYPE_CLOCK = 0;
export const EVENTTYPE_FD_READ = 1;
export const EVENTTYPE_FD_WRITE = 2;
export const SUBCLOCKFLAGS_ABSTIME = 1;
export const EVENTRWFLAGS_HANGUP = 1;

export const RIFLAGS_PEEK = 1;
export const RIFLAGS_WAITALL = 2;
export const SDFLAGS_RD = 1;
export const SDFLAGS_WR = 2;

const right = (bit: number): bigint => 1n << BigInt(bit);
const rights = (...bits: readonly number[]): bigint => bits.reduce((sum, bit) => sum | right(bit), 0n);

export const RIGHT_FD_DATASYNC = right(0);
export const RIGHT_FD_READ = right(1);
export const RIGHT_FD_WRITE = right(6);
export const RIGHT_FD_ALLOCATE = right(8);
export const RIGHT_FD_READDIR = right(14);
export const RIGHT_FD_FILESTAT_SET_SIZE = right(22);

/** What a descriptor opened for reading, or for writing, may do beyond what all of its kind may. */
export const RIGHTS_TO_READ = RIGHT_FD_READ | RIGHT_FD_READDIR;
export const RIGHTS_TO_WRITE = RIGHT_FD_DATASYNC | RIGHT_FD_WRITE | RIGHT_FD_ALLOCATE | RIGHT_FD_FILESTAT_SET_SIZE;

/** fd_datasync, read, seek, set_flags, sync, tell, write, advise, allocate, filestat get, set_size, set_times, poll. */
const FILE_RIGHTS = rights(0, 1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23, 27);
/** set_flags, sync, advise, all of path_*, readdir, filestat get and set_times, poll. */
const DIRECTORY_RIGHTS = rights(3, 4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27);
/**
 * read, set_flags, write, filestat_get, poll. Neither seek nor tell: by that wasi-libc's isatty() tells terminals from other
 * character devices.
 */
const STREAM_RIGHTS = rights(1, 3, 6, 21, 27);
/** And sock_shutdown, sock_accept. */
const SOCKET_RIGHTS = STREAM_RIGHTS | rights(28, 29);

/** Rights of a descriptor, and of what is opened by way of it. */
export interface Rights {
  readonly base: bigint;
  readonly inheriting: bigint;
}

/** @param seekable tells memory devices from terminals. */
export function rightsOf(fileType: number, seekable: boolean, reads: boolean, writes: boolean): Rights {
  if (fileType === FILETYPE_DIRECTORY)
    return { base: DIRECTORY_RIGHTS, inheriting: DIRECTORY_RIGHTS | FILE_RIGHTS | SOCKET_RIGHTS };
  let base = fileType === FILETYPE_SOCKET_STREAM ? SOCKET_RIGHTS : seekable ? FILE_RIGHTS : STREAM_RIGHTS;
  if (!reads) base &= ~RIGHTS_TO_READ;
  if (!writes) base &= ~RIGHTS_TO_WRITE;
  return { base, inheriting: 0n };
}

/** Pipes have no type of their own in WASI. */
export function fileTypeOf(mode: number): number {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FILETYPE_REGULAR_FILE;
    case S_IFDIR:
      return FILETYPE_DIRECTORY;
    case S_IFCHR:
      return FILETYPE_CHARACTER_DEVICE;
    case S_IFBLK:
      return FILETYPE_BLOCK_DEVICE;
    case S_IFLNK:
      return FILETYPE_SYMBOLIC_LINK;
    case S_IFSOCK:
      return FILETYPE_SOCKET_STREAM;
    default:
      return FILETYPE_UNKNOWN;
  }
}
