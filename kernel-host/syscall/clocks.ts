/** The clocks that programs do not read by themselves: processor time, of others too, and setting any (clock_gettime(2)). */
import { EINVAL, EPERM, Errno } from '../abi/errno.js';
import * as abi from '../abi/time.js';
import type { Kernel } from '../kernel.js';
import { usageOf, usageOfTask } from '../process/accounting.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';
import { putTime, timeAt } from './time.js';

/** Clocks of processes and threads are below 0: the complement of the id, and three bits (Linux: posix-timers.h). */
const PER_THREAD = 4;
const KIND = 3;
/** Of the kinds, CPUCLOCK_SCHED; there are CPUCLOCK_PROF and CPUCLOCK_VIRT before, which are the same where all time is the user's. */
const LAST_KIND = 2;

/** Milliseconds. @throws Errno EINVAL for a clock that there is not */
function read(kernel: Kernel, task: Task, clock: number): number {
  switch (clock) {
    case abi.CLOCK_REALTIME:
    case abi.CLOCK_REALTIME_COARSE:
      return kernel.clock.realtime();
    case abi.CLOCK_MONOTONIC:
    case abi.CLOCK_MONOTONIC_RAW:
    case abi.CLOCK_MONOTONIC_COARSE:
    case abi.CLOCK_BOOTTIME:
      return kernel.clock.monotonic();
    case abi.CLOCK_PROCESS_CPUTIME_ID:
      return usageOf(task.process).time;
    case abi.CLOCK_THREAD_CPUTIME_ID:
      return usageOfTask(task).time;
    default:
      return processorTime(kernel, task, clock);
  }
}

/** @throws Errno EINVAL */
function processorTime(kernel: Kernel, task: Task, clock: number): number {
  if (clock >= 0 || (clock & KIND) > LAST_KIND) throw new Errno(EINVAL);
  const id = ~(clock >> 3);
  if ((clock & PER_THREAD) !== 0) {
    const thread = id === 0 ? task : kernel.processes.threads.byTid(id);
    // Of the caller's own process alone (Linux: __get_task_for_clock()).
    if (thread?.process !== task.process) throw new Errno(EINVAL);
    return usageOfTask(thread).time;
  }
  const process = id === 0 ? task.process : kernel.processes.byPid(id);
  if (!process || process.status !== null) throw new Errno(EINVAL);
  return usageOf(process).time;
}

const clockGettime: Handler = (kernel, task, clock, address) => {
  putTime(task.memory, address, read(kernel, task, clock));
  return 0;
};

const clockGetres: Handler = (kernel, task, clock, address) => {
  read(kernel, task, clock);
  if (address === 0) return 0;
  putTime(task.memory, address, 0);
  task.memory.setInt32(address + 8, abi.CLOCK_RESOLUTION);
  return 0;
};

/** The clock is the host's, which no page and no program of one may set: what Linux says to who has no CAP_SYS_TIME. */
const clockSettime: Handler = (_kernel, task, clock, address) => {
  if (clock !== abi.CLOCK_REALTIME) return -EINVAL;
  timeAt(task.memory, address);
  return -EPERM;
};

export const clockCalls = { clockGettime, clockGetres, clockSettime };
