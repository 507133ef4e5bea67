/**
 * How many threads did not wait, on the average of the last one, five and fifteen minutes (proc(5), /proc/loadavg). Linux looks
 * every five seconds (kernel/sched/loadavg.c); an idle page is to stay asleep, so nobody looks here until somebody asks:
 * what was used since the last question is taken as used evenly.
 */

const MINUTE = 60_000;
const WINDOWS = [MINUTE, 5 * MINUTE, 15 * MINUTE] as const;

export type Loads = readonly [number, number, number];

export class LoadAverage {
  readonly #now: () => number;
  readonly #used: () => number;
  #loads: Loads = [0, 0, 0];
  #askedAt: number;
  #usedThen: number;

  /** @param used how long all threads have not waited since the machine was, together; both in milliseconds. */
  constructor(now: () => number, used: () => number) {
    this.#now = now;
    this.#used = used;
    this.#askedAt = now();
    this.#usedThen = used();
  }

  get loads(): Loads {
    const [now, used] = [this.#now(), this.#used()];
    const elapsed = now - this.#askedAt;
    if (elapsed <= 0) return this.#loads;
    const running = (used - this.#usedThen) / elapsed;
    const [one, five, fifteen] = this.#loads;
    const decayed = (load: number, window: number): number => running + (load - running) * Math.exp(-elapsed / window);
    this.#loads = [decayed(one, WINDOWS[0]), decayed(five, WINDOWS[1]), decayed(fifteen, WINDOWS[2])];
    this.#askedAt = now;
    this.#usedThen = used;
    return this.#loads;
  }
}
