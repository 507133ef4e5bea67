/** The script of a process's worker: waits for what to run, and runs it. */
import { runProcess } from '../../guest/run.js';
import { failureOf } from '../../guest/trap.js';
import type { ProcessStart } from '../guest-workers.js';

self.addEventListener(
  'message',
  ({ data }: MessageEvent<ProcessStart>) => {
    try {
      runProcess(data);
    } catch (error) {
      self.postMessage(failureOf(error));
    }
  },
  { once: true },
);
