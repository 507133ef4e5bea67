/** Signals (asm-generic/signal.h) and wait(2) status words (bits/waitstatus.h). */
export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGABRT = 6;
export const SIGKILL = 9;
export const SIGSEGV = 11;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const NSIG = 64;

export const WNOHANG = 1;

export const exitedStatus = (code: number): number => (code & 0xff) << 8;
export const signaledStatus = (signal: number): number => signal & 0x7f;
export const statusSignal = (status: number): number => status & 0x7f;
export const statusExitCode = (status: number): number => (status >>> 8) & 0xff;

/** fs/exec.c: the strings of argv and envp together, in bytes (_STK_LIM / 4 * 3 of Linux's 8 MiB stack). */
export const ARG_MAX = 6 * 1024 * 1024;
