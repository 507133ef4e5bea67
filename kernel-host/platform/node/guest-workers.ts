/** Process workers under Node: worker threads. */
import { Worker } from 'node:worker_threads';
import type { ProcessMessage } from '../guest-workers.js';
import { type PlatformWorker, type WorkerEvents, WorkerPool } from '../worker-pool.js';

export class NodeGuestWorkers extends WorkerPool {
  /** @param script the bundle of `process-worker.ts`. */
  constructor(script: URL) {
    super((events) => createWorker(script, events));
  }
}

function createWorker(script: URL, events: WorkerEvents): PlatformWorker {
  const worker = new Worker(script, { env: {} });
  worker.on('message', (message: ProcessMessage) => events.said(message));
  worker.on('error', (error) => events.failed(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => events.failed('its worker ended'));
  return {
    start: (start) => {
      worker.ref();
      worker.postMessage(start);
    },
    rest: () => worker.unref(),
    terminate: () => void worker.terminate(),
  };
}
