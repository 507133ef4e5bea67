/**
 * A timer that is read (timerfd_create(2)). Between two reads it has at most one deadline: how often it has expired is computed
 * when it is asked for, as Linux does (fs/timerfd.c).
 */
import { EAGAIN, EINVAL } from '../abi/errno.js';
import { POLLIN, POLLRDNORM } from '../abi/poll.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import type { Deadline, Timers } from './timers.js';
import { WaitQueue } from './wait-queue.js';

/** What is read: the number of expirations, 64 bits. */
const SIZE = 8;

export class TimerFile extends AnonymousFile implements Deadline {
  readonly readable = new WaitQueue();
  readonly clock: number;
  readonly #timers: Timers;
  /** Of the next expiration, on the monotonic clock in milliseconds; null: it does not run. */
  #next: number | null = null;
  #interval = 0;
  /** Expirations that were counted and not read. */
  #expirations = 0;

  constructor(clock: number, timers: Timers) {
    super('timerfd');
    this.clock = clock;
    this.#timers = timers;
  }

  get at(): number {
    return this.#next ?? Number.POSITIVE_INFINITY;
  }

  get interval(): number {
    return this.#interval;
  }

  /** Milliseconds to the next expiration; null when it does not run. */
  get remaining(): number | null {
    this.#count();
    return this.#next === null ? null : Math.max(0, this.#next - this.#timers.now);
  }

  /** @param next on the monotonic clock; null stops it. Expirations that nobody read are forgotten. */
  set(next: number | null, interval: number): void {
    this.#timers.remove(this);
    this.#next = next;
    this.#interval = interval;
    this.#expirations = 0;
    if (next !== null) this.#timers.add(this);
  }

  expire(): void {
    this.readable.wake();
  }

  override read(_description: number, into: Uint8Array): number {
    if (into.length < SIZE) return -EINVAL;
    this.#count();
    if (this.#expirations === 0) return -EAGAIN;
    new DataView(into.buffer, into.byteOffset, SIZE).setBigUint64(0, BigInt(this.#expirations), true);
    this.#expirations = 0;
    return SIZE;
  }

  poll(): number {
    return this.#expirations > 0 || this.at <= this.#timers.now ? POLLIN | POLLRDNORM : 0;
  }

  release(): void {
    this.#timers.remove(this);
  }

  /** Counts what has expired by now; a periodic timer gets its next deadline. */
  #count(): void {
    const next = this.#next;
    const now = this.#timers.now;
    if (next === null || next > now) return;
    this.#timers.remove(this);
    if (this.#interval === 0) {
      this.#next = null;
      this.#expirations += 1;
      return;
    }
    const passed = Math.floor((now - next) / this.#interval) + 1;
    this.#expirations += passed;
    this.#next = next + passed * this.#interval;
    this.#timers.add(this);
  }
}
