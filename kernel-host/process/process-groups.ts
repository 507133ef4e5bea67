/**
 * Process groups and sessions (POSIX 3.290, 3.338): who is stopped, goes on and is interrupted together. Their ids are pids of
 * those who began them, and below 0 where that was the machine's host.
 */
import { EPERM, Errno } from '../abi/errno.js';
import { SI_KERNEL, SIGCONT, SIGHUP } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import type { Process } from './process.js';

/** Who began the session that it is in. */
export const isSessionLeader = ({ pid, session }: Process): boolean => session === (pid as number);

/** What a program is told of an id: groups of the host are 0, as those outside of a pid namespace are on Linux. */
export const visibleId = (id: number): number => Math.max(0, id);

export const membersOf = (kernel: Kernel, group: number): readonly Process[] =>
  kernel.processes.all().filter((process) => process.group === group);

/** The session of a group; null where there is no such group. */
export function sessionOfGroup(kernel: Kernel, group: number): number | null {
  for (const process of kernel.processes.all()) if (process.group === group) return process.session;
  return null;
}

/** Nobody has its number, as a process, a group or a session. */
export function isUnused(kernel: Kernel, id: number): boolean {
  return kernel.processes.all().every(({ group, session }) => group !== id && session !== id);
}

/** @param id of the group; 0: one that it begins itself. @throws Errno EPERM */
export function joinGroup(kernel: Kernel, process: Process, id: number): void {
  if (isSessionLeader(process)) throw new Errno(EPERM);
  const group = id === 0 ? process.pid : id;
  if (group !== process.pid && sessionOfGroup(kernel, group) !== process.session) throw new Errno(EPERM);
  process.group = group;
}

/** @throws Errno EPERM */
export function startSession(kernel: Kernel, process: Process): void {
  if (!isUnused(kernel, process.pid)) throw new Errno(EPERM);
  process.group = process.pid;
  process.session = process.pid;
  process.terminal = null;
}

/** To every member that has not ended. */
export function signalGroup(kernel: Kernel, group: number, signal: number): void {
  for (const member of membersOf(kernel, group)) if (member.ending === null) member.signals.raise(signal, SI_KERNEL);
}

/** No member has a parent that could let it go on: one in another group of the session (POSIX 3.250). */
export function isOrphaned(kernel: Kernel, group: number): boolean {
  return membersOf(kernel, group).every(
    ({ parent, session, status }) =>
      status !== null || parent === null || parent.group === group || parent.session !== session,
  );
}

/** The groups that a process keeps from being orphaned, which it may do no longer when it has ended: its own, and its children's. */
export function guardedGroups(kernel: Kernel, process: Process): readonly number[] {
  const groups = new Set([process.group]);
  for (const { group, session } of process.children.values()) if (session === process.session) groups.add(group);
  return [...groups].filter((group) => !isOrphaned(kernel, group));
}

/** Of these groups those that are orphaned now go on, if they were stopped, and hear why (POSIX _exit()). */
export function releaseOrphaned(kernel: Kernel, groups: readonly number[]): void {
  for (const group of groups) {
    if (!isOrphaned(kernel, group) || membersOf(kernel, group).every(({ stopped }) => stopped === null)) continue;
    signalGroup(kernel, group, SIGHUP);
    signalGroup(kernel, group, SIGCONT);
  }
}
