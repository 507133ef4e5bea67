/** One timer that can be put off without touching it: it looks, when it fires, whether its time has really come. */

/** Timers count in 32 bits (HTML, timer initialisation steps): a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Deadline {
  readonly #expire: () => void;
  #at = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(expire: () => void) {
    this.#expire = expire;
  }

  /** From now on there are `milliseconds` left. */
  set(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    // Only an earlier time needs another timer.
    if (this.#timer !== undefined && at < this.#at) this.clear();
    this.#at = at;
    this.#timer ??= setTimeout(this.#fire, Math.min(milliseconds, LONGEST_TIMER));
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const left = this.#at - performance.now();
    // Timers may fire up to a millisecond early against performance.now().
    if (left > 1) this.#timer = setTimeout(this.#fire, Math.min(left, LONGEST_TIMER));
    else this.#expire();
  };
}
