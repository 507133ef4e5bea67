/** Opening and making files (POSIX open(), openat(); open(2), memfd_create(2)). */
import { EACCES, EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO, EROFS } from '../abi/errno.js';
import {
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE_BIT,
  O_TRUNC,
  O_WRONLY,
} from '../abi/fcntl.js';
import { IN_OPEN } from '../abi/inotify.js';
import { MS_NODEV } from '../abi/mount.js';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/stat.js';
import { isMemoryDevice } from '../device/devices.js';
import { MountedFile } from '../file/mounted-file.js';
import { make } from '../fs/making.js';
import { MAY_READ, MAY_WRITE, type Subject } from '../fs/permissions.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { DESCRIPTION, KIND_DEVICE, KIND_DIRECTORY, KIND_FILE, KIND_KERNEL } from '../memory/layout.js';
import type { Process } from '../process/process.js';
import { refillSpares } from '../process/process-record.js';
import { type Handler, install, startOf } from './call.js';
import { whenMet } from './fifo.js';

const PERMISSIONS = 0o7777;

/** Opens what a path leads to, or makes it; the description, or -errno. */
export function openPath(
  kernel: Kernel,
  process: Process,
  start: Place,
  path: Uint8Array,
  flags: number,
  mode: number,
): number {
  const creates = (flags & O_CREAT) !== 0;
  const follow = (flags & O_NOFOLLOW) === 0 && !(creates && (flags & O_EXCL) !== 0);
  const found = kernel.vfs.resolve(start, path, follow);
  const { fileSystem } = found;
  const writes = (flags & O_ACCMODE) !== O_RDONLY;
  let { node } = found;
  if ((flags & O_TMPFILE_BIT) !== 0)
    return openUnnamed(kernel, { fileSystem, node }, flags, mode & ~process.umask, process.credentials);
  if (node !== 0) {
    if (creates && (flags & O_EXCL) !== 0) return -EEXIST;
    const type = kernel.vfs.type({ fileSystem, node });
    if (type === S_IFLNK) return -ELOOP;
    if (type === S_IFDIR && (writes || creates)) return -EISDIR;
    if (type !== S_IFDIR && ((flags & O_DIRECTORY) !== 0 || found.trailingSlash)) return -ENOTDIR;
    if (type === S_IFSOCK) return -ENXIO;
    if (writes && type === S_IFREG && fileSystem.readOnly) return -EROFS;
    if ((flags & O_PATH) === 0) kernel.vfs.check({ fileSystem, node }, wantedBy(flags));
  } else {
    if (!creates) return -ENOENT;
    if (found.trailingSlash) return -EISDIR;
    if (fileSystem.readOnly) return -EROFS;
    const made = S_IFREG | (mode & PERMISSIONS & ~process.umask);
    node = make(kernel.vfs, found, found.name, made, 0, process.credentials);
    if (node < 0) return node;
  }
  return openNode(kernel, { fileSystem, node }, found.node === 0 ? flags & ~O_TRUNC : flags);
}

/** O_ACCMODE 3 is Linux's own for descriptors that are only asked by ioctl(2): both are wanted. */
function wantedBy(flags: number): number {
  const access = flags & O_ACCMODE;
  const reads = access === O_WRONLY ? 0 : MAY_READ;
  return reads | (access === O_RDONLY && (flags & O_TRUNC) === 0 ? 0 : MAY_WRITE);
}

/** Numbers the names that files without one have until they are open. */
let unnamed = 0;

const unnamedName = (): Uint8Array => new TextEncoder().encode(`.unnamed-${unnamed++}`);

/** A file in no directory, which is gone with its last descriptor (open(2), O_TMPFILE). */
function openUnnamed(
  kernel: Kernel,
  { fileSystem, node: directory }: Place,
  flags: number,
  mode: number,
  who: Subject,
): number {
  if (directory === 0) return -ENOENT;
  if (kernel.vfs.type({ fileSystem, node: directory }) !== S_IFDIR) return -ENOTDIR;
  if ((flags & O_ACCMODE) === O_RDONLY || (flags & O_CREAT) !== 0) return -EINVAL;
  if (fileSystem.readOnly) return -EROFS;
  const name = unnamedName();
  const node = make(kernel.vfs, { fileSystem, directory, node: 0 }, name, S_IFREG | (mode & PERMISSIONS), 0, who);
  return node < 0 ? node : openAndForget(kernel, { fileSystem, node }, directory, name, flags);
}

