/** System calls that name files by path (POSIX fstatat(), openat() and their like). */
import { EACCES, EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, EPERM, EROFS, Errno, EXDEV } from '../abi/errno.js';
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_NO_AUTOMOUNT,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  UTIME_NOW,
  UTIME_OMIT,
  W_OK,
} from '../abi/fcntl.js';
import { MS_RDONLY, ST_VALID } from '../abi/mount.js';
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  STAT_SIZE,
  writeStat,
} from '../abi/stat.js';
import type { FileSystem, Timestamp } from '../fs/file-system.js';
import { make, makeLink } from '../fs/making.js';
import { MAY_WRITE, owns, permits } from '../fs/permissions.js';
import type { Place, Resolution } from '../fs/vfs.js';
import type { UserMemory } from '../memory/user-memory.js';
import { changeDirectory } from '../process/working-directory.js';
import { describe, type Handler, placeOf, startOf } from './call.js';
import { checkFileSize } from './file-size.js';
import { changeMode, changeOwner } from './ownership.js';

const PERMISSIONS = 0o7777;

/** A resolution whose last component may be made, removed or renamed. @throws Errno */
function editable(found: Resolution, ifNameless: number): Resolution {
  if (found.name.length === 0) throw new Errno(ifNameless);
  if (found.fileSystem.readOnly) throw new Errno(EROFS);
  return found;
}

const mkdirat: Handler = (kernel, task, fd, path, mode) => {
  const found = editable(kernel.vfs.resolve(startOf(kernel, task, fd), task.memory.path(path), false), EEXIST);
  if (found.node !== 0) return -EEXIST;
  const made = S_IFDIR | (mode & 0o1777 & ~task.process.umask);
  return Math.min(make(kernel.vfs, found, found.name, made, 0, task.process.credentials), 0);
};

const mknodat: Handler = (kernel, task, fd, path, mode, device) => {
  const type = mode & S_IFMT || S_IFREG;
  if (type !== S_IFREG && type !== S_IFCHR && type !== S_IFBLK && type !== S_IFIFO && type !== S_IFSOCK) return -EINVAL;
  const found = editable(kernel.vfs.resolve(startOf(kernel, task, fd), task.memory.path(path), false), EEXIST);
  if (found.node !== 0) return -EEXIST;
  const { credentials, umask } = task.process;
  // mknod(2): devices lead to the machine's own.
  if ((type === S_IFCHR || type === S_IFBLK) && !credentials.privileged) return -EPERM;
  const made = type | (mode & PERMISSIONS & ~umask);
  return Math.min(make(kernel.vfs, found, found.name, made, device, credentials), 0);
};

const unlinkat: Handler = (kernel, task, fd, path, flags) => {
  if ((flags & ~AT_REMOVEDIR) !== 0) return -EINVAL;
  const removesDirectory = (flags & AT_REMOVEDIR) !== 0;
  const bytes = task.memory.path(path);
  const found = editable(
    kernel.vfs.resolve(startOf(kernel, task, fd), bytes, false),
    removesDirectory ? nameless(bytes) : EISDIR,
  );
  if (found.node === 0) return -ENOENT;
  kernel.vfs.checkEdit(found);
  if (removesDirectory) return kernel.watches.removing(() => found.fileSystem.rmdir(found.directory, found.name));
  if (found.trailingSlash) return -ENOTDIR;
  return found.fileSystem.unlink(found.directory, found.name);
};

/** rmdir of `.` is EINVAL, of anything else without a name of its own EBUSY (POSIX rmdir()). */
const nameless = (path: Uint8Array): number => (path.at(-1) === 0x2e && path.at(-2) !== 0x2e ? EINVAL : EBUSY);

