/** Stopping the output and letting it go on: by START and STOP that are typed, and by tcflow(). */
import type { Listener } from './line-discipline.js';
import type { OutputProcessor } from './output-processing.js';

export class FlowControl {
  readonly #output: OutputProcessor;
  readonly #listener: Listener;
  /** By tcflow(), which START does not end. */
  #suspended = false;

  constructor(output: OutputProcessor, listener: Listener) {
    this.#output = output;
    this.#listener = listener;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  get stopped(): boolean {
    return this.#output.stopped;
  }

  stop(): void {
    if (this.#output.stopped) return;
    this.#output.stopped = true;
    this.#listener.flow(true);
  }

  start(): void {
    if (!this.#output.stopped || this.#suspended) return;
    this.#output.stopped = false;
    this.#listener.flow(false);
  }

  suspend(suspended: boolean): void {
    if (suspended === this.#suspended) return;
    this.#suspended = suspended;
    if (suspended) this.stop();
    else this.start();
  }
}
