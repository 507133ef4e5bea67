/**
 * Watches the system calls of a machine: who makes which, when, with what result. While it does, programs of `portside cc` ask the kernel
 * what their workers would answer themselves, but for their ids and the time.
 */
import type { Task } from '../process/task.js';
import { formatCall } from './format.js';
import { Profile } from './profile.js';

/** A call that is over. Times are milliseconds of the kernel's monotonic clock. */
export interface SyscallTraceEvent {
  /** When it was made. */
  readonly t: number;
  readonly pid: number;
  readonly tid: number;
  readonly nr: number;
  readonly args: readonly number[];
  /** At or above 0, or -errno; null: the thread did not come back from it. */
  readonly result: number | null;
  readonly duration: number;
  /** As strace(1) would show it, without what is before the name. */
  readonly text: string;
}

interface Begun {
  readonly t: number;
  readonly nr: number;
  readonly args: readonly number[];
  /** What its arguments led to when it was made: exec leaves nothing of it. */
  readonly entered: string;
}

const ARGUMENTS = [0, 1, 2, 3, 4, 5] as const;

export class Tracer {
  readonly profile = new Profile();
  readonly #begun = new Map<Task, Begun>();
  readonly #now: () => number;
  readonly #tell: (event: SyscallTraceEvent) => void;

  /** @param tell takes each call when it is over, and those that nobody comes back from when they are made. */
  constructor(now: () => number, tell: (event: SyscallTraceEvent) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  entered(task: Task): void {
    const args = ARGUMENTS.map((index) => task.channel.argument(index));
    const nr = task.channel.number;
    this.#begun.set(task, { t: this.#now(), nr, args, entered: formatCall(task.memory, nr, args, null) });
  }

  left(task: Task, result: number): void {
    this.#ended(task, result);
  }

  /** The thread is gone. */
  gone(task: Task): void {
    this.#ended(task, null);
  }

  #ended(task: Task, result: number | null): void {
    const begun = this.#begun.get(task);
    if (!begun) return;
    this.#begun.delete(task);
    const { t, nr, args, entered } = begun;
    const duration = this.#now() - t;
    this.profile.add(nr, duration, result !== null && result < 0);
    const text = result === null ? `${entered} = ?` : formatCall(task.memory, nr, args, result);
    this.#tell({ t, pid: task.process.pid, tid: task.tid, nr, args, result, duration, text });
  }
}
