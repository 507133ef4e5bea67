/** poll_oneoff: waiting for clocks and descriptors together. */
import { EBADF, ECONNRESET, EINVAL, EPIPE, Errno } from '../../abi/errno.js';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from '../../abi/poll.js';
import type { PollEntry } from '../../vdso/system-calls.js';
import type { Imports } from '../imports.js';
import { wasiErrno } from '../wasi-errno.js';
import {
  EVENTRWFLAGS_HANGUP,
  EVENTTYPE_CLOCK,
  EVENTTYPE_FD_READ,
  EVENTTYPE_FD_WRITE,
  SUBCLOCKFLAGS_ABSTIME,
} from './abi.js';
import { now } from './clocks.js';
import { succeed, type WasiGuest } from './guest.js';

/** u64 user data; u8 type @8; a clock: u32 id @16, u64 timeout @24, u64 precision @32, u16 flags @40; a descriptor: u32 @16. */
const SUBSCRIPTION_SIZE = 48;
/** u64 user data; u16 error @8; u8 type @10; a descriptor: u64 bytes @16, u16 flags @24. */
const EVENT_SIZE = 32;

interface ClockSubscription {
  readonly userData: bigint;
  readonly clock: number;
  /** On that clock, in milliseconds. */
  readonly deadline: number;
}

interface DescriptorSubscription {
  readonly userData: bigint;
  readonly type: number;
  readonly entry: PollEntry;
}

export function pollImports(guest: WasiGuest): Imports {
  const { calls } = guest;

  return {
    poll_oneoff: (subscriptions: number, events: number, count: number, result: number) => {
      const total = count >>> 0;
      if (total === 0) throw new Errno(EINVAL);
      const from = guest.range(subscriptions, total * SUBSCRIPTION_SIZE);
      const to = guest.range(events, total * EVENT_SIZE);
      guest.range(result, 4);
      const clocks: ClockSubscription[] = [];
      const descriptors: DescriptorSubscription[] = [];
      for (let i = 0; i < total; i++) read(guest, from + i * SUBSCRIPTION_SIZE, clocks, descriptors);
      const entries = descriptors.map(({ entry }) => entry);
      let found = 0;
      // An alarm may ring a little early: it is looked at the clock, and waited for the rest.
      while (found === 0) {
        const timeout = Math.min(...clocks.map(({ clock, deadline }) => Math.max(0, deadline - now(clock))));
        if (entries.length === 0) {
          if (timeout > 0) succeed(calls.sleep(timeout));
        } else succeed(calls.poll(entries, timeout === Number.POSITIVE_INFINITY ? -1 : timeout));
        for (const { userData, type, entry } of descriptors)
          if (entry.revents !== 0) putEvent(guest, to + found++ * EVENT_SIZE, userData, type, entry);
        for (const { userData, clock, deadline } of clocks)
          if (now(clock) >= deadline) putEvent(guest, to + found++ * EVENT_SIZE, userData, EVENTTYPE_CLOCK, null);
      }
      guest.setUint32(result, found);
      return 0;
    },
  };
}

/** @throws Errno EINVAL for what is no subscription */
function read(guest: WasiGuest, at: number, clocks: ClockSubscription[], descriptors: DescriptorSubscription[]): void {
  const { view } = guest.memory;
  const userData = view.getBigUint64(at, true);
  const type = view.getUint8(at + 8);
  if (type === EVENTTYPE_CLOCK) {
    const clock = view.getUint32(at + 16, true);
    // In nanoseconds: a number's precision is 128 of them for today's date.
    const time = Number(view.getBigUint64(at + 24, true)) / 1e6;
    const absolute = (view.getUint16(at + 40, true) & SUBCLOCKFLAGS_ABSTIME) !== 0;
    clocks.push({ userData, clock, deadline: absolute ? time : now(clock) + time });
  } else if (type === EVENTTYPE_FD_READ || type === EVENTTYPE_FD_WRITE) {
    const fd = view.getUint32(at + 16, true) | 0;
    const events = type === EVENTTYPE_FD_READ ? POLLIN : POLLOUT;
    // A negative descriptor is one that poll(2) passes over, and WASI refuses.
    descriptors.push({ userData, type, entry: { fd: fd < 0 ? 0x7fffffff : fd, events, revents: 0 } });
  } else throw new Errno(EINVAL);
}

function putEvent(guest: WasiGuest, at: number, userData: bigint, type: number, entry: PollEntry | null): void {
  const { u8, view } = guest.memory;
  u8.fill(0, at, at + EVENT_SIZE);
  view.setBigUint64(at, userData, true);
  u8[at + 10] = type;
  if (!entry) return;
  const { fd, revents } = entry;
  if ((revents & POLLNVAL) !== 0) view.setUint16(at + 8, wasiErrno(EBADF), true);
  // What the read or write will fail with.
  else if ((revents & POLLERR) !== 0)
    view.setUint16(at + 8, wasiErrno(type === EVENTTYPE_FD_READ ? ECONNRESET : EPIPE), true);
  // Of a terminal it is known only that there is something.
  const available = type === EVENTTYPE_FD_READ ? guest.calls.streams.available(fd) : 0;
  view.setBigUint64(at + 16, BigInt(available >= 0 ? available : (revents & POLLIN) !== 0 ? 1 : 0), true);
  if ((revents & POLLHUP) !== 0) view.setUint16(at + 24, EVENTRWFLAGS_HANGUP, true);
}
