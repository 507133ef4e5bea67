/**
 * A process's interval timers (POSIX setitimer()). All three run on the monotonic clock: the host does not tell what time a
 * worker spent computing. Guests have no signal handlers yet, so that a timer that expires ends its process, as the signals'
 * defaults do.
 */
import { SIGALRM, SIGPROF, SIGVTALRM } from '../abi/process.js';
import type { Deadline, Timers } from '../poll/timers.js';

/** By ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. */
const SIGNALS = [SIGALRM, SIGVTALRM, SIGPROF];

export interface TimerSetting {
  /** Milliseconds until it expires; 0 when it is not running. */
  readonly value: number;
  /** Milliseconds from one expiry to the next; 0 for one only. */
  readonly interval: number;
}

class IntervalTimer implements Deadline {
  at = Number.POSITIVE_INFINITY;
  interval = 0;
  readonly #expired: () => void;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  expire(): void {
    this.#expired();
  }
}

export class IntervalTimers {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #each: readonly IntervalTimer[];

  /** @param signal called with the number of the signal that an expired timer sends. */
  constructor(timers: Timers, now: () => number, signal: (number: number) => void) {
    this.#timers = timers;
    this.#now = now;
    this.#each = SIGNALS.map((number) => new IntervalTimer(() => signal(number)));
  }

  /** null for a number that is no timer. */
  get(which: number): TimerSetting | null {
    const timer = this.#each[which];
    if (!timer) return null;
    return {
      value: timer.at === Number.POSITIVE_INFINITY ? 0 : Math.max(0, timer.at - this.#now()),
      interval: timer.interval,
    };
  }

  set(which: number, { value, interval }: TimerSetting): void {
    const timer = this.#each[which];
    if (!timer) return;
    this.#timers.remove(timer);
    timer.interval = interval;
    timer.at = value > 0 ? this.#now() + value : Number.POSITIVE_INFINITY;
    if (value > 0) this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#each) this.#timers.remove(timer);
  }
}
