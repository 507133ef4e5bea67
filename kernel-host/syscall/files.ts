/** System calls on open descriptors (POSIX read(), write(), lseek(), fcntl() and their like). */
import {
  EAGAIN,
  EBADF,
  EDEADLK,
  EFBIG,
  EINVAL,
  EISDIR,
  ENODEV,
  ENOTDIR,
  EOPNOTSUPP,
  EOVERFLOW,
  Errno,
  ESPIPE,
} from '../abi/errno.js';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETLK64,
  F_RDLCK,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLK64,
  F_SETLKW,
  F_SETLKW64,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_DSYNC,
  O_NONBLOCK,
  O_RDONLY,
  O_SETTABLE,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from '../abi/fcntl.js';
import { POLLIN, POLLOUT } from '../abi/poll.js';
import { emptyAttributes, STAT_SIZE, writeStat } from '../abi/stat.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Kernel } from '../kernel.js';
import { KIND_DIRECTORY, KIND_FILE } from '../memory/layout.js';
import type { UserMemory } from '../memory/user-memory.js';
import { isLockType, type RecordLock } from '../process/file-locks.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, nonBlocking, placeOf, placeOrNull, whenReady } from './call.js';
import { putStatFs } from './paths.js';

/** limits.h, Linux. */
const IOV_MAX = 1024;
/** Offsets are exact up to here. */
const LARGEST_OFFSET = Number.MAX_SAFE_INTEGER;
/** asm-generic/ioctls.h */
const FIONREAD = 0x541b;
const FIONBIO = 0x5421;
const FIOCLEX = 0x5451;
const FIONCLEX = 0x5450;

const wide = (low: number, high: number): number => high * 2 ** 32 + (low >>> 0);

function readable(kernel: Kernel, task: Task, fd: number): number {
  const description = describe(task, fd);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === O_WRONLY) throw new Errno(EBADF);
  return description;
}

function writable(kernel: Kernel, task: Task, fd: number): number {
  const description = describe(task, fd);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === O_RDONLY) throw new Errno(EBADF);
  return description;
}

/** Reads at the description's offset and moves it. */
function readInto(kernel: Kernel, task: Task, description: number, into: Uint8Array): number {
  const { descriptions } = kernel;
  const operations = descriptions.operations(description);
  return whenReady(task, operations, description, POLLIN, !nonBlocking(kernel, description), () => {
    const offset = descriptions.offset(description);
    const count = operations.read(description, into, offset);
    if (count > 0 && operations.seekable) descriptions.setOffset(description, offset + count);
    return count;
  });
}

/** Writes all of it, or what fits when the description is O_NONBLOCK. */
function writeFrom(kernel: Kernel, task: Task, description: number, from: Uint8Array): number {
  const { descriptions } = kernel;
  const operations = descriptions.operations(description);
  const mayWait = !nonBlocking(kernel, description);
  let done = 0;
  const attempt = (): number => {
    for (;;) {
      const append = operations.seekable && (descriptions.flags(description) & O_APPEND) !== 0;
      const offset = append ? operations.size(description) : descriptions.offset(description);
      const count = operations.write(description, done === 0 ? from : from.subarray(done), offset);
      if (count < 0) return done > 0 && count !== -EAGAIN ? done : done > 0 && !mayWait ? done : count;
      if (operations.seekable) descriptions.setOffset(description, offset + count);
      done += count;
      if (done === from.length || operations.seekable || count === 0) return done;
    }
  };
  const result = whenReady(task, operations, description, POLLOUT, mayWait, attempt);
  return result > 0 && (descriptions.flags(description) & O_DSYNC) !== 0
    ? syncOr(operations, description, result)
    : result;
}

function syncOr(operations: FileOperations, description: number, result: number): number {
  const synced = operations.sync(description);
  return synced < 0 ? synced : result;
}

const read: Handler = (kernel, task, fd, buffer, count) => {
  const description = readable(kernel, task, fd);
  return readInto(kernel, task, description, task.memory.bytes(buffer, lengthOf(count)));
};

const write: Handler = (kernel, task, fd, buffer, count) => {
  const description = writable(kernel, task, fd);
  return writeFrom(kernel, task, description, task.memory.bytes(buffer, lengthOf(count)));
};

