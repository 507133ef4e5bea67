/** Bytes between pipes and other files without the program (splice(2), tee(2), vmsplice(2)). */
import { EAGAIN, EBADF, EINTR, EINVAL, EPIPE, Errno, ESPIPE } from '../abi/errno.js';
import { O_APPEND } from '../abi/fcntl.js';
import { POLLIN, POLLOUT } from '../abi/poll.js';
import type { Kernel } from '../kernel.js';
import { PipeEnd } from '../pipe/pipe.js';
import { readRing, ringAvailable, ringReaderClosed, ringRoom, ringWriterClosed } from '../pipe/ring.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import { type Handler, nonBlocking, readable, writable } from './call.js';
import { withinFileSize } from './file-size.js';
import { ioCalls } from './io.js';
import { gathered, vectors } from './vectors.js';

const SPLICE_F_MOVE = 1;
const SPLICE_F_NONBLOCK = 2;
const SPLICE_F_MORE = 4;
const SPLICE_F_GIFT = 8;
const FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;
/** As much as a pipe holds: more does not go in one call on Linux either. */
const MOST = 65_536;

const pipeOf = (kernel: Kernel, description: number): PipeEnd | null => {
  const end = kernel.descriptions.kernelObject(description);
  return end instanceof PipeEnd ? end : null;
};

/** Tries until something went, asleep at both sides in between. */
function whenBoth(kernel: Kernel, task: Task, from: number, to: number, mayWait: boolean, attempt: () => number) {
  const { descriptions } = kernel;
  const [source, target] = [descriptions.operations(from), descriptions.operations(to)];
  const retry = (): number => {
    const result = attempt();
    if (result !== -EAGAIN || !mayWait) return result;
    source.arm(from, POLLIN);
    target.arm(to, POLLOUT);
    const again = attempt();
    return again === -EAGAIN ? PARKED : again;
  };
  const result = retry();
  if (result !== PARKED) return result;
  const queues = [source.readable, target.writable].filter((queue): queue is WaitQueue => queue !== null);
  return task.park({ queues, retry, deadline: null, expired: () => -EINTR });
}

/** Where the side that is no pipe is read or written. @throws Errno ESPIPE, EINVAL */
class Place {
  readonly #kernel: Kernel;
  readonly #task: Task;
  readonly #description: number;
  readonly #address: number;
  readonly #seekable: boolean;

  constructor(kernel: Kernel, task: Task, description: number, address: number) {
    this.#kernel = kernel;
    this.#task = task;
    this.#description = description;
    this.#address = address;
    this.#seekable = kernel.descriptions.operations(description).seekable;
    if (address !== 0 && (pipeOf(kernel, description) || !this.#seekable)) throw new Errno(ESPIPE);
    if (this.offset < 0) throw new Errno(EINVAL);
  }

  get offset(): number {
    return this.#address === 0
      ? this.#kernel.descriptions.offset(this.#description)
      : this.#task.memory.getInt64(this.#address);
  }

  advance(count: number): void {
    if (count <= 0 || !this.#seekable) return;
    const next = this.offset + count;
    if (this.#address === 0) this.#kernel.descriptions.setOffset(this.#description, next);
    else this.#task.memory.setInt64(this.#address, next);
  }
}

const splice: Handler = (kernel, task, inFd, inAt, outFd, outAt, length, flags) => {
  if ((flags & ~FLAGS) !== 0) return -EINVAL;
  if (length === 0) return 0;
  const [from, to] = [readable(kernel, task, inFd), writable(kernel, task, outFd)];
  const [input, output] = [pipeOf(kernel, from), pipeOf(kernel, to)];
  if (!input && !output) return -EINVAL;
  if (input && output && input.ring === output.ring) return -EINVAL;
  if ((kernel.descriptions.flags(to) & O_APPEND) !== 0) return -EINVAL;
  const [source, target] = [new Place(kernel, task, from, inAt), new Place(kernel, task, to, outAt)];
  const most = Math.min(length >>> 0, MOST);
  const [reader, writer] = [kernel.descriptions.operations(from), kernel.descriptions.operations(to)];
  const buffer = new Uint8Array(most);
  const { memory } = kernel;
  const attempt = (): number => {
    // What has been read has to go: as much is read as there is room for, or it is looked at before it is taken.
    if (output) {
      if (ringReaderClosed(memory, output.ring)) return -EPIPE;
      const room = Math.min(most, ringRoom(memory, output.ring));
      if (room === 0) return -EAGAIN;
      const got = reader.read(from, buffer.subarray(0, room), source.offset);
      if (got <= 0) return got;
      source.advance(got);
      return writer.write(to, buffer.subarray(0, got), 0);
    }
    const ring = input?.ring ?? 0;
    const closed = ringWriterClosed(memory, ring);
    const got = readRing(memory, ring, buffer, 0, most, true, false);
    if (got === 0) return closed ? 0 : -EAGAIN;
    const fits = writer.seekable ? withinFileSize(task, target.offset, got) : got;
    const sent = writer.write(to, buffer.subarray(0, fits), target.offset);
    if (sent <= 0) return sent;
    target.advance(sent);
    return reader.read(from, buffer.subarray(0, sent), 0);
  };
  const mayWait = (flags & SPLICE_F_NONBLOCK) === 0 && !nonBlocking(kernel, from) && !nonBlocking(kernel, to);
  return whenBoth(kernel, task, from, to, mayWait, attempt);
};

/** What is in one pipe goes to another, and stays. */
const tee: Handler = (kernel, task, inFd, outFd, length, flags) => {
  if ((flags & ~FLAGS) !== 0) return -EINVAL;
  const [from, to] = [readable(kernel, task, inFd), writable(kernel, task, outFd)];
  const [input, output] = [pipeOf(kernel, from), pipeOf(kernel, to)];
  if (!input || !output || input.ring === output.ring) return -EINVAL;
  if (length === 0) return 0;
  const { memory } = kernel;
  const attempt = (): number => {
    if (ringReaderClosed(memory, output.ring)) return -EPIPE;
    const available = ringAvailable(memory, input.ring);
    if (available === 0) return ringWriterClosed(memory, input.ring) ? 0 : -EAGAIN;
    const count = Math.min(length >>> 0, available, ringRoom(memory, output.ring));
    if (count === 0) return -EAGAIN;
    const copy = new Uint8Array(count);
    readRing(memory, input.ring, copy, 0, count, true, false);
    return output.write(to, copy);
  };
  const mayWait = (flags & SPLICE_F_NONBLOCK) === 0 && !nonBlocking(kernel, from) && !nonBlocking(kernel, to);
  return whenBoth(kernel, task, from, to, mayWait, attempt);
};

/** Pages of programs cannot be given away: they are copied, as vmsplice(2) allows. */
const vmsplice: Handler = (kernel, task, fd, vector, count, flags) => {
  if ((flags & ~FLAGS) !== 0) return -EINVAL;
  const description = task.process.descriptors.get(fd);
  const end = description < 0 ? null : pipeOf(kernel, description);
  if (!end) return -EBADF;
  if ((flags & SPLICE_F_NONBLOCK) !== 0) {
    if (end.writes) return end.write(description, gathered(vectors(task.memory, vector, count)));
    const { memory } = kernel;
    if (ringAvailable(memory, end.ring) === 0 && !ringWriterClosed(memory, end.ring)) return -EAGAIN;
  }
  const call = end.writes ? ioCalls.writev : ioCalls.readv;
  return call(kernel, task, fd, vector, count, 0, 0, 0);
};

export const splicingCalls = { splice, tee, vmsplice };
