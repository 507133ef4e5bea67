/** What a process does with each signal (POSIX sigaction(); signal(7) for the defaults). */
import {
  bitOf,
  NSIG,
  SIG_DFL,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
} from '../abi/signal.js';

export interface SignalAction {
  /** SIG_DFL, SIG_IGN, or an index of the program's table of functions. */
  readonly handler: number;
  readonly flags: number;
  readonly mask: bigint;
}

const DEFAULT: SignalAction = { handler: SIG_DFL, flags: 0, mask: 0n };
const IGNORE: SignalAction = { handler: SIG_IGN, flags: 0, mask: 0n };

export const STOP_SIGNALS: ReadonlySet<number> = new Set([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]);
export const STOP_SET = [...STOP_SIGNALS].reduce((set, signal) => set | bitOf(signal), 0n);
const IGNORED_BY_DEFAULT: ReadonlySet<number> = new Set([SIGCHLD, SIGCONT, SIGURG, SIGWINCH]);

/** 'end' and 'stop' are of the whole process. */
export type Effect = 'ignore' | 'end' | 'stop' | 'handle';

export class SignalActions {
  readonly #actions: SignalAction[] = new Array(NSIG + 1).fill(DEFAULT);

  get(signal: number): SignalAction {
    return this.#actions[signal] ?? DEFAULT;
  }

  set(signal: number, action: SignalAction): void {
    this.#actions[signal] = action;
  }

  ignore(signal: number): void {
    this.set(signal, IGNORE);
  }

  reset(signal: number): void {
    this.set(signal, DEFAULT);
  }

  effect(signal: number): Effect {
    if (signal === SIGKILL) return 'end';
    if (signal === SIGSTOP) return 'stop';
    const { handler } = this.get(signal);
    if (handler === SIG_IGN) return 'ignore';
    if (handler !== SIG_DFL) return 'handle';
    if (IGNORED_BY_DEFAULT.has(signal)) return 'ignore';
    return STOP_SIGNALS.has(signal) ? 'stop' : 'end';
  }

  /** The program asked for it to be ignored, which it is not by default. */
  ignoresByChoice(signal: number): boolean {
    return this.get(signal).handler === SIG_IGN;
  }

  /** A new program has no handlers (POSIX exec): what was ignored stays so. */
  forgetHandlers(): void {
    for (let signal = 1; signal <= NSIG; signal++) if (this.get(signal).handler !== SIG_IGN) this.reset(signal);
  }

  /** A child's: the same. */
  copyFrom(other: SignalActions): void {
    for (let signal = 1; signal <= NSIG; signal++) this.set(signal, other.get(signal));
  }
}
