/** Deadlines, of which only the nearest has a timer of the platform; none, no timer. */
export interface Deadline {
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
  expire(): void;
}

/** The platform's timer: calls back once, unless the function that it returns was called before. */
export type Alarm = (callback: () => void, milliseconds: number) => () => void;

/** setTimeout holds a signed 32-bit count of milliseconds (HTML 8.6): longer waits are taken in pieces. */
const LONGEST_TIMEOUT = 0x7fffffff;

export class Timers {
  readonly #alarm: Alarm;
  readonly #now: () => number;
  readonly #deadlines = new Set<Deadline>();
  #next: { cancel: () => void; at: number } | null = null;

  constructor(alarm: Alarm, now: () => number) {
    this.#alarm = alarm;
    this.#now = now;
  }

  /** On the monotonic clock, in milliseconds. */
  get now(): number {
    return this.#now();
  }

  add(deadline: Deadline): void {
    this.#deadlines.add(deadline);
    if (!this.#next || deadline.at < this.#next.at) this.#arm(deadline.at);
  }

  remove(deadline: Deadline): void {
    this.#deadlines.delete(deadline);
    if (this.#deadlines.size === 0) this.#disarm();
  }

  #arm(at: number): void {
    this.#disarm();
    const milliseconds = Math.min(Math.max(0, Math.ceil(at - this.#now())), LONGEST_TIMEOUT);
    this.#next = { at, cancel: this.#alarm(() => this.#fire(), milliseconds) };
  }

  #disarm(): void {
    this.#next?.cancel();
    this.#next = null;
  }

  #fire(): void {
    this.#next = null;
    const now = this.#now();
    try {
      for (const deadline of [...this.#deadlines]) {
        if (deadline.at > now || !this.#deadlines.delete(deadline)) continue;
        deadline.expire();
      }
    } finally {
      // Looked for behind the calls: they may have added nearer ones, or removed the nearest; or thrown, and the others wait still.
      let nearest = Number.POSITIVE_INFINITY;
      for (const { at } of this.#deadlines) nearest = Math.min(nearest, at);
      if (this.#deadlines.size > 0) this.#arm(nearest);
    }
  }
}
