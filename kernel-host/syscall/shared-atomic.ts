/**
 * Atomic operations on memory that several processes map. Each has a copy, which the kernel has brought up to date when a call
 * begins; since it does one call at a time, what it does there is atomic among all of them.
 */
import { EINVAL } from '../abi/errno.js';
import type { Handler } from './call.js';

/** guest/musl/overlay/arch/wasm32/atomic_arch.h. */
const CAS = 0;
const SWAP = 1;
const ADD = 2;
const AND = 3;
const OR = 4;

export const sharedAtomic: Handler = (_kernel, task, operation, address, a, b, result) => {
  if (operation < CAS || operation > OR) return -EINVAL;
  const before = task.memory.update(address, (word) => {
    switch (operation) {
      case CAS:
        return word === a ? b : word;
      case SWAP:
        return a;
      case ADD:
        return (word + a) | 0;
      case AND:
        return word & a;
      default:
        return word | a;
    }
  });
  task.memory.setInt32(result, before);
  return 0;
};
