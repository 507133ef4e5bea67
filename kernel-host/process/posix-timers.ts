/** Timers of a process by number (POSIX timer_create()). A child has none of them, and neither has the next program. */
import { EAGAIN, Errno } from '../abi/errno.js';
import { SI_TIMER, type SignalInfo } from '../abi/signal.js';
import type { Deadline, Timers } from '../poll/timers.js';

/** How an expiry is told: where the signal goes, and whether one sent before waits there still. */
export interface Notice {
  readonly signal: number;
  readonly value: number;
  send(info: SignalInfo): void;
  waits(info: SignalInfo): boolean;
}

/** Linux counts at most so many (DELAYTIMER_MAX). */
const MOST_OVERRUNS = 0x7fffffff;
/** As RLIMIT_SIGPENDING bounds them on Linux. */
const MOST_TIMERS = 65536;

export class PosixTimer implements Deadline {
  readonly clock: number;
  at = Number.POSITIVE_INFINITY;
  /** Milliseconds from one expiry to the next; 0 for one only. */
  interval = 0;
  /** Expiries that the signal last delivered stands for, besides its own. */
  overrun = 0;
  readonly #id: number;
  readonly #notice: Notice | null;
  readonly #timers: Timers;
  #sent: SignalInfo | null = null;
  #missed = 0;

  /** @param notice null: it is only looked at. */
  constructor(id: number, clock: number, notice: Notice | null, timers: Timers) {
    this.#id = id;
    this.clock = clock;
    this.#notice = notice;
    this.#timers = timers;
  }

  /** Milliseconds until it expires; null when it does not run. */
  get left(): number | null {
    return this.at === Number.POSITIVE_INFINITY ? null : Math.max(0, this.at - this.#timers.now);
  }

  /** @param at on the monotonic clock; null stops it. */
  set(at: number | null, interval: number): void {
    this.#timers.remove(this);
    this.at = at ?? Number.POSITIVE_INFINITY;
    this.interval = interval;
    this.#missed = 0;
    this.overrun = 0;
    if (at !== null) this.#timers.add(this);
  }

  expire(): void {
    const late = this.#timers.now - this.at;
    let expiries = 1;
    if (this.interval > 0) {
      expiries += Math.max(0, Math.floor(late / this.interval));
      this.at += expiries * this.interval;
      this.#timers.add(this);
    } else this.at = Number.POSITIVE_INFINITY;
    this.#tell(expiries);
  }

  #tell(expiries: number): void {
    const notice = this.#notice;
    if (!notice) return;
    if (this.#sent && notice.waits(this.#sent)) {
      this.#missed = Math.min(MOST_OVERRUNS, this.#missed + expiries);
      return;
    }
    this.#missed = Math.min(MOST_OVERRUNS, expiries - 1);
    const info: SignalInfo = {
      signal: notice.signal,
      code: SI_TIMER,
      first: this.#id,
      value: notice.value,
      overrun: () => {
        this.overrun = this.#missed;
        this.#missed = 0;
        return this.overrun;
      },
    };
    this.#sent = info;
    notice.send(info);
  }
}

export class PosixTimers {
  readonly #timers: Timers;
  readonly #byId = new Map<number, PosixTimer>();
  #nextId = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Its id. @param notice is told that. @throws Errno EAGAIN */
  create(clock: number, notice: (id: number) => Notice | null): number {
    if (this.#byId.size >= MOST_TIMERS) throw new Errno(EAGAIN);
    const id = this.#nextId++;
    this.#byId.set(id, new PosixTimer(id, clock, notice(id), this.#timers));
    return id;
  }

  at(id: number): PosixTimer | null {
    return this.#byId.get(id) ?? null;
  }

  /** False when there is none. */
  delete(id: number): boolean {
    this.#byId.get(id)?.set(null, 0);
    return this.#byId.delete(id);
  }

  clear(): void {
    for (const id of [...this.#byId.keys()]) this.delete(id);
  }
}
