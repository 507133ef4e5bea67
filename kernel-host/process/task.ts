/**
 * A thread of a process as the kernel sees it: its channel, its memory, its signals, and what it waits for. A call that
 * cannot be answered yet parks on the wait queues of what it needs; a wake tries it again, a deadline or a signal ends it.
 */

import { EINTR, EIO, EPIPE, ERESTARTSYS, Errno } from '../abi/errno.js';
import { SCHED_OTHER } from '../abi/resource.js';
import type { KernelChannel } from '../channel/kernel-channel.js';
import { AbsentBlocks, type BlockLoad } from '../fs/block-cache.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { GuestWorker } from '../platform/guest-workers.js';
import type { Deadline, Timers } from '../poll/timers.js';
import type { Waiter, WaitQueue } from '../poll/wait-queue.js';
import { brokenPipe } from './broken-pipe.js';
import { CpuTime } from './cpu-time.js';
import type { Pid, Process } from './process.js';
import { TaskSignals } from './task-signals.js';

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
  /**
   * The result when a handler is to run first; left out where the call is made anew after handlers with SA_RESTART, and
   * fails with EINTR after others. null: no signal ends it (Linux: uninterruptible sleep).
   */
  readonly interrupted?: (() => number) | null;
}

/** Who knows whose call is being answered, and who watches that. */
export interface Answering {
  current: Task | null;
  readonly asked: boolean;
  readonly tracer: { left(task: Task, result: number): void } | null;
}

export class Task implements Waiter, Deadline {
  /** Of the first thread, the process's own. */
  readonly tid: Pid;
  readonly process: Process;
  readonly channel: KernelChannel;
  readonly memory: UserMemory;
  readonly signals: TaskSignals;
  readonly cpuTime: CpuTime;
  readonly #timers: Timers;
  readonly #enqueue: (callback: () => void) => void;
  readonly #answering: Answering;
  readonly #failed: (error: unknown) => void;
  worker: GuestWorker | null = null;
  /** Its worker can be dismissed from a call, and used again. */
  dismissible = false;
  /** What it has called itself (prctl(2), PR_SET_NAME); null: it has the name of its program. */
  ownName: Uint8Array | null = null;
  /** Policy of scheduling (SCHED_*). */
  policy = SCHED_OTHER;
  /** Where 0 is stored, and a futex woken, when the thread ends (set_tid_address(2)); 0 for nowhere. */
  clearAddress = 0;
  /** Address of the list of robust mutexes (set_robust_list(2)); 0 for none. */
  robustList = 0;
  /** What its call has begun and not finished, and would leave behind if it ended now. */
  unfinished: { abandon(): void } | null = null;
  #park: Park | null = null;
  /** Blocks that what it waits for cannot be tried again without. */
  #load: BlockLoad | null = null;
  #queued = false;
  /** It was to go on while the process was stopped. */
  #held = false;
  /** System calls that reached the kernel. */
  calls = 0;

  /** @param failed hears of what a retry throws beside Errno: the task waits for nothing any more. */
  constructor(
    tid: Pid,
    process: Process,
    channel: KernelChannel,
    memory: UserMemory,
    timers: Timers,
    now: () => number,
    enqueue: (callback: () => void) => void,
    answering: Answering,
    failed: (error: unknown) => void,
  ) {
    this.tid = tid;
    this.process = process;
    this.channel = channel;
    this.memory = memory;
    this.signals = new TaskSignals(memory);
    this.cpuTime = new CpuTime(now);
    this.#timers = timers;
    this.#enqueue = enqueue;
    this.#answering = answering;
    this.#failed = failed;
  }

  /** At most 15 bytes. */
  get name(): Uint8Array {
    return this.ownName ?? this.process.programName;
  }

  get at(): number {
    return this.#park?.deadline ?? Number.POSITIVE_INFINITY;
  }

  get parked(): boolean {
    return this.#park !== null;
  }

  /** A deadline so many milliseconds from now. */
  deadlineAfter(milliseconds: number): number {
    return this.#timers.now + milliseconds;
  }

