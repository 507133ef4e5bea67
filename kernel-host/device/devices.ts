/** Memory devices (mem(4), random(4)), by device number. One module for the kernel and for process workers. */
import { ENOSPC } from '../abi/errno.js';

/** st_rdev (Linux: new_encode_dev()): the minor number has 20 bits, of which the lowest 8 come first. */
export const deviceNumber = (major: number, minor: number): number =>
  (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
export const DEVICE_NULL = deviceNumber(1, 3);
export const DEVICE_ZERO = deviceNumber(1, 5);
export const DEVICE_FULL = deviceNumber(1, 7);
export const DEVICE_RANDOM = deviceNumber(1, 8);
export const DEVICE_URANDOM = deviceNumber(1, 9);
export const DEVICE_TTY = deviceNumber(5, 0);
export const DEVICE_PTMX = deviceNumber(5, 2);
/** Linux, admin-guide/devices.txt: the first frame buffer, /dev/dsp of the first sound card, all mice together. */
export const DEVICE_FRAMEBUFFER = deviceNumber(29, 0);
export const DEVICE_DSP = deviceNumber(14, 3);
export const DEVICE_MICE = deviceNumber(13, 63);

export const isMemoryDevice = (rdev: number): boolean =>
  rdev >= DEVICE_NULL && rdev <= DEVICE_URANDOM && rdev !== deviceNumber(1, 4) && rdev !== deviceNumber(1, 6);

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
