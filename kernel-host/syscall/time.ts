/** struct timespec as arguments have it: i64 seconds, i32 nanoseconds. */
import { EINVAL, Errno } from '../abi/errno.js';
import { CLOCK_REALTIME } from '../abi/time.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';

export const TIMER_ABSTIME = 1;
export const TIMESPEC_SIZE = 16;

/** In milliseconds. @throws Errno EINVAL, EFAULT */
export function timeAt(memory: UserMemory, address: number): number {
  const seconds = memory.getInt64(address);
  const nanoseconds = memory.getInt32(address + 8);
  if (seconds < 0 || nanoseconds < 0 || nanoseconds > 999_999_999) throw new Errno(EINVAL);
  return seconds * 1000 + nanoseconds / 1e6;
}

export function putTime(memory: UserMemory, address: number, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  memory.setInt64(address, seconds);
  memory.setInt32(address + 8, Math.min(999_999_999, Math.round((milliseconds - seconds * 1000) * 1e6)));
  memory.setInt32(address + 12, 0);
}

/** What is so far away from now, on the monotonic clock in milliseconds; null for a null pointer. @throws Errno EINVAL */
export const deadlineIn = (kernel: Kernel, memory: UserMemory, timespec: number): number | null =>
  timespec === 0 ? null : kernel.clock.monotonic() + timeAt(memory, timespec);

/** A point of a clock, on the monotonic clock; null for a null pointer. @throws Errno EINVAL */
export function deadlineAt(kernel: Kernel, memory: UserMemory, timespec: number, clock: number): number | null {
  if (timespec === 0) return null;
  const { monotonic, realtime } = { monotonic: kernel.clock.monotonic(), realtime: kernel.clock.realtime() };
  return timeAt(memory, timespec) - (clock === CLOCK_REALTIME ? realtime - monotonic : 0);
}

/** What struct itimerspec sets a timer to. */
export interface TimerSetting {
  /** Of the next expiry, on the monotonic clock; null: it does not run. */
  readonly at: number | null;
  /** Milliseconds from one expiry to the next; 0 for one only. */
  readonly interval: number;
}

/** @param absolute whether the first expiry is a point of `clock`. @throws Errno EINVAL, EFAULT */
export function timerSettingAt(
  kernel: Kernel,
  memory: UserMemory,
  address: number,
  absolute: boolean,
  clock: number,
): TimerSetting {
  const interval = timeAt(memory, address);
  const value = address + TIMESPEC_SIZE;
  if (timeAt(memory, value) === 0) return { at: null, interval };
  return { at: absolute ? deadlineAt(kernel, memory, value, clock) : deadlineIn(kernel, memory, value), interval };
}

/** @param left milliseconds to the next expiry; null: it does not run. One that runs has some time left. */
export function putTimerSetting(memory: UserMemory, address: number, interval: number, left: number | null): void {
  memory.bytes(address, 2 * TIMESPEC_SIZE);
  putTime(memory, address, interval);
  putTime(memory, address + TIMESPEC_SIZE, left === null ? 0 : Math.max(left, 1e-6));
}
