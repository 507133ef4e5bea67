/** The script of a process's worker thread: waits for what to run, runs it, and waits again. */
import { parentPort } from 'node:worker_threads';
import { runProcess } from '../../guest/run.js';
import { failureOf } from '../../guest/trap.js';
import type { ProcessMessage, ProcessStart } from '../guest-workers.js';

const tell = (message: ProcessMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', (start: ProcessStart) => {
  try {
    if (runProcess(start) === 'left') tell({ type: 'left' });
  } catch (error) {
    tell(failureOf(error));
  }
});
