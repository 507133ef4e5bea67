/** Signals: numbers, actions, and struct siginfo (asm-generic/signal.h, asm-generic/siginfo.h, musl's bits/signal.h). */
export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGABRT = 6;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGSEGV = 11;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGIO = 29;
/** The first real-time signal as the kernel counts: the C library keeps a few of them to itself. */
export const SIGRTMIN = 32;
export const NSIG = 64;

export const SIG_DFL = 0;
export const SIG_IGN = 1;
export const SA_NOCLDSTOP = 0x1;
export const SA_NOCLDWAIT = 0x2;
export const SA_ONSTACK = 0x08000000;
export const SA_NODEFER = 0x40000000;
export const SA_RESETHAND = 0x80000000;

export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

/** si_code */
export const SI_USER = 0;
export const SI_KERNEL = 0x80;
export const SI_QUEUE = -1;
export const SI_TIMER = -2;
export const SI_MESGQ = -3;
export const SI_TKILL = -6;
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;

export const SIGINFO_SIZE = 128;
/** struct k_sigaction of musl (arch/generic/ksigaction.h): handler, flags, restorer, mask. */
export const SIGACTION = { HANDLER: 0, FLAGS: 4, MASK: 12, SIZE: 20 } as const;
export const SIGSET_SIZE = 8;
/** stack_t: pointer, flags, size. */
export const STACK_SIZE = 12;
export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
export const MINSIGSTKSZ = 2048;

/** sigevent: value, signo, notify, thread id. */
export const SIGEVENT_SIZE = 16;
export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD_ID = 4;

/** What is sent with a signal. */
export interface SignalInfo {
  readonly signal: number;
  readonly code: number;
  /** Of the sender, or of the child; for a timer its id, and how often it expired unnoticed. */
  readonly first?: number;
  readonly second?: number;
  /** sigval, or a child's exit code or signal. */
  readonly value?: number;
  /** Asked when the signal is delivered: a timer's overruns. */
  readonly overrun?: () => number;
}

export const bitOf = (signal: number): bigint => 1n << BigInt(signal - 1);

export function putSignalInfo(view: DataView, at: number, info: SignalInfo): void {
  for (let i = 0; i < SIGINFO_SIZE; i += 4) view.setInt32(at + i, 0, true);
  view.setInt32(at, info.signal, true);
  view.setInt32(at + 8, info.code, true);
  view.setInt32(at + 12, info.first ?? 0, true);
  view.setInt32(at + 16, info.overrun?.() ?? info.second ?? 0, true);
  view.setInt32(at + 20, info.value ?? 0, true);
}
