/**
 * The processor time of a thread. No host tells what a worker spent computing: it is the time in which the thread does not wait in
 * a call, all of it in user mode, on a machine that has a processor for each.
 */
export class CpuTime {
  /** When the thread was. */
  readonly began: number;
  readonly #now: () => number;
  #used = 0;
  /** When it began to run; null while it waits. */
  #since: number | null;

  /** It runs from now on. @param now in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.began = now();
    this.#since = this.began;
  }

  /** In milliseconds. */
  get used(): number {
    return this.#used + (this.#since === null ? 0 : this.#now() - this.#since);
  }

  pause(): void {
    this.#used = this.used;
    this.#since = null;
  }

  resume(): void {
    this.#since ??= this.#now();
  }
}
