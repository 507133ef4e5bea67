import { WINDOW_CHUNKS } from '../../protocol/bridge.js';

/** A sender's side of a window: how many more chunks the receiver takes. One sender waits at a time. */
export class Credits {
  #left = WINDOW_CHUNKS;
  #waiting: (() => void) | undefined;

  give(chunks: number): void {
    this.#left += chunks;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** Resolves once there is a credit, and spends it. */
  async take(): Promise<void> {
    while (this.#left === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#left--;
  }
}
