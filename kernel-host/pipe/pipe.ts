/** Pipes (POSIX pipe(), and read()/write() for their borders). */
import { EAGAIN, EBADF, ENOTTY, EPIPE } from '../abi/errno.js';
import { FIONREAD } from '../abi/ioctl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { type Attributes, S_IFIFO } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import type { UserMemory } from '../memory/user-memory.js';
import { readRing, ringAvailable, ringReaderClosed, ringRoom, ringWriterClosed, writeRing } from './ring.js';
import { PIPE_CAPACITY, type Ring, type Rings } from './rings.js';

/** Writes of up to this many bytes go in whole or not at all (limits.h, Linux). */
export const PIPE_BUF = 4096;

/** The two ends share one ring; it goes when both are released. */
export class PipeEnd implements FileOperations {
  readonly seekable = false;
  readonly readable;
  readonly writable;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly #memory: KernelMemory;
  readonly #rings: Rings;
  readonly #ring: Ring;
  readonly writes: boolean;
  readonly #shared: { ends: number };

  constructor(memory: KernelMemory, rings: Rings, ring: Ring, writes: boolean, shared: { ends: number }) {
    this.#memory = memory;
    this.#rings = rings;
    this.#ring = ring;
    this.writes = writes;
    this.#shared = shared;
    this.readable = writes ? null : ring.readers;
    this.writable = writes ? ring.writers : null;
  }

  get ring(): number {
    return this.#ring.address;
  }

  read(_description: number, into: Uint8Array): number {
    if (this.writes) return -EBADF;
    const closed = ringWriterClosed(this.#memory, this.ring);
    const count = readRing(this.#memory, this.ring, into, 0, into.length, false, false);
    if (count > 0) this.#ring.writers.wake();
    return count > 0 || closed || into.length === 0 ? count : -EAGAIN;
  }

  write(_description: number, from: Uint8Array): number {
    if (!this.writes) return -EBADF;
    if (ringReaderClosed(this.#memory, this.ring)) return -EPIPE;
    const room = ringRoom(this.#memory, this.ring);
    if (room < (from.length <= PIPE_BUF ? from.length : 1)) {
      // A reader that takes its time should hear of it.
      this.#ring.readers.wake();
      return -EAGAIN;
    }
    const count = writeRing(this.#memory, this.ring, from, 0, from.length, false);
    this.#ring.readers.wake();
    return count;
  }

  poll(): number {
    if (this.writes) {
      if (ringReaderClosed(this.#memory, this.ring)) return POLLERR | POLLOUT | POLLWRNORM;
      return ringRoom(this.#memory, this.ring) >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
    }
    const closed = ringWriterClosed(this.#memory, this.ring) ? POLLHUP : 0;
    return closed | (ringAvailable(this.#memory, this.ring) > 0 ? POLLIN | POLLRDNORM : 0);
  }

  /** Bytes that can be read now. */
  get available(): number {
    return ringAvailable(this.#memory, this.ring);
  }

  arm(): void {
    if (this.writes) this.#ring.armWriter();
    else this.#ring.armReader();
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    if (request !== FIONREAD) return -ENOTTY;
    memory.setInt32(argument, this.available);
    return 0;
  }

  attributes(_description: number, out: Attributes): number {
    out.mode = S_IFIFO | 0o600;
    out.nlink = 1;
    out.ino = this.ring;
    return 0;
  }

  release(): void {
    if (this.writes) this.#ring.closeWriter();
    else this.#ring.closeReader();
    if (--this.#shared.ends === 0) this.#rings.destroy(this.#ring);
  }
}

/** Both ends of a new pipe: read, write; a negative errno when there is no room. */
export function createPipe(memory: KernelMemory, rings: Rings): readonly [PipeEnd, PipeEnd] | number {
  const ring = rings.create(PIPE_CAPACITY);
  if (typeof ring === 'number') return ring;
  const shared = { ends: 2 };
  return [new PipeEnd(memory, rings, ring, false, shared), new PipeEnd(memory, rings, ring, true, shared)];
}
