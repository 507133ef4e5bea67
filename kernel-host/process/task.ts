/**
 * A thread of a process as the kernel sees it: its channel, its memory, and what it waits for. A call that cannot be
 * answered yet parks on the wait queues of what it needs; a wake tries it again, a deadline ends it.
 */
import { Errno } from '../abi/errno.js';
import type { KernelChannel } from '../channel/kernel-channel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { Deadline, Timers } from '../poll/timers.js';
import type { Waiter, WaitQueue } from '../poll/wait-queue.js';
import type { Process } from './process.js';

/** A handler's result when the call is parked: below every -errno. */
export const PARKED = -0x40000000;

export interface Park {
  /** May be changed by `retry`, which runs while the task is in none of them. */
  readonly queues: readonly WaitQueue[];
  /** Tries again: a result, or PARKED to go on waiting. May throw Errno. */
  readonly retry: () => number;
  /** On the monotonic clock; null waits for ever. */
  readonly deadline: number | null;
  /** The result when the deadline passes. */
  readonly expired: () => number;
}

export class Task implements Waiter, Deadline {
  readonly process: Process;
  readonly channel: KernelChannel;
  readonly memory: UserMemory;
  readonly #timers: Timers;
  readonly #enqueue: (callback: () => void) => void;
  readonly #failed: (error: unknown) => void;
  #park: Park | null = null;
  #queued = false;
  /** System calls that reached the kernel. */
  calls = 0;

  /** @param failed hears of what a retry throws beside Errno: the task waits for nothing any more. */
  constructor(
    process: Process,
    channel: KernelChannel,
    memory: UserMemory,
    timers: Timers,
    enqueue: (callback: () => void) => void,
    failed: (error: unknown) => void,
  ) {
    this.process = process;
    this.channel = channel;
    this.memory = memory;
    this.#timers = timers;
    this.#enqueue = enqueue;
    this.#failed = failed;
  }

  get at(): number {
    return this.#park?.deadline ?? Number.POSITIVE_INFINITY;
  }

  get parked(): boolean {
    return this.#park !== null;
  }

  park(park: Park): typeof PARKED {
    this.#park = park;
    this.process.intervalTimers.pause();
    for (const queue of park.queues) queue.add(this);
    if (park.deadline !== null) this.#timers.add(this);
    return PARKED;
  }

  wake(): void {
    if (this.#queued || !this.#park) return;
    this.#queued = true;
    this.#enqueue(() => {
      this.#queued = false;
      this.#try((park) => park.retry());
    });
  }

  expire(): void {
    this.#try((park) => park.expired());
  }

  /** Forgets what it waits for, without an answer: the process ends. */
  unpark(): void {
    const park = this.#park;
    if (!park) return;
    this.#park = null;
    this.process.intervalTimers.resume();
    for (const queue of park.queues) queue.remove(this);
    if (park.deadline !== null) this.#timers.remove(this);
  }

  #try(attempt: (park: Park) => number): void {
    const park = this.#park;
    if (!park) return;
    // Out of the queues while it tries: whom it wakes by that is another.
    for (const queue of park.queues) queue.remove(this);
    let result: number;
    try {
      result = attempt(park);
    } catch (error) {
      if (!(error instanceof Errno)) {
        // Whoever woke it is not to blame, and has others to wake.
        this.unpark();
        this.#failed(error);
        return;
      }
      result = -error.errno;
    }
    if (result === PARKED) {
      // It may wait for something else from now on: that is in its queues already.
      if (this.#park !== park) return;
      for (const queue of park.queues) queue.add(this);
      return;
    }
    this.unpark();
    this.channel.complete(result);
  }
}
