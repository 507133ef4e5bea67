/** select(2) over poll: the guest's fd_sets and timeout, as musl lays them out. */
import { EBADF, EINVAL } from '../../abi/errno.js';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI } from '../../abi/poll.js';
import { getUint64 } from '../../abi/stat.js';
import type { PollEntry } from '../../vdso/system-calls.js';
import type { Guest } from './guest.js';

/** FD_SETSIZE */
const MOST = 1024;

/** Count of set bits, or -errno. Null sets and a null timeout (for ever) are 0. */
export function select(
  guest: Guest,
  count: number,
  readSet: number,
  writeSet: number,
  exceptSet: number,
  timeout: number,
): number {
  if (count < 0 || count > MOST) return -EINVAL;
  const { memory, calls } = guest;
  const { u8, view } = memory;
  const sets = [
    { at: readSet, asks: POLLIN, tells: POLLIN | POLLHUP | POLLERR },
    { at: writeSet, asks: POLLOUT, tells: POLLOUT | POLLERR },
    { at: exceptSet, asks: POLLPRI, tells: POLLPRI },
  ].filter(({ at }) => at !== 0);
  const has = (at: number, fd: number): boolean => ((u8[at + (fd >>> 3)] ?? 0) & (1 << (fd & 7))) !== 0;
  const entries: PollEntry[] = [];
  for (let fd = 0; fd < count; fd++) {
    let events = 0;
    for (const { at, asks } of sets) if (has(at, fd)) events |= asks;
    if (events !== 0) entries.push({ fd, events, revents: 0 });
  }
  // struct timeval: i64 seconds, i32 microseconds (Emscripten's suseconds_t is a long).
  const milliseconds = timeout === 0 ? -1 : getUint64(view, timeout) * 1000 + view.getInt32(timeout + 8, true) / 1000;
  if (timeout !== 0 && milliseconds < 0) return -EINVAL;
  const result = calls.poll(entries, milliseconds);
  if (result < 0) return result;
  if (entries.some(({ revents }) => (revents & POLLNVAL) !== 0)) return -EBADF;
  let ready = 0;
  for (const { at, tells } of sets) {
    for (const { fd, revents } of entries) {
      if (!has(at, fd)) continue;
      if ((revents & tells) !== 0) ready++;
      else u8[at + (fd >>> 3)] = (u8[at + (fd >>> 3)] ?? 0) & ~(1 << (fd & 7));
    }
  }
  return ready;
}