/** A size_t above SSIZE_MAX is implementation-defined (POSIX read()): Linux gives EINVAL. @throws Errno */
function lengthOf(count: number): number {
  if (count < 0) throw new Errno(EINVAL);
  return count;
}

/** @throws Errno EINVAL, EFAULT */
function vectors(memory: UserMemory, address: number, count: number): Uint8Array[] {
  if (count < 0 || count > IOV_MAX) throw new Errno(EINVAL);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = memory.getInt32(address + i * 8 + 4);
    total += length;
    if (length < 0 || total > 0x7fffffff) throw new Errno(EINVAL);
    if (length > 0) parts.push(memory.bytes(memory.getInt32(address + i * 8), length));
  }
  return parts;
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

const readv: Handler = (kernel, task, fd, address, count) => {
  const description = readable(kernel, task, fd);
  const parts = vectors(task.memory, address, count);
  const whole = new Uint8Array(sizeOf(parts));
  const { descriptions } = kernel;
  const operations = descriptions.operations(description);
  return whenReady(task, operations, description, POLLIN, !nonBlocking(kernel, description), () => {
    const offset = descriptions.offset(description);
    const got = operations.read(description, whole, offset);
    if (got <= 0) return got;
    if (operations.seekable) descriptions.setOffset(description, offset + got);
    let done = 0;
    for (const part of parts) {
      part.set(whole.subarray(done, Math.min(done + part.length, got)));
      done += part.length;
      if (done >= got) break;
    }
    return got;
  });
};

const writev: Handler = (kernel, task, fd, address, count) => {
  const description = writable(kernel, task, fd);
  const parts = vectors(task.memory, address, count);
  const [only] = parts;
  if (only && parts.length === 1) return writeFrom(kernel, task, description, only);
  const whole = new Uint8Array(sizeOf(parts));
  let done = 0;
  for (const part of parts) {
    whole.set(part, done);
    done += part.length;
  }
  return writeFrom(kernel, task, description, whole);
};

function seekable(kernel: Kernel, description: number, offset: number): FileOperations {
  const operations = kernel.descriptions.operations(description);
  if (!operations.seekable) throw new Errno(ESPIPE);
  if (offset < 0) throw new Errno(EINVAL);
  return operations;
}

const pread64: Handler = (kernel, task, fd, buffer, count, low, high) => {
  const description = readable(kernel, task, fd);
  return seekable(kernel, description, wide(low, high)).read(
    description,
    task.memory.bytes(buffer, lengthOf(count)),
    wide(low, high),
  );
};

const pwrite64: Handler = (kernel, task, fd, buffer, count, low, high) => {
  const description = writable(kernel, task, fd);
  return seekable(kernel, description, wide(low, high)).write(
    description,
    task.memory.bytes(buffer, lengthOf(count)),
    wide(low, high),
  );
};

const llseek: Handler = (kernel, task, fd, high, low, result, whence) => {
  const description = describe(task, fd);
  const operations = kernel.descriptions.operations(description);
  if (!operations.seekable) return -ESPIPE;
  const distance = wide(low, high);
  let offset: number;
  if (whence === SEEK_SET) offset = distance;
  else if (whence === SEEK_CUR) offset = kernel.descriptions.offset(description) + distance;
  else if (whence === SEEK_END) offset = operations.size(description) + distance;
  // Without a map of holes, all is data and the one hole is the end (lseek(2), "simplest implementation").
  else if (whence === SEEK_DATA) offset = distance < operations.size(description) ? distance : -ENODEV;
  else if (whence === SEEK_HOLE) offset = operations.size(description);
  else return -EINVAL;
  if (offset < 0) return -EINVAL;
  if (offset > LARGEST_OFFSET) return -EOVERFLOW;
  kernel.descriptions.setOffset(description, offset);
  task.memory.setInt64(result, offset);
  return 0;
};

const close: Handler = (kernel, task, fd) => {
  kernel.closeDescriptor(task.process, fd, describe(task, fd));
  return 0;
};

const dup: Handler = (kernel, task, fd) => duplicate(kernel, task, describe(task, fd), 0, false);

