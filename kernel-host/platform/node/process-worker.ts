/** The script of a process's worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { runProcess } from '../../guest/run.js';
import { failureOf } from '../../guest/trap.js';

try {
  runProcess(workerData);
} catch (error) {
  parentPort?.postMessage(failureOf(error));
}
