/**
 * /proc/<pid> (proc(5)). What the kernel has no knowledge of is not there: where a guest's memory is its worker's own,
 * `maps` is empty, `statm` is 0 and the Vm lines of `status` are missing; and nobody counts its I/O.
 */

import { ENOENT, Errno } from '../abi/errno.js';
import { PAGE_SIZE } from '../abi/memory.js';
import { RESOURCES } from '../abi/resource.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { usageOf } from '../process/accounting.js';
import type { Ids } from '../process/credentials.js';
import type { Process } from '../process/process.js';
import { visibleId } from '../process/process-groups.js';
import { commandName, type ProcessState, stateOf } from '../process/process-state.js';
import { file, link, type ProcEntry, type ProcLink } from './catalogue.js';
import { maps, statm } from './memory-maps.js';
import { mountTable } from './mount-table.js';
import { placeName } from './place-name.js';

/** USER_HZ: what Linux counts a clock tick as, towards programs. */
const TICKS_PER_SECOND = 100;
const ticks = (milliseconds: number): number => Math.floor((milliseconds / 1000) * TICKS_PER_SECOND);
/** A process's end is told by SIGCHLD. */
const EXIT_SIGNAL = 17;
/** RLIM_INFINITY as `stat` shows it on 32 bits. */
const UNLIMITED = 2 ** 32 - 1;

const STATES: Readonly<Record<ProcessState, string>> = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie' };

/** Whose its files are: root's, when it ends, and when others may not look into it (proc(5)). */
export function owner(process: Process): { readonly euid: number; readonly egid: number } {
  const { status, dumpable } = process;
  return status === null && dumpable ? { euid: process.euid, egid: process.egid } : { euid: 0, egid: 0 };
}

/** Real, effective, saved and file system id: the last goes with the effective one. */
const fourIds = ({ real, effective, saved }: Ids): string => [real, effective, saved, effective].join('\t');

/** Each string with its NUL. A zombie has none left. */
const strings = (process: Process, list: readonly string[]): string =>
  process.status === null ? list.map((text) => `${text}\0`).join('') : '';

/** Of a process whose memory the kernel knows: all of it is in memory. */
function memoryLines(process: Process): readonly (readonly [string, string])[] {
  const space = process.status === null ? process.addressSpace : null;
  if (!space) return [];
  const locked = space.mappings.reduce((sum, { start, end, locked }) => sum + (locked ? end - start : 0), 0);
  const kilobytes = (bytes: number): string => `${String(Math.ceil(bytes / 1024)).padStart(8)} kB`;
  return [
    ['VmSize', kilobytes(space.size)],
    ['VmLck', kilobytes(locked)],
    ['VmRSS', kilobytes(space.size)],
  ];
}

function status(process: Process): string {
  const state = stateOf(process);
  const { pid, credentials } = process;
  const lines = [
    ['Name', commandName(process)],
    ...(state === 'Z' ? [] : [['Umask', process.umask.toString(8).padStart(4, '0')]]),
    ['State', `${state} (${STATES[state]})`],
    ['Tgid', pid],
    ['Pid', pid],
    ['PPid', process.parent?.pid ?? 0],
    ['TracerPid', 0],
    ['Uid', fourIds(credentials.user)],
    ['Gid', fourIds(credentials.group)],
    ...(state === 'Z' ? [] : [['FDSize', process.descriptors.size]]),
    ['Groups', `${credentials.groups.join(' ')} `],
    ...memoryLines(process),
    ['Threads', process.tasks.size],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

/**
 * The fields of `stat` go by position, so that none can be missing. 0 is what Linux has there for what it does not
 * maintain, and for a kernel thread's address space; so it is here for memory that is the worker's own.
 */
function stat(process: Process, booted: number): string {
  const fields = new Array<number | string>(52).fill(0);
  const set = (position: number, value: number | string): void => {
    fields[position - 1] = value;
  };
  set(1, process.pid);
  set(2, `(${commandName(process)})`);
  set(3, stateOf(process));
  set(4, process.parent?.pid ?? 0);
  set(5, visibleId(process.group));
  set(6, visibleId(process.session));
  const { terminal } = process;
  set(7, terminal?.attributes.rdev ?? 0);
  set(8, terminal?.foreground ?? -1);
  // Nobody tells the time in the kernel apart.
  set(14, ticks(process.status === null ? usageOf(process).time : process.pastUsage.time));
  set(16, ticks(process.childrenUsage.time));
  // Priority as the kernel shows a nice value, and how many threads there are.
  set(18, 20 + process.nice);
  set(19, process.nice);
  set(20, process.tasks.size);
  set(22, ticks(process.started - booted));
  const space = process.status === null ? process.addressSpace : null;
  set(23, space?.size ?? 0);
  set(24, Math.ceil((space?.size ?? 0) / PAGE_SIZE));
  set(25, UNLIMITED);
  set(38, EXIT_SIGNAL);
  set(52, process.status ?? 0);
  return `${fields.join(' ')}\n`;
}

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

/** @param booted on the monotonic clock. */
export function processEntries(kernel: Kernel, booted: number): readonly ProcEntry<Process>[] {
  const root = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
  const placeLink = (name: string, placeOf: (process: Process) => Place): ProcLink<Process> => {
    const follow = (process: Process): Place => {
      // A zombie has let go of them.
      if (process.status !== null) throw new Errno(ENOENT);
      return placeOf(process);
    };
    return link(name, (process) => placeName(kernel, follow(process)), follow);
  };
  return [
    file('cmdline', (process) => strings(process, process.arguments)),
    file('comm', (process) => `${commandName(process)}\n`),
    placeLink('cwd', ({ cwd }) => cwd),
    file('environ', (process) => strings(process, process.environment), 0o400),
    placeLink('exe', ({ executable }) => executable),
    { kind: 'descriptors', name: 'fd' },
    file('limits', limits),
    file('maps', (process) => maps(kernel, process)),
    file('mounts', () => mountTable(kernel)),
    placeLink('root', () => root),
    file('stat', (process) => stat(process, booted)),
    file('statm', statm),
    file('status', status),
  ];
}