function duplicate(kernel: Kernel, task: Task, description: number, from: number, closesOnExec: boolean): number {
  if (from < 0 || from >= task.process.descriptors.limit) return -EINVAL;
  kernel.descriptions.retain(description);
  const fd = task.process.descriptors.allocate(description, closesOnExec, from);
  if (fd < 0) kernel.descriptions.release(description);
  return fd;
}

const dup3: Handler = (kernel, task, from, to, flags) => {
  if (from === to || (flags & ~O_CLOEXEC) !== 0) return -EINVAL;
  const description = describe(task, from);
  const { descriptors } = task.process;
  if (to < 0 || to >= descriptors.limit) return -EBADF;
  kernel.descriptions.retain(description);
  const replaced = descriptors.get(to);
  if (replaced >= 0) kernel.closeDescriptor(task.process, to, replaced);
  descriptors.put(to, description, (flags & O_CLOEXEC) !== 0);
  return to;
};

const fcntl64: Handler = (kernel, task, fd, command, argument) => {
  const description = describe(task, fd);
  const { descriptors } = task.process;
  switch (command) {
    case F_DUPFD:
      return duplicate(kernel, task, description, argument, false);
    case F_DUPFD_CLOEXEC:
      return duplicate(kernel, task, description, argument, true);
    case F_GETFD:
      return descriptors.closesOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      descriptors.setClosesOnExec(fd, (argument & FD_CLOEXEC) !== 0);
      return 0;
    case F_GETFL:
      return kernel.descriptions.flags(description);
    case F_SETFL: {
      const flags = kernel.descriptions.flags(description);
      kernel.descriptions.setFlags(description, (flags & ~O_SETTABLE) | (argument & O_SETTABLE));
      return 0;
    }
    case F_GETLK:
    case F_GETLK64:
      return testLock(kernel, task, description, argument);
    case F_SETLK:
    case F_SETLK64:
      return recordLock(kernel, task, description, argument, false);
    case F_SETLKW:
    case F_SETLKW64:
      return recordLock(kernel, task, description, argument, true);
    default:
      return -EINVAL;
  }
};

/** struct flock64 of 32-bit musl: i16 type, i16 whence, 4 bytes, i64 start, i64 length, i32 pid. @throws Errno */
function readLock(kernel: Kernel, task: Task, description: number, address: number): RecordLock {
  const type = task.memory.getInt16(address);
  const whence = task.memory.getInt16(address + 2);
  const from = task.memory.getInt64(address + 8);
  const length = task.memory.getInt64(address + 16);
  const operations = kernel.descriptions.operations(description);
  if (!isLockType(type)) throw new Errno(EINVAL);
  if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) throw new Errno(EINVAL);
  const base =
    whence === SEEK_SET
      ? 0
      : whence === SEEK_CUR
        ? kernel.descriptions.offset(description)
        : operations.size(description);
  const start = length < 0 ? base + from + length : base + from;
  const end = length === 0 ? Number.POSITIVE_INFINITY : length < 0 ? base + from : start + length;
  if (start < 0) throw new Errno(EINVAL);
  return { owner: kernel.lockOwner(task.process), pid: task.process.pid, type, start, end };
}

const testLock = (kernel: Kernel, task: Task, description: number, address: number): number => {
  const wanted = readLock(kernel, task, description, address);
  const conflict = kernel.locks.conflict(kernel.lockKey(placeOf(kernel, description)), wanted);
  if (!conflict) {
    task.memory.setInt16(address, F_UNLCK);
    return 0;
  }
  task.memory.setInt16(address, conflict.type);
  task.memory.setInt16(address + 2, SEEK_SET);
  task.memory.setInt64(address + 8, conflict.start);
  task.memory.setInt64(address + 16, conflict.end === Number.POSITIVE_INFINITY ? 0 : conflict.end - conflict.start);
  task.memory.setInt32(address + 24, conflict.pid);
  return 0;
};

function recordLock(kernel: Kernel, task: Task, description: number, address: number, waits: boolean): number {
  const wanted = readLock(kernel, task, description, address);
  const access = kernel.descriptions.flags(description) & O_ACCMODE;
  if ((wanted.type === F_RDLCK && access === O_WRONLY) || (wanted.type === F_WRLCK && access === O_RDONLY))
    return -EBADF;
  return lock(kernel, task, description, wanted, waits);
}

