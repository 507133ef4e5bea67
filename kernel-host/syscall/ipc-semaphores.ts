/** semget(2), semop(2), semctl(2). */
import { E2BIG, EAGAIN, EINTR, EINVAL, Errno } from '../abi/errno.js';
import * as abi from '../abi/ipc.js';
import { MOST_SETS } from '../ipc/ipc.js';
import { Permissions, READ, WRITE } from '../ipc/permissions.js';
import { LARGEST_VALUE, type Operation, SemaphoreSet } from '../ipc/semaphore-set.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import { PARKED, type Task } from '../process/task.js';
import type { Handler } from './call.js';
import { type Control, control } from './ipc-control.js';
import { command, putPermissions, putTime, putWords, seconds } from './ipc-structs.js';
import { deadlineIn } from './time.js';

/** Linux: SEMMSL, SEMMNS, SEMOPM. */
const MOST_IN_SET = 32000;
const MOST_SEMAPHORES = 1_024_000_000;
const MOST_OPERATIONS = 500;

const semget: Handler = (kernel, { process }, key, count, flags) => {
  if (count < 0 || count > MOST_IN_SET) return -EINVAL;
  return kernel.ipc.sets.get(
    key,
    flags,
    process,
    () => {
      if (count === 0) throw new Errno(EINVAL);
      return new SemaphoreSet(new Permissions(key, process, flags), count, seconds(kernel));
    },
    (set) => {
      if (count > set.count) throw new Errno(EINVAL);
    },
  );
};

function readOperations(memory: UserMemory, address: number, count: number): Operation[] {
  const { view, at } = memory.struct(address, count * abi.SEMBUF_SIZE);
  return Array.from({ length: count }, (_, i) => ({
    semaphore: view.getUint16(at + i * abi.SEMBUF_SIZE, true),
    change: view.getInt16(at + i * abi.SEMBUF_SIZE + 2, true),
    flags: view.getInt16(at + i * abi.SEMBUF_SIZE + 4, true),
  }));
}

/** @param timeout a timespec of 64-bit seconds, or 0 for ever. */
const semtimedop: Handler = (kernel, task, id, address, count, timeout) => {
  if (count < 1 || id < 0) return -EINVAL;
  if (count > MOST_OPERATIONS) return -E2BIG;
  const operations = readOperations(task.memory, address, count);
  const deadline = deadlineIn(kernel, task.memory, timeout);
  const set = kernel.ipc.sets.at(id);
  set.check(operations);
  set.permissions.check(task.process, operations.some(({ change }) => change !== 0) ? WRITE : READ);
  const attempt = (): number => {
    const waits = set.operate(operations, task.process.pid, seconds(kernel));
    if (!waits) return 0;
    set.waits(task, waits);
    return PARKED;
  };
  const result = attempt();
  if (result !== PARKED) return result;
  return task.park({
    queues: [set.changed],
    retry: attempt,
    deadline,
    expired: () => -EAGAIN,
    interrupted: () => -EINTR,
  });
};

function putSet(kernel: Kernel, task: Task, address: number, id: number, set: SemaphoreSet): void {
  const { view, at } = task.memory.struct(address, abi.SEMID_DS.SIZE);
  putPermissions(view, at, set.permissions, kernel.ipc.sets.sequenceOf(id));
  putTime(view, at + abi.SEMID_DS.OTIME, set.operatedAt);
  putTime(view, at + abi.SEMID_DS.CTIME, set.changedAt);
  view.setUint16(at + abi.SEMID_DS.NSEMS, set.count, true);
}

const setControl = (kernel: Kernel, task: Task): Control<SemaphoreSet> => ({
  identifiers: kernel.ipc.sets,
  stat: abi.SEM_STAT,
  statAny: abi.SEM_STAT_ANY,
  put: (address, id, set) => putSet(kernel, task, address, id, set),
  remove: (set) => {
    kernel.ipc.sets.remove(set);
    set.remove();
  },
});

/** What all sets may have; SEM_INFO: and do have. */
function putInfo(kernel: Kernel, task: Task, asked: number, argument: number): number {
  const { sets } = kernel.ipc;
  const all = sets.all.reduce((sum, set) => sum + set.count, 0);
  const used = asked === abi.SEM_INFO ? [sets.all.length, LARGEST_VALUE, all] : [0, LARGEST_VALUE, LARGEST_VALUE];
  const limits = [0, MOST_SETS, MOST_SEMAPHORES, 0, MOST_IN_SET, MOST_OPERATIONS, MOST_OPERATIONS];
  putWords(task.memory, argument, abi.SEMINFO_SIZE, [...limits, ...used]);
  return sets.highest;
}

const semctl: Handler = (kernel, task, id, semaphore, request, argument) => {
  const asked = command(request);
  if (asked === abi.IPC_INFO || asked === abi.SEM_INFO) return putInfo(kernel, task, asked, argument);
  if (asked < abi.GETPID || asked > abi.SETALL)
    return control(kernel, task, setControl(kernel, task), id, asked, argument);
  const set = kernel.ipc.sets.at(id);
  const { memory, process } = task;
  const changes = asked === abi.SETVAL || asked === abi.SETALL;
  set.permissions.check(process, changes ? WRITE : READ);
  if (asked === abi.GETALL || asked === abi.SETALL) {
    const { view, at } = memory.struct(argument, set.count * 2);
    if (asked === abi.GETALL) for (const [i, value] of set.values.entries()) view.setUint16(at + i * 2, value, true);
    else {
      const values = Array.from({ length: set.count }, (_, i) => view.getUint16(at + i * 2, true));
      set.set(0, values, process.pid, seconds(kernel));
    }
    return 0;
  }
  if (semaphore < 0 || semaphore >= set.count) return -EINVAL;
  const { value, pid } = set.at(semaphore);
  if (asked === abi.GETVAL) return value;
  if (asked === abi.GETPID) return pid;
  if (asked === abi.SETVAL) {
    set.set(semaphore, [argument], process.pid, seconds(kernel));
    return 0;
  }
  return set.sleeping(semaphore, asked === abi.GETZCNT);
};

export const ipcSemaphoreCalls = { semget, semtimedop, semctl };
