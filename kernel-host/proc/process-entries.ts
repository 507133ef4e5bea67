/**
 * /proc/<pid> and /proc/<pid>/task/<tid> (proc(5)). What the kernel has no knowledge of is not there: where a guest's memory is its worker's own,
 * `maps` is empty, `statm` is 0 and the Vm lines of `status` are missing; and nobody counts its I/O.
 */

import { EACCES, ENOENT, Errno } from '../abi/errno.js';
import { RESOURCES } from '../abi/resource.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Ids } from '../process/credentials.js';
import type { Process } from '../process/process.js';
import { commandName } from '../process/process-state.js';
import type { Task } from '../process/task.js';
import { file, link, type ProcEntry, type ProcLink } from './catalogue.js';
import { maps, statm } from './memory-maps.js';
import { mountTable } from './mount-table.js';
import { placeName } from './place-name.js';
import { processStat, processStatus, threadName, threadStat, threadStatus } from './status-files.js';

/** Whose its files are: root's, when it ends, and when others may not look into it (proc(5)). */
export function owner(process: Process): { readonly euid: number; readonly egid: number } {
  const { status, dumpable } = process;
  return status === null && dumpable ? { euid: process.euid, egid: process.egid } : { euid: 0, egid: 0 };
}

/** Each string with its NUL. A zombie has none left. */
const strings = (process: Process, list: readonly string[]): string =>
  process.status === null ? list.map((text) => `${text}\0`).join('') : '';

function limits(process: Process): string {
  if (process.status !== null) return '';
  const shown = (limit: number): string => (limit === Number.POSITIVE_INFINITY ? 'unlimited' : String(limit));
  const row = (name: string, soft: string, hard: string, unit: string): string =>
    `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${unit.padEnd(10)}\n`;
  const rows = RESOURCES.map(([name, unit], resource) => {
    const { soft, hard } = process.limits.get(resource);
    return row(`Max ${name}`, shown(soft), shown(hard), unit);
  });
  return row('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.join('');
}

/** Who hears where another process is: ptrace(2), PTRACE_MODE_READ_FSCREDS. null: the host. */
function mayLookInto(caller: Process | null, process: Process): boolean {
  if (!caller || caller === process || caller.credentials.privileged) return true;
  const { user, group } = process.credentials;
  const { uid, gid } = caller.credentials;
  const isOwn = (ids: Ids, id: number): boolean => ids.real === id && ids.effective === id && ids.saved === id;
  return process.dumpable && isOwn(user, uid) && isOwn(group, gid);
}

/** What a process and each of its threads show alike. */
function shared<Subject>(kernel: Kernel, processOf: (subject: Subject) => Process): readonly ProcEntry<Subject>[] {
  const machineRoot = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
  const placeLink = (name: string, placeOf: (process: Process) => Place): ProcLink<Subject> => {
    const follow = (subject: Subject): Place => {
      const process = processOf(subject);
      // A zombie has let go of them.
      if (process.status !== null) throw new Errno(ENOENT);
      if (!mayLookInto(kernel.current?.process ?? null, process)) throw new Errno(EACCES);
      return placeOf(process);
    };
    return link(name, (subject) => placeName(kernel, follow(subject)), follow);
  };
  const content = (name: string, of: (process: Process) => string, mode?: number): ProcEntry<Subject> =>
    file(name, (subject) => of(processOf(subject)), mode);
  return [
    content('cmdline', (process) => strings(process, process.arguments)),
    placeLink('cwd', ({ cwd }) => cwd),
    content('environ', (process) => strings(process, process.environment), 0o400),
    placeLink('exe', ({ executable }) => executable),
    content('limits', limits),
    content('maps', (process) => maps(kernel, process)),
    content('mounts', () => mountTable(kernel)),
    placeLink('root', ({ root }) => root ?? machineRoot),
    content('statm', statm),
  ];
}

/** @param booted on the monotonic clock. */
export const processEntries = (kernel: Kernel, booted: number): readonly ProcEntry<Process>[] =>
  inOrder([
    ...shared<Process>(kernel, (process) => process),
    file('comm', (process) => `${commandName(process)}\n`),
    { kind: 'descriptors', name: 'fd' },
    file('stat', (process) => processStat(process, booted)),
    file('status', processStatus),
    { kind: 'threads', name: 'task' },
  ]);

/** /proc/<pid>/task/<tid>. The descriptors are the process's, and only there. @param booted on the monotonic clock. */
export const threadEntries = (kernel: Kernel, booted: number): readonly ProcEntry<Task>[] =>
  inOrder([
    ...shared<Task>(kernel, ({ process }) => process),
    file('comm', (task) => `${threadName(task)}\n`),
    file('stat', (task) => threadStat(task, booted)),
    file('status', threadStatus),
  ]);

const inOrder = <Subject>(entries: readonly ProcEntry<Subject>[]): readonly ProcEntry<Subject>[] =>
  [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
