/**
 * The guest's end of a channel that lies in its own process's memory: for a host that runs a program by itself, in a worker that has
 * that memory. The kernel waits for its status; there is no doorbell.
 */
import { CHANNEL, STATUS_COMPLETE, STATUS_DISMISSED, STATUS_IDLE, STATUS_PENDING } from './layout.js';

/** The process, or its thread, is over: the worker has nothing to do any more. */
export class ProcessOver extends Error {
  constructor() {
    super('the process is over');
    this.name = 'ProcessOver';
  }
}

export class ProcessChannel {
  readonly #words: Int32Array;
  readonly #status: number;

  /** @param offset of the record in the memory (`channel/layout.ts`), a multiple of 8. */
  constructor(memory: WebAssembly.Memory, offset: number) {
    this.#words = new Int32Array(memory.buffer);
    this.#status = (offset + CHANNEL.STATUS) >>> 2;
  }

  /**
   * A system call with up to six 32-bit arguments, of which pointers lead into the memory: its result, or -errno. Blocks.
   * @throws ProcessOver
   */
  call(number: number, ...values: readonly number[]): number {
    const words = this.#words;
    const at = this.#status;
    words[at + CHANNEL.NUMBER / 4] = number;
    for (let i = 0; i < 6; i++) {
      const value = (values[i] ?? 0) | 0;
      words[at + CHANNEL.ARGUMENTS / 4 + 2 * i] = value;
      words[at + CHANNEL.ARGUMENTS / 4 + 2 * i + 1] = value >> 31;
    }
    Atomics.store(words, at, STATUS_PENDING);
    Atomics.notify(words, at);
    let status = Atomics.load(words, at);
    while (status === STATUS_PENDING) {
      Atomics.wait(words, at, STATUS_PENDING);
      status = Atomics.load(words, at);
    }
    if (status === STATUS_DISMISSED) throw new ProcessOver();
    const errno = words[at + CHANNEL.ERRNO / 4] as number;
    const low = words[at + CHANNEL.RESULT / 4] as number;
    const high = words[at + CHANNEL.RESULT / 4 + 1] as number;
    Atomics.store(words, at, STATUS_IDLE);
    if (status !== STATUS_COMPLETE) return -errno;
    return high === low >> 31 ? low : high * 2 ** 32 + (low >>> 0);
  }
}
