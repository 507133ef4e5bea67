/** timer_create(2) and its like. Clocks of processor time cannot be waited for: no worker tells how much it has used. */
import { EINVAL, Errno } from '../abi/errno.js';
import * as abi from '../abi/signal.js';
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME } from '../abi/time.js';
import type { Kernel } from '../kernel.js';
import type { Notice, PosixTimer } from '../process/posix-timers.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';
import { putTimerSetting, TIMER_ABSTIME, timerSettingAt } from './time.js';

const CLOCKS: ReadonlySet<number> = new Set([CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME]);

/** What struct sigevent asks for; SIGALRM with the timer's id where there is none. @throws Errno EINVAL */
function noticeOf(kernel: Kernel, task: Task, event: number, id: number): Notice | null {
  const { process, memory } = task;
  const { signals } = process;
  const own = { send: (info: abi.SignalInfo) => void signals.send(info), waits: signals.pending.holds };
  if (event === 0) return { signal: abi.SIGALRM, value: id, ...own };
  const { view, at } = memory.struct(event, abi.SIGEVENT_SIZE);
  const [value, signal, kind] = [view.getInt32(at, true), view.getInt32(at + 4, true), view.getInt32(at + 8, true)];
  if (kind === abi.SIGEV_NONE) return null;
  if (signal < 1 || signal > abi.NSIG) throw new Errno(EINVAL);
  if (kind === abi.SIGEV_SIGNAL) return { signal, value, ...own };
  if (kind !== abi.SIGEV_THREAD_ID) throw new Errno(EINVAL);
  const target = kernel.processes.threads.byTid(view.getInt32(at + 12, true));
  if (target?.process !== process) throw new Errno(EINVAL);
  // A thread that is over by then is told nothing.
  const send = (info: abi.SignalInfo): void => {
    if (process.tasks.get(target.tid) === target) signals.send(info, target);
  };
  return { signal, value, send, waits: target.signals.pending.holds };
}

const timerCreate: Handler = (kernel, task, clock, event, idAt) => {
  if (!CLOCKS.has(clock)) return -EINVAL;
  task.memory.getInt32(idAt);
  const id = task.process.posixTimers.create(clock, (own) => noticeOf(kernel, task, event, own));
  task.memory.setInt32(idAt, id);
  return 0;
};

/** @throws Errno EINVAL */
function timerAt(task: Task, id: number): PosixTimer {
  const timer = task.process.posixTimers.at(id);
  if (!timer) throw new Errno(EINVAL);
  return timer;
}

const timerGettime: Handler = (_kernel, task, id, setting) => {
  const { interval, left } = timerAt(task, id);
  putTimerSetting(task.memory, setting, interval, left);
  return 0;
};

const timerSettime: Handler = (kernel, task, id, flags, next, previous) => {
  const { memory } = task;
  const timer = timerAt(task, id);
  const { at, interval } = timerSettingAt(kernel, memory, next, (flags & TIMER_ABSTIME) !== 0, timer.clock);
  if (previous !== 0) putTimerSetting(memory, previous, timer.interval, timer.left);
  timer.set(at, interval);
  return 0;
};

const timerGetoverrun: Handler = (_kernel, task, id) => timerAt(task, id).overrun;

const timerDelete: Handler = (_kernel, task, id) => (task.process.posixTimers.delete(id) ? 0 : -EINVAL);

export const posixTimerCalls = { timerCreate, timerGettime, timerSettime, timerGetoverrun, timerDelete };
