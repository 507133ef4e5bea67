/**
 * Terminals and jobs (POSIX 11.1.2 to 11.1.4): whose terminal it is, which process group is in its foreground, and who of the
 * others may read, write and change it.
 */
import { EINVAL, EIO, ENOTTY, EPERM, ERESTARTSYS, Errno, ESRCH } from '../abi/errno.js';
import { bitOf, SI_KERNEL, SIGCONT, SIGHUP, SIGTTIN, SIGTTOU } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import { isOrphaned, isSessionLeader, sessionOfGroup, signalGroup, visibleId } from '../process/process-groups.js';
import type { Task } from '../process/task.js';
import type { Terminal } from './terminal.js';

/** Makes it the controlling terminal of a session, whose leader the process is. */
function control(terminal: Terminal, leader: Process): void {
  terminal.session = leader.session;
  terminal.foreground = leader.group;
  leader.terminal = terminal;
}

/** A session leader without a terminal gets the first that it opens and that is nobody's. */
export function controlByOpening(terminal: Terminal, process: Process, readable: boolean): void {
  if (readable && isSessionLeader(process) && !process.terminal && terminal.session === null)
    control(terminal, process);
}

/** TIOCSCTTY. @param steals root takes it from another session. @throws Errno EPERM */
export function controlByRequest(kernel: Kernel, terminal: Terminal, process: Process, steals: boolean): void {
  if (isSessionLeader(process) && terminal.session === process.session) return;
  if (!isSessionLeader(process) || process.terminal) throw new Errno(EPERM);
  if (terminal.session !== null) {
    if (!steals) throw new Errno(EPERM);
    forget(kernel, terminal);
  }
  control(terminal, process);
}

/** TIOCNOTTY: a session leader loses it for the whole session, whose foreground job hears of that. @throws Errno ENOTTY */
export function giveUp(kernel: Kernel, terminal: Terminal, process: Process): void {
  if (process.terminal !== terminal) throw new Errno(ENOTTY);
  if (!isSessionLeader(process)) {
    process.terminal = null;
    return;
  }
  const { foreground } = terminal;
  forget(kernel, terminal);
  if (foreground === null) return;
  signalGroup(kernel, foreground, SIGHUP);
  signalGroup(kernel, foreground, SIGCONT);
}

/** The session leader has ended: its terminal is nobody's, and the foreground job hears of that. */
export function leaderEnded(kernel: Kernel, leader: Process): void {
  const { terminal, session } = leader;
  if (!terminal || !isSessionLeader(leader) || terminal.session !== session) return;
  const { foreground } = terminal;
  forget(kernel, terminal);
  if (foreground !== null) signalGroup(kernel, foreground, SIGHUP);
}

/** The terminal is gone: its session leader hears of that, and ends the jobs as it sees fit. */
export function hangUp(kernel: Kernel, terminal: Terminal): void {
  const { session } = terminal;
  if (session === null) return;
  const leader = kernel.processes.byPid(session);
  forget(kernel, terminal);
  if (!leader || leader.ending !== null) return;
  leader.signals.raise(SIGHUP, SI_KERNEL);
  if (leader.ending === null) leader.signals.raise(SIGCONT, SI_KERNEL);
}

/** Nobody's terminal. */
function forget(kernel: Kernel, terminal: Terminal): void {
  for (const process of kernel.processes.all()) if (process.terminal === terminal) process.terminal = null;
  terminal.session = null;
  terminal.foreground = null;
}

/** Whether the process is in the background of this terminal. */
const inBackground = (terminal: Terminal, process: Process): boolean =>
  process.terminal === terminal && terminal.foreground !== null && terminal.foreground !== process.group;

/** Whether the thread would not be stopped: it ignores the signal or blocks it. */
const withholds = (task: Task, signal: number): boolean =>
  task.process.signals.actions.ignoresByChoice(signal) || (task.signals.mask & bitOf(signal)) !== 0n;

/**
 * Reading in the background stops the job (11.1.4).
 * @throws Errno EIO where it cannot be stopped: it ignores or blocks SIGTTIN, or nobody would let it go on
 */
export function checkReading(kernel: Kernel, terminal: Terminal, task: Task): void {
  const { process } = task;
  if (!inBackground(terminal, process)) return;
  if (withholds(task, SIGTTIN) || isOrphaned(kernel, process.group)) throw new Errno(EIO);
  stop(kernel, process.group, SIGTTIN);
}

/**
 * Changing the terminal in the background stops the job; writing, too, with TOSTOP. Whoever ignores or blocks SIGTTOU may.
 * @throws Errno EIO in an orphaned group
 */
export function checkChanging(kernel: Kernel, terminal: Terminal, task: Task): void {
  const { process } = task;
  if (!inBackground(terminal, process) || withholds(task, SIGTTOU)) return;
  if (isOrphaned(kernel, process.group)) throw new Errno(EIO);
  stop(kernel, process.group, SIGTTOU);
}

/** The call is made again when the job goes on, or after a handler. @throws Errno ERESTARTSYS */
function stop(kernel: Kernel, group: number, signal: number): never {
  signalGroup(kernel, group, signal);
  throw new Errno(ERESTARTSYS);
}

/** tcgetpgrp(): 0 where nobody is in the foreground. @throws Errno ENOTTY */
export function foregroundOf(terminal: Terminal, process: Process, byMaster: boolean): number {
  if (!byMaster && process.terminal !== terminal) throw new Errno(ENOTTY);
  return visibleId(terminal.foreground ?? 0);
}

/** tcsetpgrp(). @throws Errno ENOTTY, EINVAL, ESRCH, EPERM */
export function setForeground(kernel: Kernel, terminal: Terminal, process: Process, group: number): void {
  if (process.terminal !== terminal || terminal.session !== process.session) throw new Errno(ENOTTY);
  if (group < 0) throw new Errno(EINVAL);
  const session = sessionOfGroup(kernel, group);
  if (session === null) throw new Errno(ESRCH);
  if (session !== process.session) throw new Errno(EPERM);
  terminal.foreground = group;
}

/** tcgetsid(). @throws Errno ENOTTY */
export function sessionOf(terminal: Terminal, process: Process, byMaster: boolean): number {
  if ((!byMaster && process.terminal !== terminal) || terminal.session === null) throw new Errno(ENOTTY);
  return visibleId(terminal.session);
}
