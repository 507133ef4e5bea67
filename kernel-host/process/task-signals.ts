/** A thread's part in signals: what it blocks, what was sent to it alone, and how it hears of them. */
import type { UserMemory } from '../memory/user-memory.js';
import { PendingSignals } from './pending-signals.js';

export interface AlternateStack {
  readonly pointer: number;
  readonly flags: number;
  readonly size: number;
}

export class TaskSignals {
  readonly pending = new PendingSignals();
  mask = 0n;
  /** What it blocks again once a handler has interrupted a call with a mask of its own (sigsuspend(), ppoll()). */
  savedMask: bigint | null = null;
  stack: AlternateStack | null = null;
  readonly #memory: UserMemory;
  /** Address of the word that its C library looks at after every call; 0: it runs no handlers. */
  #word = 0;
  #alerted = false;

  constructor(memory: UserMemory) {
    this.#memory = memory;
  }

  /** Of the thread whose place it takes by exec: what it blocks, and what was sent to it. */
  inherit(from: TaskSignals): void {
    this.mask = from.mask;
    from.pending.moveTo(this.pending);
  }

  /** Of the thread that forked: what it blocks, and where it hears of handlers, in memory that is a copy. */
  copyFrom(from: TaskSignals): void {
    this.mask = from.mask;
    this.stack = from.stack;
    if (from.#word !== 0) this.register(from.#word);
  }

  /** Whether there is a handler to run. */
  get alerted(): boolean {
    return this.#alerted;
  }

  /** Whether it can run handlers. */
  get handles(): boolean {
    return this.#word !== 0;
  }

  /** @throws Errno EFAULT */
  register(word: number): void {
    this.#memory.setInt32(word, 0);
    this.#word = word;
  }

  alert(handlersWait: boolean): void {
    if (this.#alerted === handlersWait) return;
    this.#alerted = handlersWait;
    if (this.#word !== 0) this.#memory.setInt32(this.#word, handlersWait ? 1 : 0);
  }
}
