/** What the calls about memory ask first. */
import { EINVAL, ENOMEM, ENOSYS, Errno } from '../abi/errno.js';
import { PAGE_SIZE } from '../abi/memory.js';
import type { AddressSpace } from '../memory/address-space.js';
import { pageUp } from '../memory/mapping.js';
import type { Task } from '../process/task.js';

/** @throws Errno ENOSYS */
export function addressSpace(task: Task): AddressSpace {
  if (!task.process.addressSpace) throw new Errno(ENOSYS);
  return task.process.addressSpace;
}

/** @throws Errno EINVAL, ENOMEM */
export function checkRange(space: AddressSpace, address: number, length: number): void {
  if (address % PAGE_SIZE !== 0) throw new Errno(EINVAL);
  if (!space.covers(address, pageUp(length))) throw new Errno(ENOMEM);
}
