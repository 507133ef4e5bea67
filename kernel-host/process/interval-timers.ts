/**
 * A process's interval timers (POSIX setitimer()). The host does not tell what time a worker spent computing: ITIMER_VIRTUAL and
 * ITIMER_PROF count all time in which the process does not wait in a call, so that a PHP page that sleeps, or streams events
 * for an hour, does not use up its time limit.
 */
import { SIGALRM, SIGPROF, SIGVTALRM, SIGXCPU } from '../abi/signal.js';
import type { Deadline, Timers } from '../poll/timers.js';

/** By ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. */
const SIGNALS = [SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU];
const ITIMER_REAL = 0;
export const ITIMER_PROF = 2;
/** The kernel's own, of RLIMIT_CPU. */
export const PROCESSOR_LIMIT = 3;

export interface TimerSetting {
  /** Milliseconds until it expires; 0 when it is not running. */
  readonly value: number;
  /** Milliseconds from one expiry to the next; 0 for one only. */
  readonly interval: number;
}

class IntervalTimer implements Deadline {
  at = Number.POSITIVE_INFINITY;
  interval = 0;
  /** Milliseconds that it had left when the process began to wait; null while it counts. */
  left: number | null = null;
  readonly #expired: (timer: IntervalTimer) => void;

  constructor(expired: (timer: IntervalTimer) => void) {
    this.#expired = expired;
  }

  get running(): boolean {
    return this.at !== Number.POSITIVE_INFINITY;
  }

  expire(): void {
    this.#expired(this);
  }
}

export class IntervalTimers {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #each: readonly IntervalTimer[];
  readonly #ofProcessor: readonly IntervalTimer[];

  /** @param signal called with the number of the signal that an expired timer sends. */
  constructor(timers: Timers, now: () => number, signal: (number: number) => void) {
    this.#timers = timers;
    this.#now = now;
    this.#each = SIGNALS.map(
      (number) =>
        new IntervalTimer((timer) => {
          this.#repeat(timer);
          signal(number);
        }),
    );
    this.#ofProcessor = this.#each.filter((_, which) => which !== ITIMER_REAL);
  }

  /** null for a number that is no timer. */
  get(which: number): TimerSetting | null {
    const timer = this.#each[which];
    if (!timer) return null;
    const left = timer.left ?? timer.at - this.#now();
    return { value: timer.running ? Math.max(0, left) : 0, interval: timer.interval };
  }

  set(which: number, { value, interval }: TimerSetting): void {
    const timer = this.#each[which];
    if (!timer) return;
    this.#timers.remove(timer);
    timer.left = null;
    timer.interval = interval;
    timer.at = value > 0 ? this.#now() + value : Number.POSITIVE_INFINITY;
    if (value > 0) this.#timers.add(timer);
  }

  /** Runs again, where it has an interval; what a late timer missed is told once (POSIX setitimer()). */
  #repeat(timer: IntervalTimer): void {
    const { at, interval } = timer;
    const missed = interval > 0 ? Math.floor((this.#now() - at) / interval) : 0;
    timer.at = interval > 0 ? at + (missed + 1) * interval : Number.POSITIVE_INFINITY;
    if (interval > 0) this.#timers.add(timer);
  }

  /** The process waits in a call from now on. */
  pause(): void {
    for (const timer of this.#ofProcessor) {
      if (!timer.running || timer.left !== null) continue;
      timer.left = timer.at - this.#now();
      this.#timers.remove(timer);
    }
  }

  /** The process goes on. */
  resume(): void {
    for (const timer of this.#ofProcessor) {
      if (timer.left === null) continue;
      timer.at = this.#now() + timer.left;
      timer.left = null;
      this.#timers.add(timer);
    }
  }

  clear(): void {
    for (const timer of this.#each) {
      timer.left = null;
      this.#timers.remove(timer);
    }
  }
}
