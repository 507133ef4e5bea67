/** The host reads what guests write into a pipe: their output costs them a copy, not a trip to the kernel. */
import { EAGAIN } from '../abi/errno.js';
import { POLLHUP, POLLIN } from '../abi/poll.js';
import type { Deadline, Timers } from '../poll/timers.js';
import type { PipeEnd } from './pipe.js';
import { PIPE_CAPACITY } from './rings.js';

/** A line is often written in three pieces, and a request logged in three lines: they are read together. Milliseconds. */
const GATHER = 10;
/** With so many bytes there is nothing to wait for. */
const ENOUGH = PIPE_CAPACITY / 2;

export interface HostSink {
  /** Gets a view that is valid during the call only; false asks for no more until `resume`. */
  take(bytes: Uint8Array): boolean;
  /** The writers are gone, and all that they wrote was taken. */
  end(): void;
}

export class HostReader implements Deadline {
  at = 0;
  readonly #end: PipeEnd;
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #sink: HostSink;
  readonly #waiter = { wake: () => this.#gather() };
  readonly #buffer = new Uint8Array(PIPE_CAPACITY);
  #gathering = false;
  #paused = false;
  #closed = false;

  constructor(end: PipeEnd, timers: Timers, now: () => number, sink: HostSink) {
    this.#end = end;
    this.#timers = timers;
    this.#now = now;
    this.#sink = sink;
    end.readable?.add(this.#waiter);
    this.#drain();
  }

  expire(): void {
    this.#gathering = false;
    this.#drain();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#drain();
  }

  /** Reads no more: writers get EPIPE. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.remove(this);
    this.#end.readable?.remove(this.#waiter);
    this.#end.release();
  }

  #gather(): void {
    if (this.#paused) return;
    const now = this.#end.available >= ENOUGH || (this.#end.poll() & POLLHUP) !== 0;
    if (this.#gathering && !now) return;
    // Woken from within a call of the guest's: reading comes after it, as of a timer that has expired.
    if (this.#gathering) this.#timers.remove(this);
    this.#gathering = true;
    this.at = this.#now() + (now ? 0 : GATHER);
    this.#timers.add(this);
  }

  /** Reads until nothing is there, then asks to be woken by the next write; the writers' end closes the pipe. */
  #drain(): void {
    while (!this.#paused && !this.#closed) {
      const count = this.#end.read(0, this.#buffer);
      if (count > 0) {
        this.#paused = !this.#sink.take(this.#buffer.subarray(0, count));
      } else if (count === -EAGAIN) {
        this.#end.arm();
        if ((this.#end.poll() & (POLLIN | POLLHUP)) === 0) return;
      } else {
        this.close();
        this.#sink.end();
        return;
      }
    }
  }
}
