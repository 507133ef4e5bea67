/** What processes have used (POSIX getrusage(), times()). */
import type { Process } from './process.js';
import type { Task } from './task.js';

export interface Usage {
  /** Processor time in milliseconds. */
  readonly time: number;
  /** The most memory of its own that it had, in bytes; of children, that of the largest. */
  readonly memory: number;
}

export const NOTHING_USED: Usage = { time: 0, memory: 0 };

export const usageOfTask = ({ cpuTime, process }: Task): Usage => ({
  time: cpuTime.used,
  memory: process.addressSpace?.memory.buffer.byteLength ?? 0,
});

/** Of one that runs: by its threads, those that have ended among them. */
export function usageOf(process: Process): Usage {
  let usage = process.pastUsage;
  for (const task of process.tasks.values()) usage = addUsage(usage, usageOfTask(task));
  return usage;
}

export function addUsage(a: Usage, b: Usage): Usage {
  return { time: a.time + b.time, memory: Math.max(a.memory, b.memory) };
}
