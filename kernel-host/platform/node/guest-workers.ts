/** Process workers under Node: worker threads. */
import { Worker } from 'node:worker_threads';
import type { GuestWorker, GuestWorkers, ProcessFailure, ProcessStart, WorkerFailed } from '../guest-workers.js';

export class NodeGuestWorkers implements GuestWorkers {
  readonly #script: URL;

  /** @param script the bundle of `process-worker.ts`. */
  constructor(script: URL) {
    this.#script = script;
  }

  start(start: ProcessStart, failed: WorkerFailed): GuestWorker {
    const worker = new Worker(this.#script, { workerData: start, env: {} });
    let over = false;
    const fail: WorkerFailed = (message, signal) => {
      if (over) return;
      over = true;
      failed(message, signal);
    };
    worker.on('message', ({ message, signal }: ProcessFailure) => fail(message, signal));
    worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => fail('its worker ended'));
    return {
      terminate: () => {
        over = true;
        void worker.terminate();
      },
    };
  }
}
