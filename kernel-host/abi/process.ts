/** wait(2): options and status words (bits/waitstatus.h); and what exec takes. */

export const WNOHANG = 1;

export const exitedStatus = (code: number): number => (code & 0xff) << 8;
export const signaledStatus = (signal: number): number => signal & 0x7f;
export const statusSignal = (status: number): number => status & 0x7f;
export const statusExitCode = (status: number): number => (status >>> 8) & 0xff;

/** fs/exec.c: the strings of argv and envp together, in bytes (_STK_LIM / 4 * 3 of Linux's 8 MiB stack). */
export const ARG_MAX = 6 * 1024 * 1024;
