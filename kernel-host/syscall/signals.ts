/** Sending signals, what becomes of them, and waiting for them (POSIX 2.4, signal(7)). */
import { EAGAIN, EINTR, EINVAL, ENOMEM, ENOSYS, EPERM, Errno, ESRCH } from '../abi/errno.js';
import * as abi from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import { INIT_PID, type Process } from '../process/process.js';
import { PARKED, type Task } from '../process/task.js';
import type { Handler } from './call.js';
import { checkSetSize, getSet, putSet } from './signal-sets.js';
import { deadlineIn } from './time.js';

export const mayBeSent = (signal: number): boolean => signal >= 0 && signal <= abi.NSIG;

/** kill(2): the same user, or root; SIGCONT also within a session. */
export function maySend(from: Process, to: Process, signal: number): boolean {
  const { user, privileged } = from.credentials;
  const { real, saved } = to.credentials.user;
  if (privileged || [user.real, user.effective].some((id) => id === real || id === saved)) return true;
  return signal === abi.SIGCONT && from.session === to.session;
}

export const alive = (process: Process | null): process is Process => process !== null && process.ending === null;

/** Those that kill() means by a pid. */
export function targets(kernel: Kernel, caller: Process, pid: number): Process[] {
  if (pid > 0) return [kernel.processes.byPid(pid)].filter((process) => process !== null);
  const all = kernel.processes.all();
  // All but init, which is none of them, and the caller.
  if (pid === -1) return all.filter((process) => process !== caller);
  const group = pid === 0 ? caller.group : -pid;
  return all.filter((process) => process.group === group);
}

/** Init is no process here: it has no handlers, and what it has none for does not reach it (kill(2)). */
const toInit = ({ credentials }: Process): number => (credentials.privileged ? 0 : -EPERM);

/** Signal 0 asks whether the process is there, a zombie too. */
const kill: Handler = (kernel, { process: caller }, pid, signal) => {
  if (!mayBeSent(signal)) return -EINVAL;
  if (pid === INIT_PID) return toInit(caller);
  const found = targets(kernel, caller, pid);
  if (found.length === 0) return -ESRCH;
  const permitted = found.filter((target) => maySend(caller, target, signal));
  if (permitted.length === 0) return -EPERM;
  if (signal === 0) return 0;
  // The caller last: it may end by it.
  for (const target of permitted.sort((a, b) => Number(a === caller) - Number(b === caller)))
    if (alive(target))
      target.signals.send({ signal, code: abi.SI_USER, first: caller.pid, second: caller.credentials.ruid });
  return 0;
};

/** @throws Errno EINVAL, ESRCH, EPERM */
function thread(kernel: Kernel, caller: Process, tid: number, signal: number): Task {
  if (tid <= 0 || !mayBeSent(signal)) throw new Errno(EINVAL);
  const target = kernel.processes.threads.byTid(tid);
  if (!target || !alive(target.process)) throw new Errno(ESRCH);
  if (!maySend(caller, target.process, signal)) throw new Errno(EPERM);
  return target;
}

const tgkill: Handler = (kernel, { process: caller }, pid, tid, signal) => {
  if (pid <= 0) return -EINVAL;
  const target = thread(kernel, caller, tid, signal);
  if (target.process.pid !== pid) return -ESRCH;
  if (signal === 0) return 0;
  const info = { signal, code: abi.SI_TKILL, first: caller.pid, second: caller.credentials.ruid };
  return target.process.signals.send(info, target);
};

const tkill: Handler = (kernel, task, tid, signal) => {
  const { pid } = thread(kernel, task.process, tid, signal).process;
  return tgkill(kernel, task, pid, tid, signal, 0, 0, 0);
};

/** siginfo of a program's own making: si_code is below 0, or it sends to itself (rt_sigqueueinfo(2)). */
export function readInfo(memory: UserMemory, address: number, signal: number, own: boolean): abi.SignalInfo {
  const { view, at } = memory.struct(address, abi.SIGINFO_SIZE);
  const code = view.getInt32(at + 8, true);
  if ((code >= 0 || code === abi.SI_TKILL) && !own) throw new Errno(EPERM);
  return {
    signal,
    code,
    first: view.getInt32(at + 12, true),
    second: view.getInt32(at + 16, true),
    value: view.getInt32(at + 20, true),
  };
}

