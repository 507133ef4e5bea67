/** The guest's end of a channel: puts a call into the record, rings, and sleeps until it is answered. */
import type { KernelMemory } from '../memory/kernel-memory.js';
import { ring } from './doorbell.js';
import {
  CHANNEL,
  FLAG_CLOSED,
  FLAG_INSIDE,
  STATUS_COMPLETE,
  STATUS_DISMISSED,
  STATUS_IDLE,
  STATUS_PENDING,
} from './layout.js';
import { leaveProgram } from './leave-program.js';

export class GuestChannel {
  /** The data area, and its address as the kernel understands pointers. */
  readonly data: Uint8Array;
  readonly dataAddress: number;
  readonly dataView: DataView;
  /** Milliseconds of its worker's life that were no time of the guest's processor: it slept in calls, or another program ran. */
  slept = performance.now();
  /** The thread is over: what comes out of the program now is `leaveProgram`'s. */
  dismissed = false;
  readonly #memory: KernelMemory;
  readonly #words: Int32Array;
  readonly #status: number;
  readonly #source: number;

  /** @param offset of the record in `buffer`; @param source the channel's number in the ready set. */
  constructor(memory: KernelMemory, buffer: SharedArrayBuffer, offset: number, dataSize: number, source: number) {
    this.#memory = memory;
    this.#words = new Int32Array(buffer);
    this.#status = (offset + CHANNEL.STATUS) >>> 2;
    this.#source = source;
    this.dataAddress = offset + CHANNEL.DATA;
    this.data = new Uint8Array(buffer, this.dataAddress, dataSize);
    this.dataView = new DataView(buffer, this.dataAddress, dataSize);
  }

  /** Before the process's records are used: they stay until `leave`. Does not return when the process is over. */
  enter(): void {
    const flags = Atomics.or(this.#words, this.#status + CHANNEL.FLAGS / 4, FLAG_INSIDE);
    // The kernel may have looked between its closing and this: it waits to be told that nobody is here.
    if ((flags & FLAG_CLOSED) !== 0) this.leave();
  }

  leave(): void {
    const flags = Atomics.and(this.#words, this.#status + CHANNEL.FLAGS / 4, ~FLAG_INSIDE);
    if ((flags & FLAG_CLOSED) === 0) return;
    ring(this.#memory, this.#source);
    this.#sleep();
  }

  /** A system call with 32-bit arguments: its result, or -errno. */
  call(number: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
    const words = this.#words;
    const at = this.#status;
    const first = at + CHANNEL.ARGUMENTS / 4;
    words[at + CHANNEL.NUMBER / 4] = number;
    put(words, first, a);
    put(words, first + 2, b);
    put(words, first + 4, c);
    put(words, first + 6, d);
    put(words, first + 8, e);
    put(words, first + 10, f);
    Atomics.store(words, at, STATUS_PENDING);
    ring(this.#memory, this.#source);
    let status = Atomics.load(words, at);
    if (status === STATUS_PENDING) {
      const from = performance.now();
      do {
        Atomics.wait(words, at, STATUS_PENDING);
        status = Atomics.load(words, at);
      } while (status === STATUS_PENDING);
      this.slept += performance.now() - from;
    }
    Atomics.store(words, at, STATUS_IDLE);
    // The answer may be a descriptor whose description lies in memory that grew during the call.
    this.#memory.catchUp();
    if (status === STATUS_DISMISSED) {
      this.dismissed = true;
      leaveProgram();
    }
    if (status !== STATUS_COMPLETE) return -(words[at + CHANNEL.ERRNO / 4] as number);
    const low = words[at + CHANNEL.RESULT / 4] as number;
    const high = words[at + CHANNEL.RESULT / 4 + 1] as number;
    return high === low >> 31 ? low : high * 2 ** 32 + (low >>> 0);
  }

  /** Until the worker is terminated. */
  #sleep(): never {
    for (;;) Atomics.wait(this.#words, this.#status, Atomics.load(this.#words, this.#status));
  }
}

function put(words: Int32Array, at: number, value: number): void {
  const low = value | 0;
  words[at] = low;
  words[at + 1] = low >> 31;
}
