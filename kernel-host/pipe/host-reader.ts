/** The host reads what guests write into a pipe: a guest's log costs it a copy, not a trip to the kernel. */
import { EAGAIN } from '../abi/errno.js';
import { POLLIN } from '../abi/poll.js';
import type { Deadline, Timers } from '../poll/timers.js';
import type { PipeEnd } from './pipe.js';

/** A line is often written in three pieces, and a request logged in three lines: they are read together. Milliseconds. */
const GATHER = 10;
const CHUNK = 65536;

export class HostReader implements Deadline {
  at = 0;
  readonly #end: PipeEnd;
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #take: (bytes: Uint8Array) => void;
  readonly #waiter = { wake: () => this.#gather() };
  readonly #buffer = new Uint8Array(CHUNK);
  #gathering = false;

  /** @param take gets a view that is valid during the call only. */
  constructor(end: PipeEnd, timers: Timers, now: () => number, take: (bytes: Uint8Array) => void) {
    this.#end = end;
    this.#timers = timers;
    this.#now = now;
    this.#take = take;
    end.readable?.add(this.#waiter);
    this.#drain();
  }

  expire(): void {
    this.#gathering = false;
    this.#drain();
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.at = this.#now() + GATHER;
    this.#timers.add(this);
  }

  /** Reads until nothing is there, then asks to be woken by the next write; the writers' end closes the pipe. */
  #drain(): void {
    for (;;) {
      const count = this.#end.read(0, this.#buffer);
      if (count > 0) {
        this.#take(this.#buffer.subarray(0, count));
        continue;
      }
      if (count === -EAGAIN) {
        this.#end.arm();
        if ((this.#end.poll() & POLLIN) !== 0) continue;
        return;
      }
      this.#end.readable?.remove(this.#waiter);
      this.#end.release();
      return;
    }
  }
}
