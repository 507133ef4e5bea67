/** Memory devices (mem(4), random(4)), by device number. One module for the kernel and for process workers. */
import { ENOSPC } from '../abi/errno.js';

const device = (major: number, minor: number): number => (major << 8) | minor;
export const DEVICE_NULL = device(1, 3);
export const DEVICE_ZERO = device(1, 5);
export const DEVICE_FULL = device(1, 7);
export const DEVICE_RANDOM = device(1, 8);
export const DEVICE_URANDOM = device(1, 9);
export const DEVICE_TTY = device(5, 0);

export const isMemoryDevice = (rdev: number): boolean =>
  rdev >= DEVICE_NULL && rdev <= DEVICE_URANDOM && rdev !== device(1, 4) && rdev !== device(1, 6);

/** getRandomValues fills at most this many bytes a call (Web Crypto, section 10.1.1). */
const ENTROPY_QUOTA = 65536;

/** Count; 0 is the end of file. */
export function readDevice(rdev: number, into: Uint8Array, at: number, length: number): number {
  if (rdev === DEVICE_NULL) return 0;
  if (rdev === DEVICE_ZERO || rdev === DEVICE_FULL) into.fill(0, at, at + length);
  else fillRandom(into, at, length);
  return length;
}

/** Count, or -ENOSPC. */
export const writeDevice = (rdev: number, length: number): number => (rdev === DEVICE_FULL ? -ENOSPC : length);

export function fillRandom(into: Uint8Array, at: number, length: number): void {
  // getRandomValues refuses shared memory (Web Crypto: BufferSource without [AllowShared]).
  const bytes = new Uint8Array(Math.min(length, ENTROPY_QUOTA));
  for (let done = 0; done < length; done += bytes.length) {
    const part = bytes.subarray(0, Math.min(bytes.length, length - done));
    crypto.getRandomValues(part);
    into.set(part, at + done);
  }
}
