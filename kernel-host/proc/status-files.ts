/** `stat` and `status` (proc(5)): of a process, and of one of its threads. */
import { PAGE_SIZE } from '../abi/memory.js';
import { usageOf } from '../process/accounting.js';
import type { Ids } from '../process/credentials.js';
import type { Process } from '../process/process.js';
import { visibleId } from '../process/process-groups.js';
import { commandName, type ProcessState, stateOf, threadState } from '../process/process-state.js';
import type { Task } from '../process/task.js';

/** USER_HZ: what Linux counts a clock tick as, towards programs. */
const TICKS_PER_SECOND = 100;
const ticks = (milliseconds: number): number => Math.floor((milliseconds / 1000) * TICKS_PER_SECOND);
/** A process's end is told by SIGCHLD. */
const EXIT_SIGNAL = 17;
/** RLIM_INFINITY as `stat` shows it on 32 bits. */
const UNLIMITED = 2 ** 32 - 1;

const STATES: Readonly<Record<ProcessState, string>> = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie' };

/** What tells one thread from its process. */
interface Subject {
  readonly id: number;
  readonly name: string;
  readonly state: ProcessState;
  /** Milliseconds used. */
  readonly time: number;
  /** On the monotonic clock. */
  readonly started: number;
}

const ofProcess = (process: Process): Subject => ({
  id: process.pid,
  name: commandName(process),
  state: stateOf(process),
  time: process.status === null ? usageOf(process).time : process.pastUsage.time,
  started: process.started,
});

const ofThread = (task: Task): Subject => ({
  id: task.tid,
  name: threadName(task),
  state: threadState(task),
  time: task.cpuTime.used,
  started: task.cpuTime.began,
});

export const threadName = (task: Task): string => new TextDecoder().decode(task.name);

/** Real, effective, saved and file system id: the last goes with the effective one. */
const fourIds = ({ real, effective, saved }: Ids): string => [real, effective, saved, effective].join('\t');

/** Of a process whose memory the kernel knows: all of it is in memory. */
function memoryLines(process: Process): readonly (readonly [string, string])[] {
  const space = process.status === null ? process.addressSpace : null;
  if (!space) return [];
  const kilobytes = (bytes: number): string => `${String(Math.ceil(bytes / 1024)).padStart(8)} kB`;
  return [
    ['VmSize', kilobytes(space.size)],
    ['VmLck', kilobytes(space.lockedSize())],
    ['VmRSS', kilobytes(space.size)],
  ];
}

function status(process: Process, { id, name, state }: Subject): string {
  const { credentials } = process;
  const lines = [
    ['Name', name],
    ...(state === 'Z' ? [] : [['Umask', process.umask.toString(8).padStart(4, '0')]]),
    ['State', `${state} (${STATES[state]})`],
    ['Tgid', process.pid],
    ['Pid', id],
    ['PPid', process.parentPid],
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
function stat(process: Process, { id, name, state, time, started }: Subject, booted: number): string {
  const fields = new Array<number | string>(52).fill(0);
  const set = (position: number, value: number | string): void => {
    fields[position - 1] = value;
  };
  set(1, id);
  set(2, `(${name})`);
  set(3, state);
  set(4, process.parentPid);
  set(5, visibleId(process.group));
  set(6, visibleId(process.session));
  const { terminal } = process;
  set(7, terminal?.attributes.rdev ?? 0);
  set(8, terminal?.foreground ?? -1);
  // Nobody tells the time in the kernel apart.
  set(14, ticks(time));
  set(16, ticks(process.childrenUsage.time));
  // Priority as the kernel shows a nice value, and how many threads there are.
  set(18, 20 + process.nice);
  set(19, process.nice);
  set(20, process.tasks.size);
  set(22, ticks(started - booted));
  const space = process.status === null ? process.addressSpace : null;
  set(23, space?.size ?? 0);
  set(24, Math.ceil((space?.size ?? 0) / PAGE_SIZE));
  set(25, UNLIMITED);
  set(38, EXIT_SIGNAL);
  set(52, process.status ?? 0);
  return `${fields.join(' ')}\n`;
}

export const processStatus = (process: Process): string => status(process, ofProcess(process));
export const threadStatus = (task: Task): string => status(task.process, ofThread(task));
/** @param booted on the monotonic clock. */
export const processStat = (process: Process, booted: number): string => stat(process, ofProcess(process), booted);
export const threadStat = (task: Task, booted: number): string => stat(task.process, ofThread(task), booted);
