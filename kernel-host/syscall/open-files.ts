/** What a descriptor refers to: its attributes, size and place (POSIX fstat(), ftruncate() and their like). */
import { EFBIG, EINVAL, EISDIR, ENODEV, ENOTDIR, EOPNOTSUPP, ESPIPE } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY } from '../abi/fcntl.js';
import { STAT_SIZE, writeStat } from '../abi/stat.js';
import { KIND_DIRECTORY, KIND_FILE } from '../memory/layout.js';
import { changeDirectory } from '../process/working-directory.js';
import { attributesOf, describe, type Handler, LARGEST_OFFSET, placeOf, placeOrNull, wide, writable } from './call.js';
import { checkFileSize } from './file-size.js';
import { changeMode, changeOwner } from './ownership.js';
import { putStatFs } from './paths.js';
import { settle } from './settle.js';

const fstat64: Handler = (kernel, task, fd, buffer) => {
  const attributes = attributesOf(kernel, describe(task, fd));
  const { view, at } = task.memory.struct(buffer, STAT_SIZE);
  writeStat(view, at, attributes);
  return 0;
};

const ftruncate64: Handler = (kernel, task, fd, low, high) => {
  const size = wide(low, high);
  if (size < 0) return -EINVAL;
  if (size > LARGEST_OFFSET) return -EFBIG;
  const description = describe(task, fd);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === O_RDONLY) return -EINVAL;
  if (kernel.descriptions.kind(description) === KIND_DIRECTORY) return -EISDIR;
  checkFileSize(task, size);
  return kernel.descriptions.operations(description).truncate(description, size);
};

/** posix_fallocate: the blocks are made to exist by making the file as long; holes within it stay holes. */
const fallocate: Handler = (kernel, task, fd, mode, low, high, lengthLow, lengthHigh) => {
  if (mode !== 0) return -EOPNOTSUPP;
  const description = writable(kernel, task, fd);
  if (kernel.descriptions.kind(description) !== KIND_FILE) return -ENODEV;
  const end = wide(low, high) + wide(lengthLow, lengthHigh);
  if (wide(low, high) < 0 || wide(lengthLow, lengthHigh) <= 0) return -EINVAL;
  if (end > LARGEST_OFFSET) return -EFBIG;
  checkFileSize(task, end);
  const operations = kernel.descriptions.operations(description);
  return end > operations.size(description) ? operations.truncate(description, end) : 0;
};

const fsync: Handler = (kernel, task, fd) => {
  const description = describe(task, fd);
  const place = placeOrNull(kernel, description);
  if (place) kernel.mappedFiles.reading(place.fileSystem, place.node);
  return settle(task, kernel.descriptions.operations(description).sync(description));
};

/** sync(2) has no way to fail. */
const sync: Handler = (kernel, task) => {
  kernel.mappedFiles.flush();
  const outcomes = [kernel.vfs.root, ...kernel.vfs.mounts].map((fileSystem) => fileSystem.sync(fileSystem.root));
  return settle(
    task,
    outcomes.every((outcome) => typeof outcome === 'number') ? 0 : Promise.all(outcomes).then(() => 0),
  );
};

const syncfs: Handler = (kernel, task, fd) => {
  const place = placeOrNull(kernel, describe(task, fd));
  kernel.mappedFiles.flush();
  const { fileSystem } = place ?? { fileSystem: kernel.vfs.root };
  return settle(task, fileSystem.sync(fileSystem.root));
};

const SYNC_FILE_RANGE_ALL = 7;

/** A file is made safe as a whole. */
const syncFileRange: Handler = (kernel, task, fd, low, high, lengthLow, lengthHigh, flags) => {
  const description = describe(task, fd);
  if ((flags & ~SYNC_FILE_RANGE_ALL) !== 0 || wide(low, high) < 0 || wide(lengthLow, lengthHigh) < 0) return -EINVAL;
  if (!placeOrNull(kernel, description)) return -ESPIPE;
  return flags === 0 ? 0 : fsync(kernel, task, fd, 0, 0, 0, 0, 0);
};

/** struct linux_dirent64: u64 ino, i64 off, u16 reclen, u8 type, name with NUL, padded to 8. */
const DIRENT_HEAD = 19;
const getdents64: Handler = (kernel, task, fd, buffer, room) => {
  const description = describe(task, fd);
  const operations = kernel.descriptions.operations(description);
  let cookie = kernel.descriptions.offset(description);
  let done = 0;
  for (;;) {
    const entry = operations.entry(description, cookie);
    if (typeof entry === 'number') {
      // What was read before is told first; the next call meets the error again.
      if (done > 0) break;
      return entry;
    }
    if (entry === null) break;
    const length = (DIRENT_HEAD + entry.name.length + 1 + 7) & ~7;
    if (done + length > room) {
      if (done === 0) return -EINVAL;
      break;
    }
    const at = buffer + done;
    const { memory } = task;
    const name = memory.bytes(at, length);
    memory.setInt64(at, entry.ino);
    memory.setInt64(at + 8, entry.next);
    memory.setInt16(at + 16, length);
    name[18] = entry.type;
    name.fill(0, DIRENT_HEAD);
    name.set(entry.name, DIRENT_HEAD);
    done += length;
    cookie = entry.next;
  }
  kernel.descriptions.setOffset(description, cookie);
  return done;
};

const fchmod: Handler = (kernel, task, fd, mode) => {
  return changeMode(kernel, task, placeOf(kernel, describe(task, fd)), mode);
};

const fchown: Handler = (kernel, task, fd, uid, gid) => {
  return changeOwner(kernel, task, placeOf(kernel, describe(task, fd)), uid, gid);
};

const fchdir: Handler = (kernel, task, fd) => {
  const place = placeOrNull(kernel, describe(task, fd));
  return place ? changeDirectory(kernel, task.process, place) : -ENOTDIR;
};

const fstatfs64: Handler = (kernel, task, fd, size, buffer) => {
  const place = placeOrNull(kernel, describe(task, fd));
  return putStatFs(task.memory, buffer, size, place?.fileSystem ?? kernel.vfs.root);
};

export const openFileCalls = {
  fstat64,
  ftruncate64,
  fallocate,
  fsync,
  fdatasync: fsync,
  sync,
  syncfs,
  syncFileRange,
  getdents64,
  fchmod,
  fchown,
  fchdir,
  fstatfs64,
};
