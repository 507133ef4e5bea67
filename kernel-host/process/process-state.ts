/** What processes are doing, as ps(1) tells it. */
import type { Kernel } from '../kernel.js';
import type { Process } from './process.js';
import type { Task } from './task.js';

/** Running or about to, waiting in a call, stopped by a signal, over and not waited for. */
export type ProcessState = 'R' | 'S' | 'T' | 'Z';

export function stateOf(process: Process): ProcessState {
  if (process.status !== null) return 'Z';
  if (process.stopped !== null) return 'T';
  for (const task of process.tasks.values()) if (!task.parked) return 'R';
  return 'S';
}

/** Of one thread: one that is over is not there any more. */
export function threadState(task: Task): ProcessState {
  if (task.process.stopped !== null) return 'T';
  return task.parked ? 'S' : 'R';
}

/** What its first thread is called: what exec was given, without its directories, or what it chose. */
export const commandName = (process: Process): string =>
  new TextDecoder().decode(process.task?.name ?? process.programName);

export interface ProcessSnapshot {
  readonly pid: number;
  /** 0: the host started it, or its parent is gone. */
  readonly ppid: number;
  /** Effective. */
  readonly uid: number;
  readonly gid: number;
  /** What it was linked with, its heap and its mappings; 0 where its memory is its worker's own. */
  readonly vsizeBytes: number;
  /** Of the memory that these lie in; left out where that is its worker's own. */
  readonly memoryBytes?: number;
  readonly state: ProcessState;
  /** At most 15 bytes. */
  readonly comm: string;
  /** Of a zombie nothing is left. */
  readonly cmdline: readonly string[];
}

/** All processes of a machine, zombies among them, by pid. */
export function enumProcs(kernel: Kernel): readonly ProcessSnapshot[] {
  return kernel.processes
    .all()
    .map((process) => {
      const space = process.status === null ? process.addressSpace : null;
      return {
        pid: process.pid,
        ppid: process.parent?.pid ?? 0,
        uid: process.euid,
        gid: process.egid,
        vsizeBytes: space?.size ?? 0,
        ...(space && { memoryBytes: space.memory.buffer.byteLength }),
        state: stateOf(process),
        comm: commandName(process),
        cmdline: process.status === null ? process.arguments : [],
      };
    })
    .sort((a, b) => a.pid - b.pid);
}
