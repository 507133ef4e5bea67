/** proc_*, sched_yield, random_get. */
import { EINVAL, Errno } from '../../abi/errno.js';
import * as number from '../../abi/syscall.js';
import { fillRandom } from '../../device/devices.js';
import { Abort, type Imports } from '../imports.js';
import { succeed, type WasiGuest } from './guest.js';

/** WASI leaves out Linux's SIGSTKFLT (16): its numbers from SIGCHLD on are one less. */
const SIGCHLD = 16;
const LAST_SIGNAL = 30;
const linuxSignal = (signal: number): number => (signal < SIGCHLD ? signal : signal + 1);

export function processImports(guest: WasiGuest): Imports {
  const { calls } = guest;
  return {
    proc_exit: (status: number) => exit(guest, status),
    proc_raise: (signal: number) => {
      if (signal < 0 || signal > LAST_SIGNAL) throw new Errno(EINVAL);
      succeed(calls.plain(number.SYS_kill, calls.process.pid, linuxSignal(signal)));
      return 0;
    },
    // Each process has a thread of its own, which has nobody to make way for.
    sched_yield: () => 0,
    random_get: (buffer: number, length: number) => {
      fillRandom(guest.memory.u8, guest.range(buffer, length), length >>> 0);
      return 0;
    },
  };
}

/** The kernel ends the thread while it waits for the answer. */
export function exit(guest: WasiGuest, status: number): never {
  guest.calls.plain(number.SYS_exit_group, status);
  throw new Abort('the kernel let an ended process go on');
}