const rtSigqueueinfo: Handler = (kernel, task, pid, signal, address) => {
  const { process: caller, memory } = task;
  if (!mayBeSent(signal)) return -EINVAL;
  const info = readInfo(memory, address, signal, pid === caller.pid);
  if (pid === INIT_PID) return toInit(caller);
  const target = kernel.processes.byPid(pid);
  if (!target) return -ESRCH;
  if (!maySend(caller, target, signal)) return -EPERM;
  return signal === 0 || !alive(target) ? 0 : target.signals.send(info);
};

const rtTgsigqueueinfo: Handler = (kernel, task, pid, tid, signal, address) => {
  const { process: caller, memory } = task;
  if (pid <= 0) return -EINVAL;
  const target = thread(kernel, caller, tid, signal);
  const info = readInfo(memory, address, signal, pid === caller.pid);
  if (target.process.pid !== pid) return -ESRCH;
  return signal === 0 ? 0 : target.process.signals.send(info, target);
};

const rtSigaction: Handler = (_kernel, task, signal, next, previous, setSize) => {
  const { memory, process } = task;
  checkSetSize(setSize);
  if (signal < 1 || signal > abi.NSIG) return -EINVAL;
  if (next !== 0 && (signal === abi.SIGKILL || signal === abi.SIGSTOP)) return -EINVAL;
  const { HANDLER, FLAGS, MASK, SIZE } = abi.SIGACTION;
  const before = process.signals.actions.get(signal);
  let action = before;
  if (next !== 0) {
    const handler = memory.getInt32(next + HANDLER);
    // A program whose C library cannot be called at the end of a call has no use for one.
    if (handler !== abi.SIG_DFL && handler !== abi.SIG_IGN && !task.signals.handles) return -ENOSYS;
    action = { handler, flags: memory.getInt32(next + FLAGS), mask: getSet(memory, next + MASK) };
  }
  if (previous !== 0) {
    memory.bytes(previous, SIZE).fill(0);
    memory.setInt32(previous + HANDLER, before.handler);
    memory.setInt32(previous + FLAGS, before.flags);
    putSet(memory, previous + MASK, before.mask);
  }
  if (next !== 0) process.signals.setAction(signal, action);
  return 0;
};

const rtSigprocmask: Handler = (_kernel, task, how, next, previous, setSize) => {
  const { memory } = task;
  checkSetSize(setSize);
  const before = task.signals.mask;
  const set = next === 0 ? null : getSet(memory, next);
  if (set !== null && how !== abi.SIG_BLOCK && how !== abi.SIG_UNBLOCK && how !== abi.SIG_SETMASK) return -EINVAL;
  if (previous !== 0) putSet(memory, previous, before);
  if (set === null) return 0;
  const mask = how === abi.SIG_BLOCK ? before | set : how === abi.SIG_UNBLOCK ? before & ~set : set;
  task.process.signals.setMask(task, mask);
  return 0;
};

const rtSigpending: Handler = (_kernel, task, set, setSize) => {
  // Smaller sets are told in part (kernel/signal.c).
  if (setSize < 0 || setSize > abi.SIGSET_SIZE) return -EINVAL;
  putSet(task.memory, set, task.process.signals.pendingFor(task) & task.signals.mask);
  return 0;
};

const rtSigsuspend: Handler = (_kernel, task, set, setSize) => {
  checkSetSize(setSize);
  task.useMask(getSet(task.memory, set));
  return task.park({
    queues: [],
    retry: () => PARKED,
    deadline: null,
    expired: () => -EINTR,
    interrupted: () => -EINTR,
  });
};

