/** clone(2) for threads, their end, and what they tell the kernel of themselves. */
import { EINVAL, ENOSYS, ESRCH } from '../abi/errno.js';
import { exitedStatus } from '../abi/process.js';
import type { Kernel } from '../kernel.js';
import { fork as forkProcess } from '../process/fork.js';
import { PARKED, type Task } from '../process/task.js';
import type { Handler } from './call.js';

/** linux/sched.h: what a thread shares with the others of its process, all or nothing. */
const CLONE_VM = 0x100;
const CLONE_FS = 0x200;
const CLONE_FILES = 0x400;
const CLONE_SIGHAND = 0x800;
const CLONE_THREAD = 0x10000;
const CLONE_SYSVSEM = 0x40000;
const CLONE_SETTLS = 0x80000;
const CLONE_PARENT_SETTID = 0x100000;
const CLONE_CHILD_CLEARTID = 0x200000;
const CLONE_DETACHED = 0x400000;
const SHARED = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
const KNOWN = SHARED | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED;

/** Processes are made by fork and spawn: what is asked for here is a thread. The stack holds where it begins. */
const clone: Handler = (kernel, task, flags, stack, parentTid, threadPointer, childTid) => {
  const { process, memory } = task;
  if ((flags & SHARED) !== SHARED || (flags & CLONE_SETTLS) === 0 || (flags & ~KNOWN) !== 0) return -EINVAL;
  const space = process.addressSpace;
  if (!space) return -ENOSYS;
  if ((flags & CLONE_PARENT_SETTID) !== 0) memory.getInt32(parentTid);
  const clearAt = (flags & CLONE_CHILD_CLEARTID) !== 0 ? childTid >>> 0 : 0;
  const hosted = process.host?.clone(task, stack >>> 0, threadPointer >>> 0, clearAt) ?? null;
  if (hosted !== null) return hosted;
  const tid = kernel.processes.allocatePid();
  const entry = { kind: 'thread', stack: stack >>> 0, threadPointer: threadPointer >>> 0 } as const;
  kernel.processes.threads.start(process, tid, process.image.program, space.memory, entry, (thread) => {
    thread.signals.mask = task.signals.mask;
    thread.clearAddress = clearAt;
    if ((flags & CLONE_PARENT_SETTID) !== 0) memory.setInt32(parentTid, tid);
  });
  return tid;
};

/** What the worker saved of its frames, its stack pointer, thread storage, and 1 where it is not the first thread. */
const fork: Handler = (kernel, task, saved, stack, threadStorage, isThread) =>
  task.process.host?.fork(task) ??
  forkProcess(kernel, task, {
    kind: 'fork',
    saved: saved >>> 0,
    stack: stack >>> 0,
    threadStorage: threadStorage >>> 0,
    isThread: isThread !== 0,
  });

/** Of the thread; with the last one the process is over. */
const exit: Handler = (kernel, task, status) => {
  if (task.process.tasks.size > 1) kernel.processes.threads.exit(task);
  else kernel.processes.end(task.process, exitedStatus(status));
  return PARKED;
};

const exitGroup: Handler = (kernel, task, status) => {
  kernel.processes.end(task.process, exitedStatus(status));
  return PARKED;
};

/** What a detached thread does last: it cannot unmap the stack that it runs on, and go on to call exit. */
const exitUnmapping: Handler = (kernel, task, address, length) => {
  unmap(task, address, length);
  return exit(kernel, task, 0, 0, 0, 0, 0, 0);
};

function unmap(task: Task, address: number, length: number): void {
  task.process.addressSpace?.unmap(address >>> 0, length >>> 0);
}

const gettid: Handler = (_kernel, task) => task.tid;

const setTidAddress: Handler = (_kernel, task, address) => {
  task.clearAddress = address >>> 0;
  return task.tid;
};

/** struct robust_list_head */
const ROBUST_LIST_HEAD = 12;

const setRobustList: Handler = (_kernel, task, head, length) => {
  if (length !== ROBUST_LIST_HEAD) return -EINVAL;
  task.robustList = head >>> 0;
  return 0;
};

const getRobustList: Handler = (kernel, task, tid, headAt, lengthAt) => {
  const target = threadOf(kernel, task, tid);
  if (!target) return -ESRCH;
  task.memory.setInt32(headAt, target.robustList);
  task.memory.setInt32(lengthAt, ROBUST_LIST_HEAD);
  return 0;
};

/** 0 is the caller. */
export const threadOf = (kernel: Kernel, task: Task, tid: number): Task | null =>
  tid === 0 ? task : kernel.processes.threads.byTid(tid);

export const threadCalls = {
  clone,
  fork,
  exit,
  exitGroup,
  exitUnmapping,
  gettid,
  setTidAddress,
  setRobustList,
  getRobustList,
};