const renameat2: Handler = (kernel, task, fromFd, fromPath, toFd, toPath, flags) => {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0) return -EINVAL;
  const from = editable(kernel.vfs.resolve(startOf(kernel, task, fromFd), task.memory.path(fromPath), false), EBUSY);
  const to = editable(kernel.vfs.resolve(startOf(kernel, task, toFd), task.memory.path(toPath), false), EBUSY);
  if (from.node === 0) return -ENOENT;
  if (from.fileSystem !== to.fileSystem) return -EXDEV;
  kernel.vfs.checkEdit(from);
  kernel.vfs.checkEdit(to);
  if ((from.trailingSlash || to.trailingSlash) && kernel.vfs.type(from) !== S_IFDIR) return -ENOTDIR;
  const moved = (flags & RENAME_EXCHANGE) !== 0 ? [from.node, to.node] : [from.node];
  const rename = () => from.fileSystem.rename(from.directory, from.name, to.directory, to.name, flags);
  return from.fileSystem === kernel.vfs.root ? kernel.watches.renaming(moved, rename) : rename();
};

const linkat: Handler = (kernel, task, fromFd, fromPath, toFd, toPath, flags) => {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const path = task.memory.path(fromPath);
  const own = path.length === 0 && (flags & AT_EMPTY_PATH) !== 0;
  const from = own
    ? placeOf(kernel, describe(task, fromFd))
    : kernel.vfs.lookup(startOf(kernel, task, fromFd), path, (flags & AT_SYMLINK_FOLLOW) !== 0);
  const to = editable(kernel.vfs.resolve(startOf(kernel, task, toFd), task.memory.path(toPath), false), EEXIST);
  if (to.node !== 0) return -EEXIST;
  if (from.fileSystem !== to.fileSystem) return -EXDEV;
  kernel.vfs.checkEdit(to);
  // What has lost its last name, or never had one, is given one by its descriptor, or by what /proc calls that (open(2), O_TMPFILE).
  return kernel.watches.linking(() => to.fileSystem.link(to.directory, to.name, from.node));
};

const symlinkat: Handler = (kernel, task, target, fd, path) => {
  const bytes = task.memory.path(target);
  if (bytes.length === 0) return -ENOENT;
  const found = editable(kernel.vfs.resolve(startOf(kernel, task, fd), task.memory.path(path), false), EEXIST);
  if (found.node !== 0) return -EEXIST;
  if (found.trailingSlash) return -ENOENT;
  return Math.min(makeLink(kernel.vfs, found, found.name, bytes, task.process.credentials), 0);
};

const readlinkat: Handler = (kernel, task, fd, path, buffer, room) => {
  if (room <= 0) return -EINVAL;
  const place = kernel.vfs.lookup(startOf(kernel, task, fd), task.memory.path(path), false);
  const target = place.fileSystem.target(place.node);
  if (typeof target === 'number') return target;
  const count = Math.min(room, target.length);
  task.memory.bytes(buffer, count).set(target.subarray(0, count));
  return count;
};

const fstatat64: Handler = (kernel, task, fd, path, buffer, flags) => {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT)) !== 0) return -EINVAL;
  const bytes = task.memory.path(path);
  const place =
    bytes.length === 0 && (flags & AT_EMPTY_PATH) !== 0
      ? placeOf(kernel, describe(task, fd))
      : kernel.vfs.lookup(startOf(kernel, task, fd), bytes, (flags & AT_SYMLINK_NOFOLLOW) === 0);
  const { view, at } = task.memory.struct(buffer, STAT_SIZE);
  writeStat(view, at, kernel.vfs.attributes(place));
  return 0;
};

/** By the real ids, as a program with others asks what who runs it may do (POSIX access()). */
const faccessat: Handler = (kernel, task, fd, path, mode, flags) => {
  if ((mode & ~7) !== 0) return -EINVAL;
  const place = kernel.vfs.lookup(
    startOf(kernel, task, fd),
    task.memory.path(path),
    (flags & AT_SYMLINK_NOFOLLOW) === 0,
  );
  const attributes = kernel.vfs.attributes(place);
  const { credentials } = task.process;
  if (!permits(attributes, (flags & AT_EACCESS) !== 0 ? credentials : credentials.real, mode)) return -EACCES;
  // What is not stored in the file system can be written all the same (Linux: sb_permission()).
  const type = attributes.mode & S_IFMT;
  const stored = type === S_IFREG || type === S_IFDIR || type === S_IFLNK;
  if ((mode & W_OK) !== 0 && stored && place.fileSystem.readOnly) return -EROFS;
  return 0;
};

function changeable(place: Place): Place {
  if (place.fileSystem.readOnly) throw new Errno(EROFS);
  return place;
}

