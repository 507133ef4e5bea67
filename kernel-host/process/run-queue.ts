/** What the kernel does next: callbacks put here by wakes, run in order once the current call is done. */
export class RunQueue {
  #callbacks: (() => void)[] = [];
  #running = false;
  readonly #kick: () => void;

  /** @param kick arranges for `run` to be called soon, when nothing is running. */
  constructor(kick: () => void) {
    this.#kick = kick;
  }

  readonly enqueue = (callback: () => void): void => {
    this.#callbacks.push(callback);
    if (!this.#running && this.#callbacks.length === 1) this.#kick();
  };

  get empty(): boolean {
    return this.#callbacks.length === 0;
  }

  /** @throws what a callback threw, the rest put back: nobody waits in vain for another's fault. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    let batch: (() => void)[] = [];
    let next = 0;
    try {
      while (this.#callbacks.length > 0) {
        batch = this.#callbacks;
        this.#callbacks = [];
        for (next = 0; next < batch.length; next++) batch[next]?.();
      }
    } finally {
      this.#running = false;
      const left = batch.slice(next + 1);
      if (left.length > 0) this.#callbacks = [...left, ...this.#callbacks];
    }
  }
}
