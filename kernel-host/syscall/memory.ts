/** brk, mmap and their like, for programs whose memory the kernel shares; others have their own way to grow (ENOSYS). */
import { EBADF, EINVAL, ENODEV, ENOMEM, ENOSYS, Errno } from '../abi/errno.js';
import { MADV_DONTNEED, MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, MAP_TYPE, PAGE_SIZE, PROT_ALL } from '../abi/memory.js';
import type { AddressSpace } from '../memory/address-space.js';
import type { Task } from '../process/task.js';
import { describe, type Handler } from './call.js';

/** @throws Errno ENOSYS */
function addressSpace(task: Task): AddressSpace {
  if (!task.process.addressSpace) throw new Errno(ENOSYS);
  return task.process.addressSpace;
}

const brk: Handler = (_kernel, task, address) => addressSpace(task).brk(address >>> 0);

/** Shared and private anonymous memory are the same while no process has a child on a copy of its memory. */
const mmap: Handler = (_kernel, task, hint, length, _protection, flags, fd) => {
  const space = addressSpace(task);
  const type = flags & MAP_TYPE;
  if (type !== MAP_PRIVATE && type !== MAP_SHARED) return -EINVAL;
  if ((flags & MAP_ANONYMOUS) === 0) {
    if (fd < 0) return -EBADF;
    describe(task, fd);
    // POSIX mmap(): the file is of a kind that cannot be mapped.
    return -ENODEV;
  }
  return space.map(hint >>> 0, length >>> 0, flags);
};

const munmap: Handler = (_kernel, task, address, length) => {
  addressSpace(task).unmap(address >>> 0, length >>> 0);
  return 0;
};

const mremap: Handler = (_kernel, task, address, oldLength, newLength, flags) =>
  addressSpace(task).remap(address >>> 0, oldLength >>> 0, newLength >>> 0, flags);

/** @throws Errno EINVAL, ENOMEM */
function checkRange(space: AddressSpace, address: number, length: number): void {
  if (address % PAGE_SIZE !== 0) throw new Errno(EINVAL);
  if (!space.covers(address, length)) throw new Errno(ENOMEM);
}

/** WebAssembly protects no pages: what is asked for is granted, and what is forbidden goes on to work. */
const mprotect: Handler = (_kernel, task, address, length, protection) => {
  if ((protection & ~PROT_ALL) !== 0) return -EINVAL;
  checkRange(addressSpace(task), address >>> 0, length >>> 0);
  return 0;
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

export const memoryCalls = { brk, mmap, munmap, mremap, mprotect, madvise };
