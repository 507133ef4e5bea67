/** Opening and making files (POSIX open(), openat(); open(2), memfd_create(2)). */
import { EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO, EROFS } from '../abi/errno.js';
import {
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE_BIT,
  O_TRUNC,
} from '../abi/fcntl.js';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../abi/stat.js';
import { isMemoryDevice } from '../device/devices.js';
import { MountedFile } from '../file/mounted-file.js';
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
  if ((flags & O_TMPFILE_BIT) !== 0) return openUnnamed(kernel, { fileSystem, node }, flags, mode & ~process.umask);
  if (node !== 0) {
    if (creates && (flags & O_EXCL) !== 0) return -EEXIST;
    const type = kernel.vfs.type({ fileSystem, node });
    if (type === S_IFLNK) return -ELOOP;
    if (type === S_IFDIR && (writes || creates)) return -EISDIR;
    if (type !== S_IFDIR && ((flags & O_DIRECTORY) !== 0 || found.trailingSlash)) return -ENOTDIR;
    if (type === S_IFSOCK) return -ENXIO;
    if (writes && type === S_IFREG && fileSystem.readOnly) return -EROFS;
  } else {
    if (!creates) return -ENOENT;
    if (found.trailingSlash) return -EISDIR;
    if (fileSystem.readOnly) return -EROFS;
    node = fileSystem.create(found.directory, found.name, S_IFREG | (mode & PERMISSIONS & ~process.umask), 0);
    if (node < 0) return node;
  }
  return openNode(kernel, { fileSystem, node }, found.node === 0 ? flags & ~O_TRUNC : flags);
}

/** Numbers the names that files without one have until they are open. */
let unnamed = 0;

/** A file in no directory, which is gone with its last descriptor (open(2), O_TMPFILE). */
function openUnnamed(kernel: Kernel, { fileSystem, node: directory }: Place, flags: number, mode: number): number {
  if (directory === 0) return -ENOENT;
  if (kernel.vfs.type({ fileSystem, node: directory }) !== S_IFDIR) return -ENOTDIR;
  if ((flags & O_ACCMODE) === O_RDONLY || (flags & O_CREAT) !== 0) return -EINVAL;
  if (fileSystem.readOnly) return -EROFS;
  const name = new TextEncoder().encode(`.unnamed-${unnamed++}`);
  const node = fileSystem.create(directory, name, S_IFREG | (mode & PERMISSIONS), 0);
  if (node < 0) return node;
  const description = openNode(kernel, { fileSystem, node }, flags & ~(O_TMPFILE_BIT | O_DIRECTORY));
  const removed = fileSystem.unlink(directory, name);
  return description < 0 ? description : Math.min(removed, 0) || description;
}

const MFD_CLOEXEC = 1;
/** memfd_create(2): 255 less the "memfd:" of what /proc shows. */
const LONGEST_MEMFD_NAME = 249;

/** Seals are not there, and a file that is to have them is not made. */
const memfdCreate: Handler = (kernel, task, name, flags) => {
  if ((flags & ~MFD_CLOEXEC) !== 0 || task.memory.path(name).length > LONGEST_MEMFD_NAME) return -EINVAL;
  const { root } = kernel.vfs;
  const description = openUnnamed(kernel, { fileSystem: root, node: root.root }, O_RDWR, 0o777);
  return description < 0 ? description : install(kernel, task, description, (flags & MFD_CLOEXEC) !== 0);
};

function openNode(kernel: Kernel, place: Place, flags: number): number {
  if (place.fileSystem.describe) return place.fileSystem.describe(place.node, flags);
  const attributes = kernel.vfs.attributes(place);
  const { mode, rdev } = attributes;
  const type = mode & S_IFMT;
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
