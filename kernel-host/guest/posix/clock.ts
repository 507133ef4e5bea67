/** clock_gettime and clock_getres, answered in the program's own thread. */
import { EINVAL } from '../../abi/errno.js';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_PROCESS_CPUTIME_ID = 2;
const CLOCK_THREAD_CPUTIME_ID = 3;
const CLOCK_MONOTONIC_RAW = 4;
const CLOCK_REALTIME_COARSE = 5;
const CLOCK_MONOTONIC_COARSE = 6;
const CLOCK_BOOTTIME = 7;

/** What browsers coarsen performance.now() to in an isolated page (High Resolution Time, section 4.1), in nanoseconds. */
const RESOLUTION = 5000;

/** Milliseconds, or -EINVAL. @param slept milliseconds that the thread has not used its processor. */
export function now(clock: number, slept: number): number {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      return performance.timeOrigin + performance.now();
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      return performance.now();
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      return performance.now() - slept;
    default:
      return -EINVAL;
  }
}

/** struct timespec of 64-bit time on 32 bits: i64 seconds, i32 nanoseconds, padding. */
export const TIMESPEC_SIZE = 16;

export function putTime(view: DataView, at: number, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  view.setUint32(at, seconds >>> 0, true);
  view.setInt32(at + 4, Math.floor(seconds / 2 ** 32), true);
  view.setInt32(at + 8, Math.floor((milliseconds - seconds * 1000) * 1e6), true);
  view.setInt32(at + 12, 0, true);
}

export function putResolution(view: DataView, at: number): void {
  putTime(view, at, 0);
  view.setInt32(at + 8, RESOLUTION, true);
}
