/** Stopping and continuing processes (POSIX 2.4.3, 11.1.2). */
import { CLD_CONTINUED, CLD_STOPPED, SA_NOCLDSTOP, SIGCHLD, SIGCONT } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import type { Process } from './process.js';

/** Its calls are answered no more until it is continued. What it computes without calls goes on: a worker cannot be halted. */
export function stop(process: Process, signal: number): void {
  if (process.stopped !== null || process.ending !== null) return;
  process.stopped = signal;
  process.updateAlone(false);
  report(process, 'stopped', CLD_STOPPED, signal);
}

export function resume(kernel: Kernel, process: Process): void {
  if (process.stopped === null || process.ending !== null) return;
  process.stopped = null;
  report(process, 'continued', CLD_CONTINUED, SIGCONT);
  // What was sent to it meanwhile may end it.
  process.signals.settleAll();
  if (process.ending !== null) return;
  for (const task of process.tasks.values()) {
    kernel.answer(task);
    task.resume();
  }
}

function report(process: Process, change: 'stopped' | 'continued', code: number, value: number): void {
  process.unreported = change;
  const { parent } = process;
  if (!parent) return;
  if ((parent.signals.actions.get(SIGCHLD).flags & SA_NOCLDSTOP) === 0)
    parent.signals.send({ signal: SIGCHLD, code, first: process.pid, second: process.credentials.ruid, value });
  parent.childChanged.wake();
}
