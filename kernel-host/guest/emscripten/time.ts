/** Emscripten's clocks, calendars and timers. The guest's local time is UTC, as under an empty TZ. */
import { EINVAL } from '../../abi/errno.js';
import { SYS_setitimer } from '../../abi/syscall.js';
import type { Imports } from '../imports.js';
import { guestErrno } from './errno.js';
import type { Guest } from './guest.js';

const MILLISECONDS_PER_DAY = 86_400_000;
const CLOCK_REALTIME = 0;
/** ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF */
const TIMERS = 3;
const ITIMER_REAL = 0;
/** PHP's hard_timeout: how long native PHP lets a page that ignores its time limit go on, in milliseconds. */
const GRACE = 2000;

export function timeImports(guest: Guest): Imports {
  const { memory } = guest;

  /** struct tm: seconds, minutes, hours, day, month, year - 1900, weekday, day of the year, is DST, offset. */
  const brokenDown = (time: bigint, at: number): undefined => {
    const date = new Date(Number(time) * 1000);
    const dayOfYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MILLISECONDS_PER_DAY);
    const fields = [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth(),
      date.getUTCFullYear() - 1900,
      date.getUTCDay(),
      dayOfYear,
      0,
      0,
    ];
    for (const [i, field] of fields.entries()) memory.view.setInt32(at + i * 4, field, true);
    return undefined;
  };

  return {
    emscripten_get_now: () => performance.now(),
    emscripten_date_now: () => Date.now(),
    clock_time_get: (clock: number, _precision: bigint, result: number) => {
      if (clock > 3) return guestErrno(EINVAL);
      const milliseconds = clock === CLOCK_REALTIME ? performance.timeOrigin + performance.now() : performance.now();
      // Exact for the whole milliseconds; the fraction has the clock's own precision.
      const whole = Math.floor(milliseconds);
      memory.view.setBigInt64(
        result,
        BigInt(whole) * 1_000_000n + BigInt(Math.floor((milliseconds - whole) * 1e6)),
        true,
      );
      return 0;
    },
    _gmtime_js: brokenDown,
    _localtime_js: brokenDown,
    /** mktime normalises the fields that it was given. */
    _mktime_js: (at: number) => {
      const field = (i: number): number => memory.view.getInt32(at + i * 4, true);
      const seconds = BigInt(
        Math.floor(Date.UTC(field(5) + 1900, field(4), field(3), field(2), field(1), field(0)) / 1000),
      );
      brokenDown(seconds, at);
      return seconds;
    },
    _tzset_js: (timezone: number, daylight: number, standardName: number, daylightName: number) => {
      memory.view.setUint32(timezone, 0, true);
      memory.view.setInt32(daylight, 0, true);
      memory.putText(standardName, 'UTC', 17);
      memory.putText(daylightName, 'UTC', 17);
      return undefined;
    },
  };
}

/**
 * Interval timers (setitimer): PHP's time limits. A guest without shared memory cannot be interrupted, so that an expired timer is
 * delivered at the next call it makes; one that makes none is ended by the kernel a little later. All but ITIMER_REAL count
 * the time in which the guest does not sleep in a call.
 */
export class IntervalTimers {
  readonly #guest: Guest;
  /** By the clock of each. */
  readonly #deadlines: number[] = Array.from({ length: TIMERS }, () => Number.POSITIVE_INFINITY);
  /** What every call looks at: before this, on the monotonic clock, none of them can have expired. */
  nearest = Number.POSITIVE_INFINITY;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** @param milliseconds 0 stops the timer. */
  set(which: number, milliseconds: number): number {
    if (which < 0 || which >= TIMERS) return -guestErrno(EINVAL);
    // PHP stops its timer with every request, whether it runs or not.
    if (milliseconds > 0 || this.#deadlines[which] !== Number.POSITIVE_INFINITY) this.#watch(which, milliseconds);
    const now = performance.now() - this.#behind(which);
    this.#deadlines[which] = milliseconds > 0 ? now + milliseconds : Number.POSITIVE_INFINITY;
    this.#findNearest();
    return 0;
  }

  /** Milliseconds by which the clock of a timer is behind the monotonic one. */
  #behind(which: number): number {
    return which === ITIMER_REAL ? 0 : this.#guest.calls.channel.slept;
  }

  #findNearest(): void {
    this.nearest = Math.min(...this.#deadlines.map((deadline, which) => deadline + this.#behind(which)));
  }

  /** Lets the kernel end a guest that computes on and makes no call at which the timer could be delivered. */
  #watch(which: number, milliseconds: number): void {
    const { calls } = this.#guest;
    const { dataView, dataAddress } = calls.channel;
    const until = milliseconds > 0 ? Math.ceil(milliseconds) + GRACE : 0;
    for (const [i, word] of [0, 0, Math.floor(until / 1000), (until % 1000) * 1000].entries())
      dataView.setInt32(i * 4, word, true);
    calls.plain(SYS_setitimer, which, dataAddress, 0);
  }

  /** Runs the handlers of what has expired. */
  deliver(): void {
    const now = performance.now();
    for (const [which, deadline] of this.#deadlines.entries()) {
      if (deadline > now - this.#behind(which)) continue;
      this.set(which, 0);
      this.#guest.call('_emscripten_timeout', which, now);
    }
    // The guest may have slept since it was found.
    this.#findNearest();
  }
}
