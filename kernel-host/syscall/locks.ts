/** Advisory locks: fcntl(2) record locks and flock(2). */
import { EAGAIN, EBADF, EDEADLK, EINVAL, Errno } from '../abi/errno.js';
import {
  F_RDLCK,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_ACCMODE,
  O_RDONLY,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../abi/fcntl.js';
import type { Kernel } from '../kernel.js';
import { isLockType, type RecordLock } from '../process/file-locks.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, placeOf } from './call.js';

/**
 * struct flock64 of 32-bit musl: i16 type, i16 whence, 4 bytes, i64 start, i64 length, i32 pid.
 * @param own whether it is to be the description's own (F_OFD_SETLK), which is nobody's pid.
 * @throws Errno EINVAL, EFAULT
 */
function readLock(kernel: Kernel, task: Task, description: number, address: number, own: boolean): RecordLock {
  const type = task.memory.getInt16(address);
  const whence = task.memory.getInt16(address + 2);
  const from = task.memory.getInt64(address + 8);
  const length = task.memory.getInt64(address + 16);
  const operations = kernel.descriptions.operations(description);
  if (!isLockType(type)) throw new Errno(EINVAL);
  if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) throw new Errno(EINVAL);
  const base =
    whence === SEEK_SET
      ? 0
      : whence === SEEK_CUR
        ? kernel.descriptions.offset(description)
        : operations.size(description);
  const start = length < 0 ? base + from + length : base + from;
  const end = length === 0 ? Number.POSITIVE_INFINITY : length < 0 ? base + from : start + length;
  if (start < 0) throw new Errno(EINVAL);
  if (!own) return { owner: kernel.lockOwner(task.process), pid: task.process.pid, type, start, end };
  if (task.memory.getInt32(address + 24) !== 0) throw new Errno(EINVAL);
  return { owner: kernel.descriptionLocks.owner(description), pid: -1, type, start, end };
}

const testLock = (kernel: Kernel, task: Task, description: number, address: number, own: boolean): number => {
  const wanted = readLock(kernel, task, description, address, own);
  const conflict = kernel.locks.conflict(kernel.lockKey(placeOf(kernel, description)), wanted);
  if (!conflict) {
    task.memory.setInt16(address, F_UNLCK);
    return 0;
  }
  task.memory.setInt16(address, conflict.type);
  task.memory.setInt16(address + 2, SEEK_SET);
  task.memory.setInt64(address + 8, conflict.start);
  task.memory.setInt64(address + 16, conflict.end === Number.POSITIVE_INFINITY ? 0 : conflict.end - conflict.start);
  task.memory.setInt32(address + 24, conflict.pid);
  return 0;
};

function recordLock(
  kernel: Kernel,
  task: Task,
  description: number,
  address: number,
  own: boolean,
  waits: boolean,
): number {
  const wanted = readLock(kernel, task, description, address, own);
  const access = kernel.descriptions.flags(description) & O_ACCMODE;
  if ((wanted.type === F_RDLCK && access === O_WRONLY) || (wanted.type === F_WRLCK && access === O_RDONLY))
    return -EBADF;
  return lock(kernel, task, description, wanted, waits);
}

const flock: Handler = (kernel, task, fd, operation) => {
  const description = describe(task, fd);
  const types: Record<number, number> = { [LOCK_SH]: F_RDLCK, [LOCK_EX]: F_WRLCK, [LOCK_UN]: F_UNLCK };
  const type = types[operation & ~LOCK_NB];
  if (type === undefined) return -EINVAL;
  const wanted = {
    owner: kernel.descriptionLocks.owner(description),
    pid: task.process.pid,
    type,
    start: 0,
    end: Number.POSITIVE_INFINITY,
  };
  return lock(kernel, task, description, wanted, (operation & LOCK_NB) === 0, ' flock');
};

/** @param space keeps flock's locks apart from fcntl's: they do not see each other (flock(2), NOTES). */
function lock(kernel: Kernel, task: Task, description: number, wanted: RecordLock, waits: boolean, space = ''): number {
  const place = placeOf(kernel, description);
  const key = kernel.lockKey(place) + space;
  const attempt = (): number => {
    if (wanted.type !== F_UNLCK && kernel.locks.conflict(key, wanted)) return waits ? PARKED : -EAGAIN;
    kernel.locks.set(key, wanted);
    kernel.markLocked(place);
    return 0;
  };
  const result = attempt();
  if (result !== PARKED) return result;
  return task.park({ queues: [kernel.locks.waiters(key)], retry: attempt, deadline: null, expired: () => -EDEADLK });
}

export const lockCalls = { flock };
export { recordLock, testLock };
