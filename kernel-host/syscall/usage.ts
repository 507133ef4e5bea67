/** getrusage(2) and times(2). */
import { EINVAL } from '../abi/errno.js';
import type { UserMemory } from '../memory/user-memory.js';
import { type Usage, usageOf, usageOfTask } from '../process/accounting.js';
import type { Handler } from './call.js';

/** struct rusage of 32-bit Linux, whose times are 32 bits: two timevals and 14 longs. */
export const RUSAGE_SIZE = 72;
const MAXRSS = 16;
const RUSAGE_SELF = 0;
const RUSAGE_CHILDREN = -1;
const RUSAGE_THREAD = 1;

/** USER_HZ: clock ticks a second, towards programs. */
export const TICKS_PER_SECOND = 100;

/** What nobody counts is 0: system time, faults, switches. */
export function putUsage(memory: UserMemory, address: number, { time, memory: size }: Usage): void {
  memory.bytes(address, RUSAGE_SIZE).fill(0);
  const microseconds = Math.floor(time * 1000);
  memory.setInt32(address, Math.floor(microseconds / 1_000_000));
  memory.setInt32(address + 4, microseconds % 1_000_000);
  memory.setInt32(address + MAXRSS, Math.floor(size / 1024));
}

const getrusage: Handler = (_kernel, task, who, address) => {
  switch (who) {
    case RUSAGE_SELF:
      putUsage(task.memory, address, usageOf(task.process));
      return 0;
    case RUSAGE_CHILDREN:
      putUsage(task.memory, address, task.process.childrenUsage);
      return 0;
    case RUSAGE_THREAD:
      putUsage(task.memory, address, usageOfTask(task));
      return 0;
    default:
      return -EINVAL;
  }
};

const ticks = (milliseconds: number): number => Math.floor((milliseconds * TICKS_PER_SECOND) / 1000);

/** struct tms: user and system time, own and children's. Any point in the past is the beginning: a positive result is none of the errors. */
const times: Handler = (kernel, task, address) => {
  if (address !== 0) {
    task.memory.bytes(address, 16).fill(0);
    task.memory.setInt32(address, ticks(usageOf(task.process).time));
    task.memory.setInt32(address + 8, ticks(task.process.childrenUsage.time));
  }
  return ticks(kernel.clock.monotonic()) & 0x7fffffff;
};

export const usageCalls = { getrusage, times };
