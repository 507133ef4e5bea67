/** sigset_t in memory: 64 bits, signal 1 lowest. */
import { EINVAL, Errno } from '../abi/errno.js';
import { SIGSET_SIZE } from '../abi/signal.js';
import type { UserMemory } from '../memory/user-memory.js';

export const getSet = (memory: UserMemory, address: number): bigint =>
  (BigInt(memory.getUint32(address + 4)) << 32n) | BigInt(memory.getUint32(address));

export function putSet(memory: UserMemory, address: number, set: bigint): void {
  memory.setInt32(address, Number(BigInt.asIntN(32, set)));
  memory.setInt32(address + 4, Number(BigInt.asIntN(32, set >> 32n)));
}

/** @throws Errno EINVAL */
export function checkSetSize(size: number): void {
  if (size !== SIGSET_SIZE) throw new Errno(EINVAL);
}