  /** What it waits in, for whoever looks at queues by their waiters. */
  park(park: Park): number {
    if (this.signals.alerted && park.interrupted !== null) return interruption(park);
    this.#park = park;
    this.process.intervalTimers.pause();
    this.cpuTime.pause();
    for (const queue of park.queues) queue.add(this);
    if (park.deadline !== null) this.#timers.add(this);
    return PARKED;
  }

  /** What the call that was parked last gives goes through `next`, which may park it again. */
  continueWith(next: (result: number) => number): number {
    const park = this.#park;
    // A signal came before it could wait, and its result is there.
    if (!park) return PARKED;
    const through = (attempt: () => number): number => {
      let result: number;
      try {
        result = attempt();
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        result = -error.errno;
      }
      return result === PARKED ? PARKED : next(result);
    };
    this.#park = {
      ...park,
      retry: () => through(park.retry),
      expired: () => through(park.expired),
      interrupted: park.interrupted === null ? null : () => through(() => interruption(park)),
    };
    return PARKED;
  }

  /** Blocks other signals until the call is over; a handler that ends it runs before the old mask is back. */
  useMask(mask: bigint): void {
    const before = this.signals.mask;
    this.process.signals.setMask(this, mask);
    this.signals.savedMask = before;
  }

  /** Answers the call. */
  complete(result: number): void {
    const { savedMask, alerted } = this.signals;
    if (savedMask !== null && !(alerted && result === -EINTR)) {
      this.signals.savedMask = null;
      this.process.signals.setMask(this, savedMask);
    }
    if (result === -EPIPE) brokenPipe(this);
    if (this.process.ending !== null) return;
    const { tracer } = this.#answering;
    tracer?.left(this, result);
    this.process.updateAlone(this.#answering.asked);
    this.channel.complete(result);
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

  /** A handler waits to be run. */
  interrupt(): void {
    if (this.#park && this.#park.interrupted !== null) this.#try(interruption);
  }

  /** The process goes on after it was stopped: what happened meanwhile is looked at again. */
  resume(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#park) return;
    const { deadline } = this.#park;
    this.wake();
    // The timer may have passed.
    if (deadline !== null) this.#timers.add(this);
    if (this.signals.alerted) this.interrupt();
  }

  /** Forgets what it waits for, without an answer: the process ends. */
  unpark(): void {
    const park = this.#park;
    if (!park) return;
    this.#park = null;
    this.#load?.ended.remove(this);
    this.#load = null;
    this.process.intervalTimers.resume();
    this.cpuTime.resume();
    for (const queue of park.queues) queue.remove(this);
    if (park.deadline !== null) this.#timers.remove(this);
  }

  abandonUnfinished(): void {
    this.unfinished?.abandon();
    this.unfinished = null;
  }

  #try(attempt: (park: Park) => number): void {
    const park = this.#park;
    if (!park) return;
    if (this.process.stopped !== null) {
      this.#held = true;
      return;
    }
    // Out of the queues while it tries: whom it wakes by that is another.
    for (const queue of park.queues) queue.remove(this);
    let result: number;
    const before = this.#answering.current;
    this.#answering.current = this;
    const load = this.#load;
    this.#load = null;
    load?.ended.remove(this);
    try {
      result = load?.failed ? -EIO : attempt(park);
    } catch (error) {
      if (error instanceof AbsentBlocks) {
        this.#load = error.load;
        error.load.ended.add(this);
        return;
      }
      if (!(error instanceof Errno)) {
        // Whoever woke it is not to blame, and has others to wake.
        this.unpark();
        this.#failed(error);
        return;
      }
      result = -error.errno;
    } finally {
      this.#answering.current = before;
    }
    if (result === PARKED) {
      // It may wait for something else from now on: that is in its queues already.
      if (this.#park !== park) return;
      for (const queue of park.queues) queue.add(this);
      return;
    }
    // What it tried may have ended it.
    if (this.#park !== park) return;
    this.unpark();
    this.complete(result);
  }
}

const interruption = (park: Park): number => park.interrupted?.() ?? -ERESTARTSYS;
