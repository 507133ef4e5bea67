/** Bytes that go from one descriptor to another without the program (sendfile(2), copy_file_range(2)). */
import { EBADF, EINVAL, EISDIR, EOVERFLOW, Errno } from '../abi/errno.js';
import { O_APPEND } from '../abi/fcntl.js';
import { POLLOUT } from '../abi/poll.js';
import { S_IFDIR, S_IFREG } from '../abi/stat.js';
import { AbsentBlocks } from '../fs/block-cache.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { type Handler, LARGEST_OFFSET, nonBlocking, placeOrNull, readable, whenReady, writable } from './call.js';
import { withinFileSize } from './file-size.js';

/** Bytes that are held at once. */
const CHUNK = 65_536;
/** Bytes of one call: a larger one is told that less went, as both may, so that other processes get their turn. */
const MOST = 4 * 1024 * 1024;

/** Where a transfer reads or writes: at an offset of the caller's, which is written back, or at the description's own. */
class Cursor {
  readonly #kernel: Kernel;
  readonly #task: Task;
  readonly #description: number;
  readonly #address: number;
  offset: number;

  /** @param address of an offset of 64 bits, or 0. @throws Errno EFAULT, EINVAL */
  constructor(kernel: Kernel, task: Task, description: number, address: number) {
    this.#kernel = kernel;
    this.#task = task;
    this.#description = description;
    this.#address = address;
    this.offset = address === 0 ? kernel.descriptions.offset(description) : task.memory.getInt64(address);
    if (this.offset < 0) throw new Errno(EINVAL);
  }

  store(): void {
    if (this.#address === 0) this.#kernel.descriptions.setOffset(this.#description, this.offset);
    else this.#task.memory.setInt64(this.#address, this.offset);
  }
}

/**
 * Reads as it goes: what was read and could not be written is read again. Blocks that have to come from elsewhere end a transfer
 * that has begun; one that has not is made again when they are there.
 */
function readAt(kernel: Kernel, description: number, from: Cursor, into: Uint8Array, done: number): number {
  try {
    return kernel.descriptions.operations(description).read(description, into, from.offset);
  } catch (error) {
    if (done > 0 && error instanceof AbsentBlocks) return 0;
    throw error;
  }
}

const sendfile64: Handler = (kernel, task, outFd, inFd, offsetAt, count) => {
  const from = readable(kernel, task, inFd);
  const to = writable(kernel, task, outFd);
  // What can be mapped is what can be sent (sendfile(2)).
  if (typeOf(kernel, from) !== S_IFREG) return -EINVAL;
  if ((kernel.descriptions.flags(to) & O_APPEND) !== 0) return -EINVAL;
  const operations = kernel.descriptions.operations(to);
  const cursor = new Cursor(kernel, task, from, offsetAt);
  const length = Math.min(count >>> 0, MOST);
  const chunk = new Uint8Array(Math.min(length, CHUNK));
  const mayWait = !nonBlocking(kernel, to);
  let done = 0;
  const attempt = (): number => {
    while (done < length) {
      const wanted = chunk.subarray(0, Math.min(chunk.length, length - done));
      const got = readAt(kernel, from, cursor, wanted, done);
      if (got <= 0) return done > 0 ? done : got;
      const at = kernel.descriptions.offset(to);
      const fits = operations.seekable && done === 0 ? withinFileSize(task, at, got) : got;
      const sent = operations.write(to, chunk.subarray(0, fits), at);
      if (sent < 0) return done > 0 && !mayWait ? done : sent;
      if (operations.seekable) kernel.descriptions.setOffset(to, at + sent);
      cursor.offset += sent;
      done += sent;
      cursor.store();
      if (fits < got) return done;
    }
    return done;
  };
  return whenReady(task, operations, to, POLLOUT, mayWait, attempt, () => done);
};

const copyFileRange: Handler = (kernel, task, inFd, inAt, outFd, outAt, count, flags) => {
  if (flags !== 0) return -EINVAL;
  const [from, to] = [readable(kernel, task, inFd), writable(kernel, task, outFd)];
  const types = [typeOf(kernel, from), typeOf(kernel, to)];
  if (types.includes(S_IFDIR)) return -EISDIR;
  if (types.some((type) => type !== S_IFREG)) return -EINVAL;
  if ((kernel.descriptions.flags(to) & O_APPEND) !== 0) return -EBADF;
  const [source, target] = [new Cursor(kernel, task, from, inAt), new Cursor(kernel, task, to, outAt)];
  if (target.offset + (count >>> 0) > LARGEST_OFFSET) return -EOVERFLOW;
  const length = Math.min(count >>> 0, MOST);
  if (overlap(kernel, from, to, source.offset, target.offset, length)) return -EINVAL;
  const operations = kernel.descriptions.operations(to);
  const chunk = new Uint8Array(Math.min(length, CHUNK));
  let done = 0;
  while (done < length) {
    const got = readAt(kernel, from, source, chunk.subarray(0, Math.min(chunk.length, length - done)), done);
    if (got <= 0) return done > 0 ? done : got;
    const fits = done === 0 ? withinFileSize(task, target.offset, got) : got;
    const copied = operations.write(to, chunk.subarray(0, fits), target.offset);
    if (copied < 0) return done > 0 ? done : copied;
    source.offset += copied;
    target.offset += copied;
    done += copied;
    source.store();
    target.store();
    if (copied < got) break;
  }
  return done;
};

/** Type of what lies in the tree; 0 for what does not. */
function typeOf(kernel: Kernel, description: number): number {
  const place = placeOrNull(kernel, description);
  return place ? kernel.vfs.type(place) : 0;
}

/** Ranges of one file (copy_file_range(2), EINVAL). */
function overlap(kernel: Kernel, a: number, b: number, from: number, to: number, length: number): boolean {
  const [one, other] = [placeOrNull(kernel, a), placeOrNull(kernel, b)];
  return one?.fileSystem === other?.fileSystem && one?.node === other?.node && Math.abs(from - to) < length;
}

export const transferCalls = { sendfile64, copyFileRange };