const rtSigtimedwait: Handler = (kernel, task, set, infoAt, timeout, setSize) => {
  checkSetSize(setSize);
  const { memory } = task;
  const wanted = getSet(memory, set);
  const deadline = deadlineIn(kernel, memory, timeout);
  if (infoAt !== 0) memory.bytes(infoAt, abi.SIGINFO_SIZE);
  const { signals } = task.process;
  const attempt = (): number => {
    const info = signals.accept(task, wanted);
    if (!info) return PARKED;
    if (infoAt !== 0) {
      const { view, at } = memory.struct(infoAt, abi.SIGINFO_SIZE);
      abi.putSignalInfo(view, at, info);
    }
    return info.signal;
  };
  const result = attempt();
  if (result !== PARKED) return result;
  if (deadline !== null && deadline <= kernel.clock.monotonic()) return -EAGAIN;
  // Who waits for a signal gets it, and not its handler, blocked or not (Linux: do_sigtimedwait(); POSIX leaves it undefined).
  task.useMask(task.signals.mask | wanted);
  return task.park({
    queues: [signals.arrived],
    retry: attempt,
    deadline,
    expired: () => -EAGAIN,
    interrupted: () => -EINTR,
  });
};

/** The C library looks whether the stack is in use, which only it can know. */
const sigaltstack: Handler = (_kernel, task, next, previous) => {
  const { memory, signals } = task;
  const before = signals.stack;
  let stack = before;
  if (next !== 0) {
    const { view, at } = memory.struct(next, abi.STACK_SIZE);
    const pointer = view.getUint32(at, true);
    const flags = view.getInt32(at + 4, true);
    const size = view.getUint32(at + 8, true);
    if ((flags & ~(abi.SS_DISABLE | abi.SS_ONSTACK)) !== 0) return -EINVAL;
    if ((flags & abi.SS_DISABLE) !== 0) stack = null;
    else if (size < abi.MINSIGSTKSZ) return -ENOMEM;
    else stack = { pointer, flags, size };
  }
  if (previous !== 0) {
    memory.bytes(previous, abi.STACK_SIZE).fill(0);
    memory.setInt32(previous, before?.pointer ?? 0);
    memory.setInt32(previous + 4, before ? 0 : abi.SS_DISABLE);
    memory.setInt32(previous + 8, before?.size ?? 0);
  }
  signals.stack = stack;
  return 0;
};

/** Where the C library looks, after every call, whether handlers are to be run. */
const signalWord: Handler = (_kernel, task, address) => {
  task.signals.register(address >>> 0);
  task.process.signals.settle(task);
  return 0;
};

/**
 * What the C library needs to run a handler: its index, flags, the mask to go back to, the alternate stack (0 without one)
 * and its size, padding to 8, and siginfo.
 */
const DELIVERY = { HANDLER: 0, FLAGS: 4, MASK: 8, STACK: 16, STACK_SIZE: 20, INFO: 24, SIZE: 24 + abi.SIGINFO_SIZE };

/** The signal whose handler the thread is to run now; 0 for none. */
const takeSignal: Handler = (_kernel, task, address) => {
  const { view, at } = task.memory.struct(address, DELIVERY.SIZE);
  const delivery = task.process.signals.deliver(task);
  if (!delivery) return 0;
  const { info, action, mask } = delivery;
  const stack = (action.flags & abi.SA_ONSTACK) !== 0 ? task.signals.stack : null;
  view.setInt32(at + DELIVERY.HANDLER, action.handler, true);
  view.setInt32(at + DELIVERY.FLAGS, action.flags, true);
  putSet(task.memory, address + DELIVERY.MASK, mask);
  view.setInt32(at + DELIVERY.STACK, stack?.pointer ?? 0, true);
  view.setInt32(at + DELIVERY.STACK_SIZE, stack?.size ?? 0, true);
  abi.putSignalInfo(view, at + DELIVERY.INFO, info);
  return info.signal;
};

export const signalCalls = {
  kill,
  tkill,
  tgkill,
  rtSigqueueinfo,
  rtTgsigqueueinfo,
  rtSigaction,
  rtSigprocmask,
  rtSigpending,
  rtSigsuspend,
  rtSigtimedwait,
  sigaltstack,
  signalWord,
  takeSignal,
};
