/** What the parent of a process is told of its end (POSIX _exit(), SIGCHLD). */
import { statusExitCode, statusSignal } from '../abi/process.js';
import { CLD_EXITED, CLD_KILLED, SA_NOCLDWAIT, SIGCHLD } from '../abi/signal.js';
import type { Process } from './process.js';

/** @param reap is called when it does not want to hear of it: before the signal, so that one who waits finds no child any more. */
export function tellParent(parent: Process, process: Process, status: number, reap: () => void): void {
  const { actions } = parent.signals;
  const unwanted = actions.ignoresByChoice(SIGCHLD) || (actions.get(SIGCHLD).flags & SA_NOCLDWAIT) !== 0;
  const signal = statusSignal(status);
  if (unwanted) reap();
  parent.signals.send({
    signal: SIGCHLD,
    code: signal === 0 ? CLD_EXITED : CLD_KILLED,
    first: process.pid,
    second: process.credentials.ruid,
    value: signal === 0 ? statusExitCode(status) : signal,
  });
  parent.childChanged.wake();
}
