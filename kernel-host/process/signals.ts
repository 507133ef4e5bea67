/**
 * What a process does with signals, as far as there are no handlers: each ends it, or is ignored; while it is blocked it is
 * pending.
 */
import { NSIG, SIGKILL } from '../abi/process.js';

/** signal(7): SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU. Processes cannot be stopped yet. */
export const STOPS: ReadonlySet<number> = new Set([19, 20, 21, 22]);
export const SIGSTOP = 19;
/** Those without effect by default on a process that runs: SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const IGNORED: ReadonlySet<number> = new Set([17, 18, 23, 28]);

const bit = (signal: number): bigint => 1n << BigInt(signal - 1);
const UNBLOCKABLE = bit(SIGKILL) | bit(SIGSTOP);

export class Signals {
  /** Those that the program ignores (SIG_IGN). */
  readonly ignored = new Set<number>();
  readonly #pending = new Set<number>();
  readonly #end: (signal: number) => void;
  #blocked = 0n;

  /** @param end ends the process by a signal. */
  constructor(end: (signal: number) => void) {
    this.#end = end;
  }

  /** Bit 0 is signal 1. */
  get blocked(): bigint {
    return this.#blocked;
  }

  set blocked(mask: bigint) {
    this.#blocked = mask & ~UNBLOCKABLE;
    for (const signal of this.#pending) {
      if ((this.#blocked & bit(signal)) !== 0n) continue;
      this.#pending.delete(signal);
      this.raise(signal);
    }
  }

  get pending(): bigint {
    return [...this.#pending].reduce((mask, signal) => mask | bit(signal), 0n);
  }

  /** From 1 to NSIG. */
  raise(signal: number): void {
    if (signal < 1 || signal > NSIG || this.ignores(signal)) return;
    if ((this.#blocked & bit(signal)) !== 0n) this.#pending.add(signal);
    else this.#end(signal);
  }

  /** POSIX sigaction(): a pending signal that becomes ignored is forgotten. */
  setIgnored(signal: number, ignored: boolean): void {
    if (ignored) this.ignored.add(signal);
    else this.ignored.delete(signal);
    if (this.ignores(signal)) this.#pending.delete(signal);
  }

  ignores(signal: number): boolean {
    return signal !== SIGKILL && (this.ignored.has(signal) || IGNORED.has(signal));
  }
}
