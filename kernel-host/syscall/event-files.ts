/** eventfd2(2), timerfd_create(2) and its like. */

import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  TFD_CLOEXEC,
  TFD_NONBLOCK,
  TFD_TIMER_ABSTIME,
  TFD_TIMER_CANCEL_ON_SET,
} from '../abi/epoll.js';
import { EINVAL, Errno } from '../abi/errno.js';
import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../abi/fcntl.js';
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME } from '../abi/time.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { EventCounter } from '../poll/event-counter.js';
import { TimerFile } from '../poll/timer-file.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, install } from './call.js';
import { putTimerSetting, TIMESPEC_SIZE, timerSettingAt } from './time.js';

function open(kernel: Kernel, task: Task, operations: FileOperations, flags: number): number {
  const description = kernel.descriptions.create(KIND_KERNEL, O_RDWR | (flags & O_NONBLOCK), 0, operations);
  return description < 0 ? description : install(kernel, task, description, (flags & O_CLOEXEC) !== 0);
}

const eventfd2: Handler = (kernel, task, value, flags) => {
  if ((flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) return -EINVAL;
  return open(kernel, task, new EventCounter(value >>> 0, (flags & EFD_SEMAPHORE) !== 0), flags);
};

const timerfdCreate: Handler = (kernel, task, clock, flags) => {
  if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) !== 0) return -EINVAL;
  // The alarm clocks wake a machine that sleeps, which none of ours does.
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC && clock !== CLOCK_BOOTTIME) return -EINVAL;
  return open(kernel, task, new TimerFile(clock, kernel.timers), flags);
};

/** @throws Errno EBADF, EINVAL */
function timerOf(kernel: Kernel, task: Task, fd: number): TimerFile {
  const operations = kernel.descriptions.operations(describe(task, fd));
  if (!(operations instanceof TimerFile)) throw new Errno(EINVAL);
  return operations;
}

const timerfdSettime: Handler = (kernel, task, fd, flags, next, previous) => {
  const { memory } = task;
  memory.bytes(next, 2 * TIMESPEC_SIZE);
  if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) return -EINVAL;
  const timer = timerOf(kernel, task, fd);
  const { at, interval } = timerSettingAt(kernel, memory, next, (flags & TFD_TIMER_ABSTIME) !== 0, timer.clock);
  if (previous !== 0) putTimerSetting(memory, previous, timer.interval, timer.remaining);
  timer.set(at, interval);
  return 0;
};

const timerfdGettime: Handler = (kernel, task, fd, current) => {
  const { interval, remaining } = timerOf(kernel, task, fd);
  putTimerSetting(task.memory, current, interval, remaining);
  return 0;
};

export const eventFileCalls = { eventfd2, timerfdCreate, timerfdSettime, timerfdGettime };
