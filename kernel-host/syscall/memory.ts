/** brk, mmap and their like, for programs whose memory the kernel shares; others have their own way to grow (ENOSYS). */
import { EBADF, EBUSY, EINTR, EINVAL, EIO, ENODEV, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM, Errno } from '../abi/errno.js';
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PAGE_SIZE,
  PROT_ALL,
  PROT_EXEC,
} from '../abi/memory.js';
import { MS_NOEXEC } from '../abi/mount.js';
import { RLIMIT_AS, RLIMIT_DATA } from '../abi/resource.js';
import { S_IFREG } from '../abi/stat.js';
import { DEVICE_ZERO } from '../device/devices.js';
import { AbsentBlocks } from '../fs/block-cache.js';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from '../memory/address-space.js';
import { DESCRIPTION, KIND_DEVICE } from '../memory/layout.js';
import { type Backing, pageUp } from '../memory/mapping.js';
import { SharedObject } from '../memory/shared-object.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, placeOrNull } from './call.js';
import { checkMoreLocked, locksMapping } from './memory-locking.js';
import { addressSpace, checkRange } from './memory-ranges.js';

/** @throws Errno ENOMEM where a process may not have so many bytes more (RLIMIT_AS; what is its alone counts for RLIMIT_DATA) */
function checkSize({ process: { limits } }: Task, space: AddressSpace, more: number, own: boolean): void {
  if (space.size + more > limits.soft(RLIMIT_AS)) throw new Errno(ENOMEM);
  if (own && space.ownSize + more > limits.soft(RLIMIT_DATA)) throw new Errno(ENOMEM);
}

const brk: Handler = (_kernel, task, address) => {
  const space = addressSpace(task);
  const { end } = space.heap;
  // brk(2) has no error: the break stays.
  const over = (resource: number, size: number): boolean =>
    size + (address >>> 0) - end > task.process.limits.soft(resource);
  if (over(RLIMIT_AS, space.size) || over(RLIMIT_DATA, space.ownSize)) return end;
  return space.brk(address >>> 0);
};

const mmap: Handler = (kernel, task, hint, length, protection, flags, fd, page) => {
  const space = addressSpace(task);
  const type = flags & MAP_TYPE;
  // It asks that unknown flags be refused (mmap(2)): there is none that this kernel knows.
  if (type === MAP_SHARED_VALIDATE) return -EOPNOTSUPP;
  if (type !== MAP_PRIVATE && type !== MAP_SHARED) return -EINVAL;
  const shared = type === MAP_SHARED;
  const allowed = protection & PROT_ALL;
  const size = length >>> 0;
  const offset = (page >>> 0) * PAGE_SIZE;
  const backing =
    (flags & MAP_ANONYMOUS) === 0
      ? fileBacking(kernel, task, fd, shared, allowed)
      : shared
        ? new SharedObject(null)
        : null;
  if (offset + size > 2 ** 32 * PAGE_SIZE) return -EOVERFLOW;
  checkSize(task, space, pageUp(size), !shared);
  const locked = locksMapping(task, space, pageUp(size), flags);
  const address = space.map(hint >>> 0, size, flags, allowed);
  if (locked) space.lock(address, address + pageUp(size), true);
  return backing ? show(task, space, address, size, backing, offset) : address;
};

/** What a mapping of a descriptor shows; null for memory of its own. @throws Errno EBADF, EACCES, ENODEV */
function fileBacking(kernel: Kernel, task: Task, fd: number, shared: boolean, protection: number): Backing | null {
  if (fd < 0) throw new Errno(EBADF);
  const description = describe(task, fd);
  const place = placeOrNull(kernel, description);
  // mem(4): a mapping of /dev/zero is anonymous memory.
  if (
    kernel.descriptions.kind(description) === KIND_DEVICE &&
    kernel.memory.u32[(description >>> 2) + DESCRIPTION.RDEV_W] === DEVICE_ZERO
  )
    return shared ? new SharedObject(null) : null;
  const device = kernel.descriptions.kernelObject(description);
  // Drawing in a copy of its own shows nothing to anybody.
  if (device?.map && shared) return device.map();
  // POSIX mmap(): the file is of a kind that cannot be mapped.
  if (!place || kernel.vfs.type(place) !== S_IFREG) throw new Errno(ENODEV);
  if ((protection & PROT_EXEC) !== 0 && ((place.fileSystem.restrictions ?? 0) & MS_NOEXEC) !== 0)
    throw new Errno(EPERM);
  return kernel.mappedFiles.map(description, place, shared, protection);
}

