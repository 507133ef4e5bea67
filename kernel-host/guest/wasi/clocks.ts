/** clock_*. */
import { EINVAL, Errno } from '../../abi/errno.js';
import type { Imports } from '../imports.js';
import { CLOCK_REALTIME, CLOCK_THREAD_CPUTIME } from './abi.js';
import type { WasiGuest } from './guest.js';

/** What browsers coarsen performance.now() to in an isolated page (High Resolution Time, section 4.1), in nanoseconds. */
const RESOLUTION = 5000n;

/** Milliseconds. A thread's or process's own time is not to be had: what has passed stands for it. @throws Errno EINVAL */
export function now(clock: number): number {
  if (clock >>> 0 > CLOCK_THREAD_CPUTIME) throw new Errno(EINVAL);
  return clock === CLOCK_REALTIME ? performance.timeOrigin + performance.now() : performance.now();
}

/** Exact for whole milliseconds; the fraction has the clock's own precision. */
export function nanoseconds(milliseconds: number): bigint {
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((milliseconds - whole) * 1e6));
}

export function clockImports(guest: WasiGuest): Imports {
  return {
    clock_res_get: (clock: number, result: number) => {
      now(clock);
      guest.setUint64(result, RESOLUTION);
      return 0;
    },
    clock_time_get: (clock: number, _precision: bigint, result: number) => {
      guest.setUint64(result, nanoseconds(now(clock)));
      return 0;
    },
  };
}
