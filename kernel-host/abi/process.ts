/** wait(2): options and status words (bits/waitstatus.h); and what exec takes. */

export const WNOHANG = 1;
/** waitid() calls it WSTOPPED. */
export const WUNTRACED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
export const WNOWAIT = 0x1000000;
/** linux/wait.h: __WNOTHREAD, __WALL and __WCLONE, which tell apart what is all the same here. */
export const WAIT_LINUX = 0xe0000000;

export const P_ALL = 0;
export const P_PID = 1;
export const P_PGID = 2;
export const P_PIDFD = 3;

export const exitedStatus = (code: number): number => (code & 0xff) << 8;
export const signaledStatus = (signal: number): number => signal & 0x7f;
export const stoppedStatus = (signal: number): number => (signal << 8) | 0x7f;
export const CONTINUED_STATUS = 0xffff;
export const statusSignal = (status: number): number => status & 0x7f;
export const statusExitCode = (status: number): number => (status >>> 8) & 0xff;

/** fs/exec.c: the strings of argv and envp together, in bytes (_STK_LIM / 4 * 3 of Linux's 8 MiB stack). */
export const ARG_MAX = 6 * 1024 * 1024;
