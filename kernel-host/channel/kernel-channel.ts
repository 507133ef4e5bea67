/** The kernel's end of a channel: reads the call, answers it once. */
import {
  CHANNEL,
  FLAG_CLOSED,
  FLAG_INSIDE,
  STATUS_COMPLETE,
  STATUS_DISMISSED,
  STATUS_ERROR,
  STATUS_PENDING,
} from './layout.js';

export class KernelChannel {
  readonly #words: Int32Array;
  readonly #status: number;

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.#words = new Int32Array(buffer);
    this.#status = (offset + CHANNEL.STATUS) >>> 2;
  }

  get pending(): boolean {
    return this.status === STATUS_PENDING;
  }

  get status(): number {
    return Atomics.load(this.#words, this.#status);
  }

  /** Resolves when the status may be another than this; null: it is another already. */
  changed(status: number): Promise<unknown> | null {
    const wait = Atomics.waitAsync(this.#words, this.#status, status);
    return wait.async ? wait.value : null;
  }

  get number(): number {
    return this.#words[this.#status + CHANNEL.NUMBER / 4] as number;
  }

  /** Argument 0 to 5, its low word, signed. */
  argument(index: number): number {
    return this.#words[this.#status + CHANNEL.ARGUMENTS / 4 + index * 2] as number;
  }

  /** A result at or above 0, or -errno. */
  complete(result: number): void {
    const words = this.#words;
    const at = this.#status;
    if (result < 0) {
      words[at + CHANNEL.ERRNO / 4] = -result;
      Atomics.store(words, at, STATUS_ERROR);
    } else {
      words[at + CHANNEL.RESULT / 4] = result | 0;
      words[at + CHANNEL.RESULT / 4 + 1] = Math.floor(result / 2 ** 32);
      Atomics.store(words, at, STATUS_COMPLETE);
    }
    Atomics.notify(words, at);
  }

  /** Has the thread leave its program instead of an answer. False: it waits for none, so that nothing reaches it. */
  dismiss(): boolean {
    const words = this.#words;
    const at = this.#status;
    if (Atomics.compareExchange(words, at, STATUS_PENDING, STATUS_DISMISSED) !== STATUS_PENDING) return false;
    Atomics.notify(words, at);
    return true;
  }

  /** The guest's thread is at its process's records just now. */
  get inside(): boolean {
    return (Atomics.load(this.#words, this.#status + CHANNEL.FLAGS / 4) & FLAG_INSIDE) !== 0;
  }

  /** From now on the guest's thread stays away from its records; if it is there just now, it rings when it has left. */
  close(): void {
    Atomics.or(this.#words, this.#status + CHANNEL.FLAGS / 4, FLAG_CLOSED);
  }
}
