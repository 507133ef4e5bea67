/** Process workers in the browser: dedicated workers, some of them started ahead of need. */
import type { GuestWorker, GuestWorkers, ProcessFailure, ProcessStart, WorkerFailed } from '../guest-workers.js';

export class BrowserGuestWorkers implements GuestWorkers {
  readonly #script: URL;
  readonly #idle: Worker[] = [];

  /** @param script the bundle of `process-worker.ts`. */
  constructor(script: URL) {
    this.#script = script;
  }

  /** Starts workers before there is anything for them to run: a cold one takes 10 ms and more (measured, Chromium 156). */
  prepare(count: number): void {
    while (this.#idle.length < count) this.#idle.push(this.#create());
  }

  start(start: ProcessStart, failed: WorkerFailed): GuestWorker {
    const worker = this.#idle.pop() ?? this.#create();
    worker.addEventListener('message', ({ data }: MessageEvent<ProcessFailure>) => failed(data.message, data.signal), {
      once: true,
    });
    worker.addEventListener('error', (event) => failed(event.message || 'its worker could not be started'), {
      once: true,
    });
    worker.postMessage(start);
    return { terminate: () => worker.terminate() };
  }

  #create(): Worker {
    return new Worker(this.#script, { type: 'module', name: 'portside process' });
  }
}
