/** Scattered reads and gathered writes (POSIX readv(), writev()) as a series of calls. */
import { POLLIN } from '../abi/poll.js';
import type { SystemCalls } from '../vdso/system-calls.js';

/** Works on `length` bytes at `buffer`; `done` were worked on before. A count, or -errno. */
export type Transfer = (buffer: number, length: number, done: number) => number;

/**
 * Runs `transfer` on each of `count` buffers in turn, which `view` has as pairs of an address and a length at `at`.
 * @param goesOn asked between two buffers: false where the next transfer might wait, for a call that has some bytes must not.
 * @returns the bytes transferred; -errno when the first transfer failed.
 */
export function transferVectors(
  view: DataView,
  at: number,
  count: number,
  goesOn: () => boolean,
  transfer: Transfer,
): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(at + i * 8 + 4, true);
    if (length === 0) continue;
    if (total > 0 && !goesOn()) break;
    const done = transfer(view.getUint32(at + i * 8, true), length, total);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if (done < length) break;
  }
  return total;
}

/** Whether a further read gives something at once, be it the end; where only the kernel knows, no. */
export const readsAtOnce = (calls: SystemCalls, fd: number): boolean => {
  const ready = calls.streams.poll(fd, POLLIN);
  return ready > 0;
};