const fchmodat: Handler = (kernel, task, fd, path, mode) => {
  const place = changeable(kernel.vfs.lookup(startOf(kernel, task, fd), task.memory.path(path), true));
  return changeMode(kernel, task, place, mode);
};

const fchownat: Handler = (kernel, task, fd, path, uid, gid, flags) => {
  const place = changeable(
    kernel.vfs.lookup(startOf(kernel, task, fd), task.memory.path(path), (flags & AT_SYMLINK_NOFOLLOW) === 0),
  );
  return changeOwner(kernel, task, place, uid, gid);
};

const utimensat: Handler = (kernel, task, fd, path, times, flags) => {
  const place = changeable(
    path === 0
      ? placeOf(kernel, describe(task, fd))
      : kernel.vfs.lookup(startOf(kernel, task, fd), task.memory.path(path), (flags & AT_SYMLINK_NOFOLLOW) === 0),
  );
  const now = kernel.now();
  const atime = times === 0 ? now : readTime(task.memory, times, now);
  const mtime = times === 0 ? now : readTime(task.memory, times + 16, now);
  // Who may write may say that it was just now (POSIX utimensat(), EACCES and EPERM).
  if (!owns(kernel.vfs.attributes(place), task.process.credentials)) {
    if (atime !== now || mtime !== now) return -EPERM;
    kernel.vfs.check(place, MAY_WRITE);
  }
  return place.fileSystem.setAttributes(place.node, { ...(atime && { atime }), ...(mtime && { mtime }) });
};

/** struct timespec: i64 seconds, i32 nanoseconds, 4 bytes of padding. undefined: leave it. @throws Errno EINVAL */
function readTime(memory: UserMemory, address: number, now: Timestamp): Timestamp | undefined {
  const seconds = memory.getInt64(address);
  const nanoseconds = memory.getInt32(address + 8);
  if (nanoseconds === UTIME_NOW) return now;
  if (nanoseconds === UTIME_OMIT) return undefined;
  if (nanoseconds < 0 || nanoseconds > 999_999_999) throw new Errno(EINVAL);
  return { seconds, nanoseconds };
}

const truncate64: Handler = (kernel, task, path, low, high) => {
  const size = high * 2 ** 32 + (low >>> 0);
  if (size < 0) return -EINVAL;
  const place = changeable(kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true));
  const type = kernel.vfs.type(place);
  if (type !== S_IFREG) return type === S_IFDIR ? -EISDIR : -EINVAL;
  kernel.vfs.check(place, MAY_WRITE);
  checkFileSize(task, size);
  return place.fileSystem.truncate(place.node, size);
};

/** struct statfs64 as asm-generic has it for 32 bits: 88 bytes. */
const STATFS_SIZE = 88;
export function putStatFs(memory: UserMemory, address: number, size: number, fileSystem: FileSystem): number {
  if (size !== STATFS_SIZE) return -EINVAL;
  const value = fileSystem.statfs();
  memory.bytes(address, STATFS_SIZE).fill(0);
  memory.setInt32(address, value.type);
  memory.setInt32(address + 4, value.blockSize);
  memory.setInt64(address + 8, value.blocks);
  memory.setInt64(address + 16, value.freeBlocks);
  memory.setInt64(address + 24, value.freeBlocks);
  memory.setInt64(address + 32, value.files);
  memory.setInt64(address + 40, value.freeFiles);
  memory.setInt32(address + 56, 255);
  memory.setInt32(address + 60, value.blockSize);
  const readOnly = fileSystem.readOnly ? MS_RDONLY : 0;
  memory.setInt32(address + 64, ST_VALID | readOnly | (fileSystem.restrictions ?? 0));
  return 0;
}

const statfs64: Handler = (kernel, task, path, size, buffer) => {
  const place = kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true);
  return putStatFs(task.memory, buffer, size, place.fileSystem);
};

const chdir: Handler = (kernel, task, path) =>
  changeDirectory(kernel, task.process, kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true));

export const pathCalls = {
  mkdirat,
  mknodat,
  unlinkat,
  renameat2,
  linkat,
  symlinkat,
  readlinkat,
  fstatat64,
  faccessat,
  fchmodat,
  fchownat,
  utimensat,
  truncate64,
  statfs64,
  chdir,
};