const flock: Handler = (kernel, task, fd, operation) => {
  const description = describe(task, fd);
  const types: Record<number, number> = { [LOCK_SH]: F_RDLCK, [LOCK_EX]: F_WRLCK, [LOCK_UN]: F_UNLCK };
  const type = types[operation & ~LOCK_NB];
  if (type === undefined) return -EINVAL;
  const wanted = {
    owner: `description ${description}`,
    pid: task.process.pid,
    type,
    start: 0,
    end: Number.POSITIVE_INFINITY,
  };
  return lock(kernel, task, description, wanted, (operation & LOCK_NB) === 0, ' flock');
};

/** @param space keeps flock's locks apart from fcntl's: they do not see each other (flock(2), NOTES). */
function lock(kernel: Kernel, task: Task, description: number, wanted: RecordLock, waits: boolean, space = ''): number {
  const place = placeOf(kernel, description);
  const key = kernel.lockKey(place) + space;
  const attempt = (): number => {
    if (wanted.type !== F_UNLCK && kernel.locks.conflict(key, wanted)) return waits ? PARKED : -EAGAIN;
    kernel.locks.set(key, wanted);
    kernel.markLocked(place);
    return 0;
  };
  const result = attempt();
  if (result !== PARKED) return result;
  return task.park({ queues: [kernel.locks.waiters(key)], retry: attempt, deadline: null, expired: () => -EDEADLK });
}

const fstat64: Handler = (kernel, task, fd, buffer) => {
  const description = describe(task, fd);
  const attributes = emptyAttributes();
  const result = kernel.descriptions.operations(description).attributes(description, attributes);
  if (result < 0) return result;
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
  const operations = kernel.descriptions.operations(description);
  return end > operations.size(description) ? operations.truncate(description, end) : 0;
};

const fsync: Handler = (kernel, task, fd) => {
  const description = describe(task, fd);
  return kernel.descriptions.operations(description).sync(description);
};

const sync: Handler = (kernel) => {
  for (const fileSystem of [kernel.vfs.root, ...kernel.vfs.mounts]) fileSystem.sync(fileSystem.root);
  return 0;
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

const ioctl: Handler = (kernel, task, fd, request, argument) => {
  const description = describe(task, fd);
  const operations = kernel.descriptions.operations(description);
  switch (request) {
    case FIONBIO: {
      const flags = kernel.descriptions.flags(description);
      kernel.descriptions.setFlags(
        description,
        task.memory.getInt32(argument) !== 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK,
      );
      return 0;
    }
    case FIOCLEX:
    case FIONCLEX:
      task.process.descriptors.setClosesOnExec(fd, request === FIOCLEX);
      return 0;
    case FIONREAD:
      if (kernel.descriptions.kind(description) !== KIND_FILE)
        return operations.ioctl(description, request, argument, task.memory);
      task.memory.setInt32(
        argument,
        Math.max(0, operations.size(description) - kernel.descriptions.offset(description)),
      );
      return 0;
    default:
      return operations.ioctl(description, request, argument, task.memory);
  }
};

const fchmod: Handler = (kernel, task, fd, mode) => {
  const place = placeOf(kernel, describe(task, fd));
  return place.fileSystem.setAttributes(place.node, { mode });
};

const fchown: Handler = (kernel, task, fd, uid, gid) => {
  const place = placeOf(kernel, describe(task, fd));
  return place.fileSystem.setAttributes(place.node, { uid, gid });
};

const fchdir: Handler = (kernel, task, fd) => {
  const place = placeOrNull(kernel, describe(task, fd));
  return place ? kernel.processes.changeDirectory(task.process, place) : -ENOTDIR;
};

const fstatfs64: Handler = (kernel, task, fd, size, buffer) => {
  const place = placeOrNull(kernel, describe(task, fd));
  return putStatFs(task.memory, buffer, size, (place?.fileSystem ?? kernel.vfs.root).statfs());
};

export const fileCalls = {
  read,
  write,
  readv,
  writev,
  pread64,
  pwrite64,
  llseek,
  close,
  dup,
  dup3,
  fcntl64,
  flock,
  fstat64,
  ftruncate64,
  fallocate,
  fsync,
  fdatasync: fsync,
  sync,
  getdents64,
  ioctl,
  fchmod,
  fchown,
  fchdir,
  fstatfs64,
};
