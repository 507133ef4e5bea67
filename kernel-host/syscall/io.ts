/** Reading and writing through descriptors (POSIX read(), write(), lseek() and their like). */
import { EAGAIN, EINVAL, ENXIO, EOPNOTSUPP, EOVERFLOW, ERESTARTSYS, Errno, ESPIPE } from '../abi/errno.js';
import { O_APPEND, O_DSYNC, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from '../abi/fcntl.js';
import { POLLIN, POLLOUT } from '../abi/poll.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, LARGEST_OFFSET, nonBlocking, readable, whenReady, wide, writable } from './call.js';
import { withinFileSize } from './file-size.js';
import { settle } from './settle.js';
import { gathered, scatter, sizeOf, vectors } from './vectors.js';

/** Reads at the description's offset and moves it. @param took hears of the count before the call returns. */
function readInto(
  kernel: Kernel,
  task: Task,
  description: number,
  into: Uint8Array,
  took: (count: number) => void = () => {},
): number {
  const { descriptions } = kernel;
  const operations = descriptions.operations(description);
  const mayWait = !nonBlocking(kernel, description);
  if (operations.readWaiting) return operations.readWaiting(task, into, mayWait, took);
  return whenReady(task, operations, description, POLLIN, mayWait, () => {
    const offset = descriptions.offset(description);
    const count = operations.read(description, into, offset);
    if (count <= 0) return count;
    if (operations.seekable) descriptions.setOffset(description, offset + count);
    took(count);
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
      // A folder of the host may have lost the file.
      if (offset < 0) return offset;
      const rest = done === 0 ? from : from.subarray(done);
      const fits = operations.seekable ? withinFileSize(task, offset, rest.length) : rest.length;
      const count = operations.write(description, fits < rest.length ? rest.subarray(0, fits) : rest, offset);
      if (count < 0) return done > 0 && count !== -EAGAIN ? done : done > 0 && !mayWait ? done : count;
      if (operations.seekable) descriptions.setOffset(description, offset + count);
      done += count;
      if (done === from.length || operations.seekable || operations.writesWhole || count === 0) return done;
    }
  };
  // What is written is written: a handler gets its turn with the count.
  const interrupted = (): number => (done > 0 ? done : -ERESTARTSYS);
  const result = whenReady(task, operations, description, POLLOUT, mayWait, attempt, interrupted);
  return synchronized(kernel, task, description, result);
}

/** The result of a write, once it is as safe as the description's flags ask for (POSIX: synchronized I/O completion). */
const synchronized = (kernel: Kernel, task: Task, description: number, result: number): number =>
  result > 0 && (kernel.descriptions.flags(description) & O_DSYNC) !== 0
    ? settle(task, kernel.descriptions.operations(description).sync(description), result)
    : result;

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

const readv: Handler = (kernel, task, fd, address, count) => {
  const description = readable(kernel, task, fd);
  const parts = vectors(task.memory, address, count);
  const whole = new Uint8Array(sizeOf(parts));
  return readInto(kernel, task, description, whole, (got) => scatter(whole, parts, got));
};

const writev: Handler = (kernel, task, fd, address, count) => {
  const description = writable(kernel, task, fd);
  return writeFrom(kernel, task, description, gathered(vectors(task.memory, address, count)));
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
  const operations = seekable(kernel, description, wide(low, high));
  const fits = withinFileSize(task, wide(low, high), lengthOf(count));
  const written = operations.write(description, task.memory.bytes(buffer, fits), wide(low, high));
  return synchronized(kernel, task, description, written);
};

const preadv: Handler = (kernel, task, fd, address, count, low, high) => {
  const description = readable(kernel, task, fd);
  const operations = seekable(kernel, description, wide(low, high));
  const parts = vectors(task.memory, address, count);
  const whole = new Uint8Array(sizeOf(parts));
  const got = operations.read(description, whole, wide(low, high));
  if (got > 0) scatter(whole, parts, got);
  return got;
};

const pwritev: Handler = (kernel, task, fd, address, count, low, high) => {
  const description = writable(kernel, task, fd);
  const operations = seekable(kernel, description, wide(low, high));
  const whole = gathered(vectors(task.memory, address, count));
  const fits = withinFileSize(task, wide(low, high), whole.length);
  return synchronized(
    kernel,
    task,
    description,
    operations.write(description, whole.subarray(0, fits), wide(low, high)),
  );
};

/** No flags are known (preadv2(2)); the offset -1 means the description's own. */
const preadv2: Handler = (kernel, task, fd, address, count, low, high, flags) => {
  if (flags !== 0) return -EOPNOTSUPP;
  return low === -1 && high === -1
    ? readv(kernel, task, fd, address, count, 0, 0, 0)
    : preadv(kernel, task, fd, address, count, low, high, 0);
};

const pwritev2: Handler = (kernel, task, fd, address, count, low, high, flags) => {
  if (flags !== 0) return -EOPNOTSUPP;
  return low === -1 && high === -1
    ? writev(kernel, task, fd, address, count, 0, 0, 0)
    : pwritev(kernel, task, fd, address, count, low, high, 0);
};

const llseek: Handler = (kernel, task, fd, high, low, result, whence) => {
  const description = describe(task, fd);
  const operations = kernel.descriptions.operations(description);
  if (!operations.seekable) return -ESPIPE;
  const distance = wide(low, high);
  let offset: number;
  const size = whence === SEEK_SET || whence === SEEK_CUR ? 0 : operations.size(description);
  if (size < 0) return size;
  if (whence === SEEK_SET) offset = distance;
  else if (whence === SEEK_CUR) offset = kernel.descriptions.offset(description) + distance;
  else if (whence === SEEK_END) offset = size + distance;
  // Without a map of holes, all is data and the one hole is the end (lseek(2), "simplest implementation").
  else if (whence === SEEK_DATA || whence === SEEK_HOLE) {
    if (distance < 0 || distance >= size) return -ENXIO;
    offset = whence === SEEK_DATA ? distance : size;
  } else return -EINVAL;
  if (offset < 0) return -EINVAL;
  if (offset > LARGEST_OFFSET) return -EOVERFLOW;
  kernel.descriptions.setOffset(description, offset);
  task.memory.setInt64(result, offset);
  return 0;
};

export const ioCalls = { read, write, readv, writev, pread64, pwrite64, preadv, pwritev, preadv2, pwritev2, llseek };
