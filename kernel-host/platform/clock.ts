/** The clocks of a machine, and how it is woken at a time. Milliseconds, fractions included. */
import type { Alarm } from '../poll/timers.js';

export interface Clock {
  /** CLOCK_REALTIME: since the epoch. */
  realtime(): number;
  /** CLOCK_MONOTONIC. */
  monotonic(): number;
  /** Of CLOCK_MONOTONIC: since the epoch, as the clocks of this host's workers count it. */
  readonly origin: number;
}

/** `performance` is in every worker, page and Node. */
export const systemClock: Clock = {
  realtime: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
  origin: performance.timeOrigin,
};

export const timeoutAlarm: Alarm = (callback, milliseconds) => {
  const timeout = setTimeout(callback, milliseconds);
  return () => clearTimeout(timeout);
};
