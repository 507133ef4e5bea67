/** Long work in the kernel's thread, in turns: guests' calls are answered between them. */
import type { Kernel } from '../kernel.js';

/** Milliseconds of work in one go: a guest that calls meanwhile waits no longer than a frame of a screen lasts. */
const TURN = 8;

export class Turns {
  readonly #kernel: Kernel;
  #began: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#began = kernel.clock.monotonic();
  }

  /** Resolves at once while the turn lasts, and behind what waits once it is over. */
  async next(): Promise<void> {
    if (this.#kernel.clock.monotonic() - this.#began < TURN) return;
    await new Promise<void>((resolve) => this.#kernel.enqueue(resolve));
    this.#began = this.#kernel.clock.monotonic();
  }
}
