/** kill, sigaction and sigprocmask. There are no handlers yet: asking for one is ENOSYS. */
import { EINVAL, ENOSYS, ESRCH } from '../abi/errno.js';
import { NSIG, SIGKILL } from '../abi/process.js';
import type { UserMemory } from '../memory/user-memory.js';
import { SIGSTOP, STOPS } from '../process/signals.js';
import type { Handler } from './call.js';

/** Process groups cannot be named (ESRCH: there are none). Signal 0 asks whether the process is there. */
const kill: Handler = (kernel, _task, pid, signal) => {
  if (signal < 0 || signal > NSIG) return -EINVAL;
  const target = kernel.processes.byPid(pid);
  if (!target || target.status !== null) return -ESRCH;
  if (STOPS.has(signal)) return -ENOSYS;
  target.signals.raise(signal);
  return 0;
};

/** A process has one thread, whose id is its own. */
const tkill: Handler = (kernel, task, tid, signal, ...rest) =>
  tid <= 0 ? -EINVAL : kill(kernel, task, tid, signal, ...rest);

const SIG_DFL = 0;
const SIG_IGN = 1;
/** struct k_sigaction of musl (arch/generic/ksigaction.h): handler, flags, restorer, mask. */
const MASK = 12;
const SIGSET_SIZE = 8;

const rtSigaction: Handler = (_kernel, task, signal, next, previous, setSize) => {
  const { memory, process } = task;
  if (setSize !== SIGSET_SIZE || signal < 1 || signal > NSIG) return -EINVAL;
  if (next !== 0 && (signal === SIGKILL || signal === SIGSTOP)) return -EINVAL;
  const handler = next === 0 ? null : memory.getInt32(next);
  if (handler !== null && handler !== SIG_DFL && handler !== SIG_IGN) return -ENOSYS;
  if (previous !== 0) {
    const ignored = process.signals.ignored.has(signal);
    memory.bytes(previous, MASK + SIGSET_SIZE).fill(0);
    memory.setInt32(previous, ignored ? SIG_IGN : SIG_DFL);
  }
  if (handler !== null) process.signals.setIgnored(signal, handler === SIG_IGN);
  return 0;
};

const getMask = (memory: UserMemory, address: number): bigint =>
  (BigInt(memory.getUint32(address + 4)) << 32n) | BigInt(memory.getUint32(address));

function putMask(memory: UserMemory, address: number, mask: bigint): void {
  memory.setInt32(address, Number(BigInt.asIntN(32, mask)));
  memory.setInt32(address + 4, Number(BigInt.asIntN(32, mask >> 32n)));
}

const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIG_SETMASK = 2;

const rtSigprocmask: Handler = (_kernel, task, how, next, previous, setSize) => {
  const { memory } = task;
  const { signals } = task.process;
  if (setSize !== SIGSET_SIZE) return -EINVAL;
  const before = signals.blocked;
  const mask = next === 0 ? null : getMask(memory, next);
  if (mask !== null && how !== SIG_BLOCK && how !== SIG_UNBLOCK && how !== SIG_SETMASK) return -EINVAL;
  if (previous !== 0) putMask(memory, previous, before);
  if (mask === null) return 0;
  if (how === SIG_BLOCK) signals.blocked = before | mask;
  else signals.blocked = how === SIG_UNBLOCK ? before & ~mask : mask;
  return 0;
};

const rtSigpending: Handler = (_kernel, task, set, setSize) => {
  if (setSize !== SIGSET_SIZE) return -EINVAL;
  putMask(task.memory, set, task.process.signals.pending);
  return 0;
};

export const signalCalls = { kill, tkill, rtSigaction, rtSigprocmask, rtSigpending };
