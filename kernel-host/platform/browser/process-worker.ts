/** The script of a process's worker: waits for what to run, runs it, and waits again. */
import { runProcess } from '../../guest/run.js';
import { failureOf } from '../../guest/trap.js';
import type { ProcessMessage, ProcessStart } from '../guest-workers.js';

const tell = (message: ProcessMessage): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ProcessStart>) => {
  try {
    if (runProcess(data) === 'left') tell({ type: 'left' });
  } catch (error) {
    tell(failureOf(error));
  }
});