/** Bytes of a file that are brought in at once. */
const LOAD = 1024 * 1024;

/** The address, when what is mapped there shows what it should; where blocks of a file have to come first, then. */
function show(
  task: Task,
  space: AddressSpace,
  address: number,
  size: number,
  backing: Backing,
  offset: number,
): number {
  const queues: WaitQueue[] = [];
  let done = 0;
  const load = (): number => {
    try {
      for (; done < size; done += LOAD) {
        const into = task.memory.bytes(address + done, Math.min(LOAD, size - done));
        const failure = backing.load(offset + done, into);
        if (failure < 0) return failure;
      }
    } catch (error) {
      if (!(error instanceof AbsentBlocks)) throw error;
      if (error.load.failed) return -EIO;
      queues.splice(0, 1, error.load.ended);
      return PARKED;
    }
    space.back(address, size, backing, offset);
    return address;
  };
  const settled = (result: number): number => {
    if (result < 0 && result !== PARKED) space.unmap(address, size);
    return result;
  };
  const result = settled(load());
  if (result !== PARKED) return result;
  return task.park({ queues, retry: () => settled(load()), deadline: null, expired: () => -EINTR, interrupted: null });
}

const munmap: Handler = (_kernel, task, address, length) => {
  addressSpace(task).unmap(address >>> 0, length >>> 0);
  return 0;
};

const mremap: Handler = (_kernel, task, address, oldLength, newLength, flags) => {
  const space = addressSpace(task);
  const more = pageUp(newLength >>> 0) - pageUp(oldLength >>> 0);
  const { backing = null, locked = false } = space.mappingAt(address >>> 0) ?? {};
  if (more > 0) checkSize(task, space, more, !backing?.object);
  if (more > 0 && locked) checkMoreLocked(task, space, more);
  const moved = space.remap(address >>> 0, oldLength >>> 0, newLength >>> 0, flags);
  if (locked) space.lock(moved, moved + pageUp(newLength >>> 0), true);
  return moved;
};

/** WebAssembly protects no pages: what is asked for is granted, and what is forbidden goes on to work. */
const mprotect: Handler = (_kernel, task, address, length, protection) => {
  if ((protection & ~PROT_ALL) !== 0) return -EINVAL;
  const space = addressSpace(task);
  checkRange(space, address >>> 0, length >>> 0);
  space.protect(address >>> 0, length >>> 0, protection);
  return 0;
};

const msync: Handler = (_kernel, task, address, length, flags) => {
  const space = addressSpace(task);
  if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) !== 0) return -EINVAL;
  if ((flags & MS_ASYNC) !== 0 && (flags & MS_SYNC) !== 0) return -EINVAL;
  checkRange(space, address >>> 0, length >>> 0);
  // msync(2): pages that are locked in memory are not given up; none is ever given up here.
  if ((flags & MS_INVALIDATE) !== 0 && space.lockedSize(address >>> 0, (address >>> 0) + (length >>> 0)) > 0)
    return -EBUSY;
  let result = 0;
  for (const object of space.sharedWithin(address >>> 0, pageUp(length >>> 0)))
    result = Math.min(result, object.flush());
  return result;
};

/** The last one that madvise(2) numbers without a gap (MADV_COLLAPSE). */
const LAST_ADVICE = 25;

const madvise: Handler = (_kernel, task, address, length, advice) => {
  const space = addressSpace(task);
  if (advice < 0 || advice > LAST_ADVICE) return -EINVAL;
  checkRange(space, address >>> 0, length >>> 0);
  // All other advice may be left alone.
  if (advice === MADV_DONTNEED) space.discard(address >>> 0, length >>> 0);
  return 0;
};

/** All that is mapped is in memory (mincore(2)). */
const mincore: Handler = (_kernel, task, address, length, vector) => {
  const space = addressSpace(task);
  checkRange(space, address >>> 0, length >>> 0);
  task.memory.bytes(vector, pageUp(length >>> 0) / PAGE_SIZE).fill(1);
  return 0;
};

export const memoryCalls = {
  brk,
  mmap,
  munmap,
  mremap,
  mprotect,
  msync,
  madvise,
  mincore,
};
