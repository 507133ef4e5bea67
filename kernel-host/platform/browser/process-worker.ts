/** The script of a process's worker: waits for what to run, and runs it. */
import { runProcess } from '../../guest/run.js';
import type { ProcessFailure, ProcessStart } from '../guest-workers.js';

self.addEventListener(
  'message',
  ({ data }: MessageEvent<ProcessStart>) => {
    try {
      runProcess(data);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      self.postMessage({ type: 'failed', message } satisfies ProcessFailure);
    }
  },
  { once: true },
);
