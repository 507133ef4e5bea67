/** The clocks of a machine. Milliseconds, fractions included. */
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
