/** What a process or thread says of itself (prctl(2)). */
import { EINVAL } from '../abi/errno.js';
import { NSIG } from '../abi/signal.js';
import { COMM_LENGTH } from '../process/process.js';
import type { Handler } from './call.js';

const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;

/** What is not here is EINVAL, as on a kernel that was built without it. */
export const prctl: Handler = (_kernel, task, option, a, b, c, d) => {
  const { memory, process } = task;
  switch (option) {
    case PR_SET_PDEATHSIG:
      if (a < 0 || a > NSIG) return -EINVAL;
      process.parentDeathSignal = a;
      return 0;
    case PR_GET_PDEATHSIG:
      memory.setInt32(a, process.parentDeathSignal);
      return 0;
    case PR_GET_DUMPABLE:
      return process.dumpable ? 1 : 0;
    case PR_SET_DUMPABLE:
      if (a !== 0 && a !== 1) return -EINVAL;
      process.dumpable = a === 1;
      return 0;
    case PR_SET_NAME: {
      // It may lie at the end of memory, shorter than a name can be.
      const name: number[] = [];
      for (let byte = -1; byte !== 0 && name.length < COMM_LENGTH - 1; ) {
        byte = memory.bytes(a + name.length, 1)[0] ?? 0;
        if (byte !== 0) name.push(byte);
      }
      task.ownName = Uint8Array.from(name);
      return 0;
    }
    case PR_GET_NAME: {
      const name = memory.bytes(a, COMM_LENGTH);
      name.fill(0);
      name.set(task.name);
      return 0;
    }
    case PR_SET_NO_NEW_PRIVS:
      if (a !== 1 || b !== 0 || c !== 0 || d !== 0) return -EINVAL;
      process.noNewPrivileges = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      return a === 0 && b === 0 && c === 0 && d === 0 ? (process.noNewPrivileges ? 1 : 0) : -EINVAL;
    default:
      return -EINVAL;
  }
};
