/** wait4(2) and waitid(2): children that have ended, stopped or gone on. */
import { EAGAIN, ECHILD, EINVAL, ERESTARTSYS, Errno, ESRCH } from '../abi/errno.js';
import * as abi from '../abi/process.js';
import { CLD_CONTINUED, CLD_EXITED, CLD_KILLED, CLD_STOPPED, SIGCHLD, SIGCONT } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import { addUsage, usageOf } from '../process/accounting.js';
import type { Process } from '../process/process.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, nonBlocking } from './call.js';
import { processOf } from './pidfd.js';
import { putUsage, RUSAGE_SIZE } from './usage.js';

/** What is told of a child. */
interface Change {
  readonly child: Process;
  readonly kind: 'ended' | 'stopped' | 'continued';
  /** wait(2) status. */
  readonly status: number;
}

type Selection = (child: Process) => boolean;

/** @param options WEXITED, WUNTRACED, WCONTINUED: the changes that are asked for. */
function changeOf(child: Process, options: number): Change | null {
  if (child.status !== null) return { child, kind: 'ended', status: child.status };
  if (child.unreported === 'stopped' && (options & abi.WUNTRACED) !== 0)
    return { child, kind: 'stopped', status: abi.stoppedStatus(child.stopped ?? 0) };
  if (child.unreported === 'continued' && (options & abi.WCONTINUED) !== 0)
    return { child, kind: 'continued', status: abi.CONTINUED_STATUS };
  return null;
}

/** Waits for a change; `tell` is called with it, and gives the result. null: there is none yet, and the caller does not wait. */
function waitFor(task: Task, selects: Selection, options: number, tell: (change: Change | null) => number): number {
  const { process } = task;
  const attempt = (): number => {
    let known = false;
    for (const child of process.children.values()) {
      if (!selects(child)) continue;
      // A zombie has nothing else to tell (Linux: wait_task_zombie()).
      if (child.status !== null && (options & abi.WEXITED) === 0) continue;
      known = true;
      const change = changeOf(child, options);
      if (change) return tell(change);
    }
    if (!known) return -ECHILD;
    return (options & abi.WNOHANG) !== 0 ? tell(null) : PARKED;
  };
  const result = attempt();
  if (result !== PARKED) return result;
  // The child that SIGCHLD is of is told of rather than that its handler came first (Linux: do_wait()).
  const interrupted = (): number => {
    const late = attempt();
    return late === PARKED ? -ERESTARTSYS : late;
  };
  return task.park({ queues: [process.childChanged], retry: attempt, deadline: null, expired: () => 0, interrupted });
}

/** It has been told: nobody hears of it again. */
function consume(parent: Process, { child, kind }: Change, reap: (child: Process) => void): void {
  if (kind !== 'ended') {
    child.unreported = null;
    return;
  }
  parent.childrenUsage = addUsage(parent.childrenUsage, addUsage(usageOf(child), child.childrenUsage));
  reap(child);
}

/** Those that wait4() means by a pid. @throws Errno ESRCH */
function selectionOf(caller: Process, pid: number): Selection {
  if (pid === -1) return () => true;
  if (pid > 0) return (child) => child.pid === pid;
  // INT_MIN has no positive counterpart (kernel/exit.c: kernel_wait4()).
  if (pid === -(2 ** 31)) throw new Errno(ESRCH);
  const group = pid === 0 ? caller.group : -pid;
  return (child) => child.group === group;
}

const wait4: Handler = (kernel, task, pid, statusAt, options, usageAt) => {
  const { process, memory } = task;
  if ((options & ~(abi.WNOHANG | abi.WUNTRACED | abi.WCONTINUED | abi.WAIT_LINUX)) !== 0) return -EINVAL;
  if (statusAt !== 0) memory.getInt32(statusAt);
  if (usageAt !== 0) memory.bytes(usageAt, RUSAGE_SIZE);
  return waitFor(task, selectionOf(process, pid), options | abi.WEXITED, (change) => {
    if (!change) return 0;
    const { child, status } = change;
    if (statusAt !== 0) memory.setInt32(statusAt, status);
    if (usageAt !== 0) putUsage(memory, usageAt, addUsage(usageOf(child), child.childrenUsage));
    consume(process, change, (ended) => kernel.processes.reap(ended));
    return child.pid;
  });
};

/** @throws Errno EINVAL, EBADF */
function selectionById(kernel: Kernel, task: Task, type: number, id: number): Selection {
  const { process: caller } = task;
  switch (type) {
    case abi.P_ALL:
      return () => true;
    case abi.P_PID:
      if (id <= 0) throw new Errno(EINVAL);
      return (child) => child.pid === id;
    case abi.P_PGID: {
      if (id < 0) throw new Errno(EINVAL);
      const group = id === 0 ? caller.group : id;
      return (child) => child.group === group;
    }
    case abi.P_PIDFD: {
      if (id < 0) throw new Errno(EINVAL);
      const process = processOf(kernel, task, id);
      return (child) => child === process;
    }
    default:
      throw new Errno(EINVAL);
  }
}

/** si_code and si_status. */
function describeChange({ kind, status, child }: Change): { readonly code: number; readonly value: number } {
  if (kind === 'stopped') return { code: CLD_STOPPED, value: child.stopped ?? 0 };
  if (kind === 'continued') return { code: CLD_CONTINUED, value: SIGCONT };
  const signal = abi.statusSignal(status);
  return signal === 0 ? { code: CLD_EXITED, value: abi.statusExitCode(status) } : { code: CLD_KILLED, value: signal };
}

/** Bytes of siginfo that waitid() fills: up to si_status. */
const CHILD_INFO_SIZE = 24;
const CHANGES = abi.WEXITED | abi.WUNTRACED | abi.WCONTINUED;

const waitid: Handler = (kernel, task, type, id, infoAt, options, usageAt) => {
  const { process, memory } = task;
  if ((options & ~(CHANGES | abi.WNOHANG | abi.WNOWAIT | abi.WAIT_LINUX)) !== 0) return -EINVAL;
  if ((options & CHANGES) === 0) return -EINVAL;
  const selects = selectionById(kernel, task, type, id);
  // A descriptor with PIDFD_NONBLOCK fails where others wait (pidfd_open(2)).
  const fails = type === abi.P_PIDFD && (options & abi.WNOHANG) === 0 && nonBlocking(kernel, describe(task, id));
  if (infoAt !== 0) memory.bytes(infoAt, CHILD_INFO_SIZE);
  if (usageAt !== 0) memory.bytes(usageAt, RUSAGE_SIZE);
  return waitFor(task, selects, fails ? options | abi.WNOHANG : options, (change) => {
    if (!change && fails) return -EAGAIN;
    if (!change) {
      if (infoAt !== 0) memory.bytes(infoAt, CHILD_INFO_SIZE).fill(0);
      return 0;
    }
    const { child } = change;
    const { code, value } = describeChange(change);
    if (infoAt !== 0) {
      memory.setInt32(infoAt, SIGCHLD);
      memory.setInt32(infoAt + 4, 0);
      memory.setInt32(infoAt + 8, code);
      memory.setInt32(infoAt + 12, child.pid);
      memory.setInt32(infoAt + 16, child.credentials.ruid);
      memory.setInt32(infoAt + 20, value);
    }
    if (usageAt !== 0) putUsage(memory, usageAt, addUsage(usageOf(child), child.childrenUsage));
    if ((options & abi.WNOWAIT) === 0) consume(process, change, (ended) => kernel.processes.reap(ended));
    return 0;
  });
};

export const waitCalls = { wait4, waitid };
