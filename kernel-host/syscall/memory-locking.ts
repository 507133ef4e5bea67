/**
 * mlock(2) and its like. Memory of a page never leaves it but as all of the tab does: what is locked is only remembered, and
 * counted for RLIMIT_MEMLOCK.
 */
import { EAGAIN, EINVAL, ENOMEM, EPERM, Errno } from '../abi/errno.js';
import { MAP_LOCKED, MCL_ALL, MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT, MLOCK_ONFAULT } from '../abi/memory.js';
import { RLIMIT_MEMLOCK } from '../abi/resource.js';
import type { AddressSpace } from '../memory/address-space.js';
import { pageDown, pageUp } from '../memory/mapping.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';
import { addressSpace, checkRange } from './memory-ranges.js';

/** Bytes that a process may lock: any number, for who has the privilege. */
const lockLimit = ({ process: { credentials, limits } }: Task): number =>
  credentials.privileged ? Number.POSITIVE_INFINITY : limits.soft(RLIMIT_MEMLOCK);

/** @throws Errno EPERM: it may lock nothing */
function requireLimit(task: Task): number {
  const limit = lockLimit(task);
  if (limit === 0) throw new Errno(EPERM);
  return limit;
}

/**
 * Whether a new mapping of so many bytes is to be locked.
 * @throws Errno EPERM, EAGAIN: it would be more than the process may lock (mmap(2))
 */
export function locksMapping(task: Task, space: AddressSpace, size: number, flags: number): boolean {
  const asked = (flags & MAP_LOCKED) !== 0;
  if (asked) requireLimit(task);
  if (!asked && !space.locksNew) return false;
  checkMoreLocked(task, space, size);
  return true;
}

/** @throws Errno EAGAIN */
export function checkMoreLocked(task: Task, space: AddressSpace, more: number): void {
  if (space.lockedSize() + more > lockLimit(task)) throw new Errno(EAGAIN);
}

const mlock2: Handler = (_kernel, task, address, length, flags) => {
  if ((flags & ~MLOCK_ONFAULT) !== 0) return -EINVAL;
  const limit = requireLimit(task);
  const space = addressSpace(task);
  const [start, end] = touched(address, length);
  // What is locked already counts once.
  if (space.lockedSize() + end - start - space.lockedSize(start, end) > limit) return -ENOMEM;
  return setLocked(space, start, end, true);
};

const munlock: Handler = (_kernel, task, address, length) =>
  setLocked(addressSpace(task), ...touched(address, length), false);

/** Linux takes the pages that the range touches (mlock(2)). @throws Errno EINVAL */
function touched(address: number, length: number): [start: number, end: number] {
  const end = pageUp((address >>> 0) + (length >>> 0));
  if (end > 2 ** 32) throw new Errno(EINVAL);
  return [pageDown(address >>> 0), end];
}

/** @throws Errno ENOMEM */
function setLocked(space: AddressSpace, start: number, end: number, locked: boolean): number {
  checkRange(space, start, end - start);
  space.lock(start, end, locked);
  return 0;
}

const mlockall: Handler = (_kernel, task, flags) => {
  if (flags === 0 || flags === MCL_ONFAULT || (flags & ~MCL_ALL) !== 0) return -EINVAL;
  const limit = requireLimit(task);
  const space = addressSpace(task);
  if ((flags & MCL_CURRENT) !== 0) {
    if (space.size > limit) return -ENOMEM;
    space.lock(0, 2 ** 32, true);
  }
  space.locksNew = (flags & MCL_FUTURE) !== 0;
  return 0;
};

const munlockall: Handler = (_kernel, task) => {
  const space = addressSpace(task);
  space.lock(0, 2 ** 32, false);
  space.locksNew = false;
  return 0;
};

export const memoryLockingCalls = { mlock2, munlock, mlockall, munlockall };
