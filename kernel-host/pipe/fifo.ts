/** FIFOs (POSIX mkfifo(), open(); fifo(7)): the pipe behind a name, which is there while someone has it open. */
import { EAGAIN, EBADF, ENOTTY, ENXIO, EPIPE } from '../abi/errno.js';
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } from '../abi/fcntl.js';
import { FIONREAD } from '../abi/ioctl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import type { Attributes } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { Place } from '../fs/vfs.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import type { UserMemory } from '../memory/user-memory.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { PIPE_BUF } from './pipe.js';
import { readRing, ringAvailable, ringRoom, writeRing } from './ring.js';
import { PIPE_CAPACITY, type Ring, type Rings } from './rings.js';

interface Fifo {
  readonly ring: Ring;
  /** Ends that are open, and how many have ever been: who waits for one sees it even if it is closed again. */
  readers: number;
  writers: number;
  readersEver: number;
  writersEver: number;
  /** Woken when an end is opened. */
  readonly opened: WaitQueue;
}

export class Fifos {
  readonly #memory: KernelMemory;
  readonly #rings: Rings;
  readonly #open = new Map<string, Fifo>();

  constructor(memory: KernelMemory, rings: Rings) {
    this.#memory = memory;
    this.#rings = rings;
  }

  /**
   * An end of the FIFO, or -errno: ENXIO for a writer that does not wait for a reader, ENOBUFS.
   * @param key names the place.
   */
  open(place: Place, key: string, flags: number): FifoEnd | number {
    const there = this.#open.get(key);
    const access = flags & O_ACCMODE;
    if (access === O_WRONLY && (flags & O_NONBLOCK) !== 0 && !there?.readers) return -ENXIO;
    const opened = place.fileSystem.open(place.node, flags & ~O_TRUNC);
    if (opened < 0) return opened;
    let fifo = there;
    if (!fifo) {
      const ring = this.#rings.create(PIPE_CAPACITY);
      if (typeof ring === 'number') {
        place.fileSystem.close(place.node);
        return ring;
      }
      fifo = { ring, readers: 0, writers: 0, readersEver: 0, writersEver: 0, opened: new WaitQueue() };
      this.#open.set(key, fifo);
    }
    return new FifoEnd(this.#memory, fifo, place, access, () => this.#closed(key));
  }

  /** What nobody has read is gone with the last end. */
  #closed(key: string): void {
    const fifo = this.#open.get(key);
    if (!fifo || fifo.readers + fifo.writers > 0) return;
    this.#open.delete(key);
    this.#rings.destroy(fifo.ring);
  }
}

/** One opening of a FIFO. Several of each kind may share the ring, so that all they do is done in the kernel. */
export class FifoEnd implements FileOperations {
  readonly seekable = false;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly place: Place;
  readonly readable: WaitQueue | null;
  readonly writable: WaitQueue | null;
  readonly #memory: KernelMemory;
  readonly #fifo: Fifo;
  readonly #closed: () => void;
  /** As it was opened. */
  readonly #readersEver: number;
  readonly #writersEver: number;

  constructor(memory: KernelMemory, fifo: Fifo, place: Place, access: number, closed: () => void) {
    this.#memory = memory;
    this.#fifo = fifo;
    this.place = place;
    this.#closed = closed;
    this.readable = access === O_WRONLY ? null : fifo.ring.readers;
    this.writable = access === O_RDONLY ? null : fifo.ring.writers;
    this.#readersEver = fifo.readersEver;
    this.#writersEver = fifo.writersEver;
    if (this.readable) {
      fifo.readers++;
      fifo.readersEver++;
    }
    if (this.writable) {
      fifo.writers++;
      fifo.writersEver++;
    }
    fifo.opened.wake();
    fifo.ring.wake();
  }

  /** Woken when `met` may say more. */
  get opened(): WaitQueue {
    return this.#fifo.opened;
  }

  /** Whether someone has, or has had, the other end open since this one is. */
  get met(): boolean {
    const { readers, writers, readersEver, writersEver } = this.#fifo;
    if (this.readable && this.writable) return true;
    return this.readable
      ? writers > 0 || writersEver !== this.#writersEver
      : readers > 0 || readersEver !== this.#readersEver;
  }

  read(_description: number, into: Uint8Array): number {
    if (!this.readable) return -EBADF;
    const { ring, writers } = this.#fifo;
    const count = readRing(this.#memory, ring.address, into, 0, into.length, false, false);
    if (count > 0) ring.writers.wake();
    return count > 0 || writers === 0 || into.length === 0 ? count : -EAGAIN;
  }

  write(_description: number, from: Uint8Array): number {
    if (!this.writable) return -EBADF;
    const { ring, readers } = this.#fifo;
    if (readers === 0) return -EPIPE;
    if (ringRoom(this.#memory, ring.address) < (from.length <= PIPE_BUF ? from.length : 1)) return -EAGAIN;
    const count = writeRing(this.#memory, ring.address, from, 0, from.length, false);
    ring.readers.wake();
    return count;
  }

  poll(): number {
    const { ring, readers, writers, writersEver } = this.#fifo;
    let events = 0;
    if (this.readable) {
      if (ringAvailable(this.#memory, ring.address) > 0) events |= POLLIN | POLLRDNORM;
      // Not before the first writer has come (fifo_open of Linux).
      if (writers === 0 && writersEver !== this.#writersEver) events |= POLLHUP;
    }
    if (this.writable) {
      if (readers === 0) events |= POLLERR | POLLOUT | POLLWRNORM;
      else if (ringRoom(this.#memory, ring.address) >= PIPE_BUF) events |= POLLOUT | POLLWRNORM;
    }
    return events;
  }

  /** Nobody works on it outside the kernel. */
  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    return this.place.fileSystem.attributes(this.place.node, out);
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    if (request !== FIONREAD) return -ENOTTY;
    memory.setInt32(argument, ringAvailable(this.#memory, this.#fifo.ring.address));
    return 0;
  }

  release(): void {
    const fifo = this.#fifo;
    if (this.readable) fifo.readers--;
    if (this.writable) fifo.writers--;
    fifo.ring.wake();
    this.place.fileSystem.close(this.place.node);
    this.#closed();
  }
}
