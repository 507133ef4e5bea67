/** Process workers in the browser: dedicated workers. */
import type { ProcessMessage } from '../guest-workers.js';
import { type PlatformWorker, type WorkerEvents, WorkerPool } from '../worker-pool.js';

export class BrowserGuestWorkers extends WorkerPool {
  /** @param script the bundle of `process-worker.ts`. */
  constructor(script: URL) {
    super((events) => createWorker(script, events));
  }
}

function createWorker(script: URL, events: WorkerEvents): PlatformWorker {
  const worker = new Worker(script, { type: 'module', name: 'portside process' });
  worker.addEventListener('message', ({ data }: MessageEvent<ProcessMessage>) => events.said(data));
  worker.addEventListener('error', (event) => events.failed(event.message || 'its worker could not be started'));
  return {
    start: (start) => worker.postMessage(start),
    terminate: () => worker.terminate(),
  };
}
