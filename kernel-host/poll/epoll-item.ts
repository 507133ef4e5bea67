/** One descriptor that an epoll watches, and the wait queues by which it hears of it. */
import { EPOLLEXCLUSIVE } from '../abi/epoll.js';
import { POLLOUT, POLLWRNORM } from '../abi/poll.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Waiter, WaitQueue } from './wait-queue.js';

/** The epoll that it belongs to. */
export interface Watch {
  /** Who waits in the epoll. */
  readonly readable: WaitQueue;
  changed(item: EpollItem): void;
}

export class EpollItem implements Waiter {
  readonly operations: FileOperations;
  readonly description: number;
  /** What is asked for, and how: none after a one-shot was told. */
  events: number;
  data: bigint;
  /** Ends the watch for the description's end. */
  forget: () => void = () => {};
  readonly #epoll: Watch;
  #reading: WaitQueue | null = null;
  #writing: WaitQueue | null = null;

  constructor(epoll: Watch, operations: FileOperations, description: number, events: number, data: bigint) {
    this.#epoll = epoll;
    this.operations = operations;
    this.description = description;
    this.events = events;
    this.data = data;
  }

  /** It takes a wake from nobody, but with EPOLLEXCLUSIVE that of a thread that waits. */
  get observes(): boolean {
    return (this.events & EPOLLEXCLUSIVE) === 0 || this.#epoll.readable.empty;
  }

  wake(): void {
    this.#epoll.changed(this);
  }

  /** Hears of changes from now on; of a socket that was connected meanwhile, from its new queues. */
  subscribe(): void {
    const { readable, writable } = this.operations;
    // Hang-ups are told to whoever waits for bytes.
    const reading = readable;
    const writing = !readable || (this.events & (POLLOUT | POLLWRNORM)) !== 0 ? writable : null;
    if (reading !== this.#reading) {
      this.#reading?.remove(this);
      this.#reading = reading;
      reading?.add(this);
    }
    if (writing !== this.#writing) {
      if (this.#writing !== this.#reading) this.#writing?.remove(this);
      this.#writing = writing;
      writing?.add(this);
    }
  }

  leave(): void {
    this.forget();
    this.#reading?.remove(this);
    this.#writing?.remove(this);
    this.#reading = null;
    this.#writing = null;
  }
}
