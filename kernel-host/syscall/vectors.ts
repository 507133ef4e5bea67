/** struct iovec: buffers of a process that a call fills, or takes, one after another (POSIX readv()). */
import { EINVAL, Errno } from '../abi/errno.js';
import type { UserMemory } from '../memory/user-memory.js';

/** limits.h, Linux. */
export const IOV_MAX = 1024;

/** @throws Errno EINVAL, EFAULT */
export function vectors(memory: UserMemory, address: number, count: number): Uint8Array[] {
  if (count < 0 || count > IOV_MAX) throw new Errno(EINVAL);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = memory.getInt32(address + i * 8 + 4);
    total += length;
    if (length < 0 || total > 0x7fffffff) throw new Errno(EINVAL);
    if (length > 0) parts.push(memory.bytes(memory.getInt32(address + i * 8), length));
  }
  return parts;
}

export const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Scattered over parts; `got` bytes of `whole`. */
export function scatter(whole: Uint8Array, parts: readonly Uint8Array[], got: number): void {
  let done = 0;
  for (const part of parts) {
    if (done >= got) return;
    part.set(whole.subarray(done, Math.min(done + part.length, got)));
    done += part.length;
  }
}

export function gathered(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const whole = new Uint8Array(sizeOf(parts));
  let done = 0;
  for (const part of parts) {
    whole.set(part, done);
    done += part.length;
  }
  return whole;
}
