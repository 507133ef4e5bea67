/**
 * Priorities and policies of scheduling. The host runs workers as it likes: nice values are kept and told, and of the policies
 * there are those without priorities. Real-time ones are refused as Linux refuses them to who has no CAP_SYS_NICE.
 */
import { EACCES, EINVAL, EPERM, Errno, ESRCH } from '../abi/errno.js';
import {
  PRIO_PGRP,
  PRIO_PROCESS,
  PRIO_USER,
  RLIMIT_NICE,
  SCHED_BATCH,
  SCHED_DEADLINE,
  SCHED_FIFO,
  SCHED_IDLE,
  SCHED_OTHER,
  SCHED_RESET_ON_FORK,
  SCHED_RR,
} from '../abi/resource.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';

const [MOST_NICE, LEAST_NICE] = [-20, 19];
/** sched(7): static priorities of the real-time policies. */
const [LOWEST_PRIORITY, HIGHEST_PRIORITY] = [1, 99];

const isRealTime = (policy: number): boolean => policy === SCHED_FIFO || policy === SCHED_RR;
const hasNoPriorities = (policy: number): boolean =>
  policy === SCHED_OTHER || policy === SCHED_BATCH || policy === SCHED_IDLE;

/** @throws Errno EINVAL, ESRCH */
function threadOf(kernel: Kernel, caller: Task, tid: number): Task {
  if (tid < 0) throw new Errno(EINVAL);
  const task = tid === 0 ? caller : (kernel.processes.threads.byTid(tid) ?? kernel.processes.byPid(tid)?.task);
  if (!task) throw new Errno(ESRCH);
  return task;
}

const mayChange = ({ process: { credentials } }: Task, { credentials: { user } }: Process): boolean =>
  credentials.privileged || [user.real, user.effective].includes(credentials.user.effective);

/** @throws Errno EINVAL, EPERM */
function checkPolicy(task: Task, target: Task, policy: number, priority: number): void {
  if (isRealTime(policy)) {
    if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) throw new Errno(EINVAL);
    throw new Errno(EPERM);
  }
  if (!hasNoPriorities(policy) || priority !== 0) throw new Errno(EINVAL);
  if (!mayChange(task, target.process)) throw new Errno(EPERM);
}

const schedSetscheduler: Handler = (kernel, task, tid, policy, parameter) => {
  if (parameter === 0 || policy < 0) return -EINVAL;
  const priority = task.memory.getInt32(parameter);
  const target = threadOf(kernel, task, tid);
  checkPolicy(task, target, policy & ~SCHED_RESET_ON_FORK, priority);
  target.policy = policy & ~SCHED_RESET_ON_FORK;
  return 0;
};

const schedGetscheduler: Handler = (kernel, task, tid) => threadOf(kernel, task, tid).policy;

const schedSetparam: Handler = (kernel, task, tid, parameter) => {
  if (parameter === 0) return -EINVAL;
  const priority = task.memory.getInt32(parameter);
  const target = threadOf(kernel, task, tid);
  checkPolicy(task, target, target.policy, priority);
  return 0;
};

const schedGetparam: Handler = (kernel, task, tid, parameter) => {
  if (parameter === 0) return -EINVAL;
  threadOf(kernel, task, tid);
  task.memory.setInt32(parameter, 0);
  return 0;
};

const schedGetPriorityMax: Handler = (_kernel, _task, policy) => priorityOf(policy, HIGHEST_PRIORITY);
const schedGetPriorityMin: Handler = (_kernel, _task, policy) => priorityOf(policy, LOWEST_PRIORITY);

const priorityOf = (policy: number, realTime: number): number =>
  isRealTime(policy) ? realTime : hasNoPriorities(policy) || policy === SCHED_DEADLINE ? 0 : -EINVAL;

/** Nobody has SCHED_RR: the interval of the others is what Linux gives them where they share a processor with none. */
const schedRrGetInterval: Handler = (kernel, task, tid, address) => {
  threadOf(kernel, task, tid);
  task.memory.setInt64(address, 0);
  task.memory.setInt64(address + 8, 0);
  return 0;
};

/** Bits of struct cpu_set_t, as far as there are processors; the bytes that were written. */
const schedGetaffinity: Handler = (kernel, task, tid, size, mask) => {
  threadOf(kernel, task, tid);
  const { processors } = kernel;
  // In whole words, as Linux has it.
  const length = Math.ceil(processors / 32) * 4;
  if (size >>> 0 < length || size % 4 !== 0) return -EINVAL;
  const bytes = task.memory.bytes(mask, length);
  bytes.fill(0);
  for (let cpu = 0; cpu < processors; cpu++) bytes[cpu >> 3] = (bytes[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return length;
};

/** The host runs workers where it likes: a choice that leaves a processor that there is is granted, and not told again. */
const schedSetaffinity: Handler = (kernel, task, tid, size, mask) => {
  const target = threadOf(kernel, task, tid);
  if (!mayChange(task, target.process)) return -EPERM;
  const bytes = task.memory.bytes(mask, Math.min(size >>> 0, Math.ceil(kernel.processors / 8)));
  const any = Array.from({ length: kernel.processors }, (_, cpu) => (bytes[cpu >> 3] ?? 0) & (1 << (cpu & 7)));
  return any.some((bit) => bit !== 0) ? 0 : -EINVAL;
};

/** @throws Errno EINVAL, ESRCH */
function chosen(kernel: Kernel, task: Task, which: number, who: number): readonly Process[] {
  const { process } = task;
  const living = kernel.processes.all().filter(({ status }) => status === null);
  const found = living.filter((other) => {
    switch (which) {
      case PRIO_PROCESS:
        return who === 0 ? other === process : other.pid === who;
      case PRIO_PGRP:
        return other.group === (who === 0 ? process.group : who);
      case PRIO_USER:
        return other.credentials.ruid === (who === 0 ? process.credentials.ruid : who >>> 0);
      default:
        throw new Errno(EINVAL);
    }
  });
  if (found.length === 0) throw new Errno(ESRCH);
  return found;
}

/** The raw call gives 20 less the nice value, for no result may be below 0; the highest priority of all. */
const getpriority: Handler = (kernel, task, which, who) =>
  20 - Math.min(...chosen(kernel, task, which, who).map(({ nice }) => nice));

const setpriority: Handler = (kernel, task, which, who, wanted) => {
  const nice = Math.max(MOST_NICE, Math.min(LEAST_NICE, wanted));
  let failure = 0;
  for (const process of chosen(kernel, task, which, who)) {
    if (!mayChange(task, process)) failure = -EPERM;
    else if (nice < process.nice && !mayRaise(task, nice)) failure = -EACCES;
    else process.nice = nice;
  }
  return failure;
};

const mayRaise = ({ process: { credentials, limits } }: Task, nice: number): boolean =>
  credentials.privileged || 20 - nice <= limits.soft(RLIMIT_NICE);

export const schedulingCalls = {
  schedSetscheduler,
  schedGetscheduler,
  schedSetparam,
  schedGetparam,
  schedGetPriorityMax,
  schedGetPriorityMin,
  schedRrGetInterval,
  schedGetaffinity,
  schedSetaffinity,
  getpriority,
  setpriority,
};
