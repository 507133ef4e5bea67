/** clock_gettime and clock_getres, as far as they are answered in the program's own thread. */
import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  CLOCK_RESOLUTION,
  CLOCK_THREAD_CPUTIME_ID,
} from '../../abi/time.js';

/**
 * Milliseconds; null for a clock that only the kernel knows.
 * @param slept milliseconds that the thread has not used its processor.
 * @param origin of the kernel's monotonic clock, since the epoch: in browsers each worker's counts from its own start.
 */
export function now(clock: number, slept: number, origin: number): number | null {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      return performance.timeOrigin + performance.now();
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      return performance.now() + (performance.timeOrigin - origin);
    case CLOCK_THREAD_CPUTIME_ID:
      return performance.now() - slept;
    default:
      return null;
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

/** In milliseconds. */
export const timeAt = (view: DataView, at: number): number =>
  (view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32) * 1000 + view.getInt32(at + 8, true) / 1e6;

export function putResolution(view: DataView, at: number): void {
  putTime(view, at, 0);
  view.setInt32(at + 8, CLOCK_RESOLUTION, true);
}
