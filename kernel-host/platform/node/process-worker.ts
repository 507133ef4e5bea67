/** The script of a process's worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { runProcess } from '../../guest/run.js';
import type { ProcessFailure } from '../guest-workers.js';

try {
  runProcess(workerData);
} catch (error) {
  const failure: ProcessFailure = {
    type: 'failed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
  parentPort?.postMessage(failure);
}