/** What is open needs its name no more. */
function openAndForget(kernel: Kernel, place: Place, directory: number, name: Uint8Array, flags: number): number {
  const description = openNode(kernel, place, flags & ~(O_TMPFILE_BIT | O_DIRECTORY));
  const removed = place.fileSystem.unlink(directory, name);
  return description < 0 ? description : Math.min(removed, 0) || description;
}

const MFD_CLOEXEC = 1;
/** memfd_create(2): 255 less the "memfd:" of what /proc shows. */
const LONGEST_MEMFD_NAME = 249;

/** Seals are not there, and a file that is to have them is not made. */
const memfdCreate: Handler = (kernel, task, nameAt, flags) => {
  if ((flags & ~MFD_CLOEXEC) !== 0 || task.memory.path(nameAt).length > LONGEST_MEMFD_NAME) return -EINVAL;
  const { root } = kernel.vfs;
  const name = unnamedName();
  // For a moment in a directory that not everybody may write to: nobody is refused a file that is in none.
  const node = root.create(root.root, name, S_IFREG | 0o777, 0);
  if (node < 0) return node;
  const { uid, gid } = task.process.credentials;
  root.setAttributes(node, { uid, gid });
  const description = openAndForget(kernel, { fileSystem: root, node }, root.root, name, O_RDWR);
  return description < 0 ? description : install(kernel, task, description, (flags & MFD_CLOEXEC) !== 0);
};

function openNode(kernel: Kernel, place: Place, flags: number): number {
  if (place.fileSystem.describe) return place.fileSystem.describe(place.node, flags);
  const attributes = kernel.vfs.attributes(place);
  const { mode, rdev } = attributes;
  const type = mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  if (isDevice && ((place.fileSystem.restrictions ?? 0) & MS_NODEV) !== 0 && (flags & O_PATH) === 0) return -EACCES;
  if (type === S_IFCHR && !isMemoryDevice(rdev)) return kernel.devices.open(place, rdev, flags);
  if (type === S_IFBLK) return -ENXIO;
  if (type === S_IFIFO) return openFifo(kernel, place, flags);
  const opened = place.fileSystem.open(place.node, flags);
  if (opened < 0) return opened;
  const inMemory = place.fileSystem === kernel.vfs.root;
  const kind = !inMemory ? KIND_KERNEL : type === S_IFCHR ? KIND_DEVICE : type === S_IFDIR ? KIND_DIRECTORY : KIND_FILE;
  const file = inMemory ? null : new MountedFile(place, type === S_IFDIR, kernel.mappedFiles);
  const description = kernel.descriptions.create(kind, flags, place.node, file);
  if (description < 0) {
    place.fileSystem.close(place.node);
    return description;
  }
  kernel.memory.u32[(description >>> 2) + DESCRIPTION.RDEV_W] = rdev;
  if (inMemory && (flags & O_PATH) === 0) kernel.watches.tell(place.node, IN_OPEN);
  return description;
}

function openFifo(kernel: Kernel, place: Place, flags: number): number {
  const end = kernel.fifos.open(place, kernel.lockKey(place), flags);
  if (typeof end === 'number') return end;
  const description = kernel.descriptions.create(KIND_KERNEL, flags, 0, end);
  if (description < 0) end.release();
  return description;
}

const openat: Handler = (kernel, task, fd, path, flags, mode) => {
  refillSpares(kernel, task.process);
  const description = openPath(kernel, task.process, startOf(kernel, task, fd), task.memory.path(path), flags, mode);
  const opened = description < 0 ? description : install(kernel, task, description, (flags & O_CLOEXEC) !== 0);
  return opened < 0 ? opened : whenMet(kernel, task, opened, flags);
};

export const openingCalls = { openat, memfdCreate };
