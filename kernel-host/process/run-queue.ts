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

  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#callbacks.length > 0) {
        const batch = this.#callbacks;
        this.#callbacks = [];
        for (const callback of batch) callback();
      }
    } finally {
      this.#running = false;
    }
  }
}
