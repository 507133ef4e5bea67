import { describe, expect, it } from 'vitest';
import { EAGAIN, EINVAL, EPIPE } from '../../../kernel-host/abi/errno.js';
import { F_SETLK64, F_SETLKW64, F_WRLCK, O_NONBLOCK, O_RDWR } from '../../../kernel-host/abi/fcntl.js';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from '../../../kernel-host/abi/poll.js';
import { exitedStatus } from '../../../kernel-host/abi/process.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { ring, takeReady } from '../../../kernel-host/channel/doorbell.js';
import { type Deadline, Timers } from '../../../kernel-host/poll/timers.js';
import { WaitQueue } from '../../../kernel-host/poll/wait-queue.js';
import { RunQueue } from '../../../kernel-host/process/run-queue.js';
import { isPending, type TestGuest, TestMachine } from './guest.js';

async function pipe(guest: TestGuest, flags = 0): Promise<[read: number, write: number]> {
  const at = guest.room(8);
  expect(await guest.call(number.SYS_pipe2, at, flags)).toBe(0);
  return [guest.view.getInt32(at, true), guest.view.getInt32(at + 4, true)];
}

function pollfds(guest: TestGuest, ...entries: readonly (readonly [fd: number, events: number])[]): number {
  const at = guest.room(entries.length * 8);
  for (const [i, [fd, events]] of entries.entries()) {
    guest.view.setInt32(at + i * 8, fd, true);
    guest.view.setInt16(at + i * 8 + 4, events, true);
  }
  return at;
}

function timespec(guest: TestGuest, milliseconds: number): number {
  const at = guest.room(16);
  guest.view.setUint32(at, Math.floor(milliseconds / 1000), true);
  guest.view.setUint32(at + 8, (milliseconds % 1000) * 1e6, true);
  return at;
}

/** A child that has the parent's descriptors. */
async function child(machine: TestMachine, parent: TestGuest): Promise<TestGuest> {
  const pid = await parent.call(number.SYS_portside_spawn, parent.spawnRequest('/bin/program'));
  expect(pid).toBeGreaterThan(0);
  return machine.guest(pid);
}

describe('pipes', () => {
  it('keep their reader waiting until bytes or the end come', async () => {
    const machine = new TestMachine();
    const writer = machine.spawn();
    const [r, w] = await pipe(writer);
    const reader = await child(machine, writer);
    await reader.call(number.SYS_close, w);
    const at = reader.room(10);
    const reading = reader.call(number.SYS_read, r, at, 10);
    expect(await isPending(machine, reading)).toBe(true);
    await writer.call(number.SYS_write, w, writer.string('abc'), 3);
    expect(await reading).toBe(3);
    const atEnd = reader.call(number.SYS_read, r, at, 10);
    expect(await isPending(machine, atEnd)).toBe(true);
    machine.kernel.processes.end(writer.process, 0);
    expect(await atEnd).toBe(0);
  });

  it('take writes of up to 4,096 bytes whole or not at all', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const [r, w] = await pipe(guest, O_NONBLOCK);
    const buffer = guest.room(70_000);
    expect(await guest.call(number.SYS_write, w, buffer, 65_000)).toBe(65_000);
    expect(await guest.call(number.SYS_write, w, buffer, 4096)).toBe(-EAGAIN);
    expect(await guest.call(number.SYS_write, w, buffer, 536)).toBe(536);
    expect(await guest.call(number.SYS_write, w, buffer, 1)).toBe(-EAGAIN);
    expect(await guest.call(number.SYS_read, r, buffer, 70_000)).toBe(65_536);
    expect(await guest.call(number.SYS_write, w, buffer, 70_000)).toBe(65_536);
  });

  it('without a reader are EPIPE', async () => {
    const guest = new TestMachine().spawn();
    const [r, w] = await pipe(guest);
    await guest.call(number.SYS_close, r);
    expect(await guest.call(number.SYS_write, w, guest.string('x'), 1)).toBe(-EPIPE);
  });
});

describe('poll', () => {
  it('tells at once what is the case, without a timer', async () => {
    const guest = new TestMachine().spawn();
    const [r, w] = await pipe(guest);
    const file = await guest.call(number.SYS_openat, -100, guest.string('/etc/passwd'), 0, 0);
    const fds = pollfds(guest, [r, POLLIN], [w, POLLOUT], [file, POLLIN | POLLOUT], [77, POLLIN], [-1, POLLIN]);
    expect(await guest.call(number.SYS_ppoll_time64, fds, 5, timespec(guest, 0))).toBe(3);
    const revents = [0, 1, 2, 3, 4].map((i) => guest.view.getInt16(fds + i * 8 + 6, true));
    expect(revents).toEqual([0, POLLOUT, POLLIN | POLLOUT, POLLNVAL, 0]);
    await guest.call(number.SYS_close, w);
    expect(await guest.call(number.SYS_ppoll_time64, fds, 1, timespec(guest, 0))).toBe(1);
    expect(guest.view.getInt16(fds + 6, true)).toBe(POLLHUP);
  });

  it('without descriptors, or the right to any pointer, sleeps', async () => {
    const guest = new TestMachine().spawn();
    const before = performance.now();
    expect(await guest.call(number.SYS_ppoll_time64, 0, 0, timespec(guest, 20))).toBe(0);
    expect(performance.now() - before).toBeGreaterThanOrEqual(20);
    expect(await guest.call(number.SYS_ppoll_time64, 0, -1, 0)).toBe(-EINVAL);
  });

  it('waits for several at once and wakes for any', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const [[r1], [r2, w2]] = [await pipe(guest), await pipe(guest)];
    const other = await child(machine, guest);
    const fds = pollfds(guest, [r1, POLLIN], [r2, POLLIN]);
    const polling = guest.call(number.SYS_ppoll_time64, fds, 2, 0);
    expect(await isPending(machine, polling)).toBe(true);
    await other.call(number.SYS_write, w2, other.string('x'), 1);
    expect(await polling).toBe(1);
    expect([guest.view.getInt16(fds + 6, true), guest.view.getInt16(fds + 14, true)]).toEqual([0, POLLIN]);
  });

  it('a writer hears of room, and of the reader’s end', async () => {
    const machine = new TestMachine();
    const guest = machine.spawn();
    const [r, w] = await pipe(guest, O_NONBLOCK);
    const reader = await child(machine, guest);
    await guest.call(number.SYS_close, r);
    await guest.call(number.SYS_write, w, guest.room(65_536), 65_536);
    const fds = pollfds(guest, [w, POLLOUT]);
    const polling = guest.call(number.SYS_ppoll_time64, fds, 1, 0);
    expect(await isPending(machine, polling)).toBe(true);
    await reader.call(number.SYS_read, r, reader.room(65_536), 65_536);
    expect(await polling).toBe(1);
    expect(guest.view.getInt16(fds + 6, true)).toBe(POLLOUT);
    machine.kernel.processes.end(reader.process, 0);
    await guest.call(number.SYS_ppoll_time64, fds, 1, 0);
    expect(guest.view.getInt16(fds + 6, true)).toBe(POLLOUT | POLLERR);
  });

  it('select changes its sets to what is ready', async () => {
    const guest = new TestMachine().spawn();
    const [r, w] = await pipe(guest);
    const [reads, writes] = [guest.room(8), guest.room(8)];
    const set = (): void => {
      guest.view.setUint32(reads, 1 << r, true);
      guest.view.setUint32(writes, 1 << w, true);
    };
    set();
    expect(await guest.call(number.SYS_pselect6_time64, w + 1, reads, writes, 0, 0, 0)).toBe(1);
    expect([guest.view.getUint32(reads, true), guest.view.getUint32(writes, true)]).toEqual([0, 1 << w]);
    await guest.call(number.SYS_write, w, guest.string('x'), 1);
    set();
    expect(await guest.call(number.SYS_pselect6_time64, w + 1, reads, writes, 0, 0, 0)).toBe(2);
    expect(await guest.call(number.SYS_pselect6_time64, w + 1, 0, 0, 0, timespec(guest, 5), 0)).toBe(0);
  });
});

describe('other waits', () => {
  it('a lock that another process holds is waited for until that lets go', async () => {
    const machine = new TestMachine();
    const [holder, waiter] = [machine.spawn(), machine.spawn()];
    const flock = async (guest: TestGuest, command: number): Promise<number> => {
      const fd = await guest.call(number.SYS_openat, -100, guest.string('/etc/passwd'), O_RDWR, 0);
      const at = guest.room(32);
      guest.view.setInt16(at, F_WRLCK, true);
      return guest.call(number.SYS_fcntl64, fd, command, at);
    };
    expect(await flock(holder, F_SETLKW64)).toBe(0);
    expect(await flock(waiter, F_SETLK64)).toBe(-EAGAIN);
    const waiting = flock(waiter, F_SETLKW64);
    expect(await isPending(machine, waiting)).toBe(true);
    machine.kernel.processes.end(holder.process, 0);
    expect(await waiting).toBe(0);
  });

  it('interval timers give back what they were set to, to the microsecond', async () => {
    const guest = new TestMachine().spawn();
    for (const microseconds of [0, 1, 2007, 2011, 2015, 999_999]) {
      guest.clear();
      const [next, current] = [guest.room(16), guest.room(16)];
      guest.view.setInt32(next + 4, microseconds, true);
      guest.view.setInt32(next + 8, 1000, true);
      expect(await guest.call(number.SYS_setitimer, 0, next, 0)).toBe(0);
      expect(await guest.call(number.SYS_getitimer, 0, current)).toBe(0);
      expect([guest.view.getInt32(current, true), guest.view.getInt32(current + 4, true)]).toEqual([0, microseconds]);
      expect(guest.view.getInt32(current + 12, true)).toBeLessThan(1_000_000);
    }
  });

  it('wait4 hears of a child’s end, and the status', async () => {
    const machine = new TestMachine();
    const parent = machine.spawn();
    const spawned = await child(machine, parent);
    const status = parent.room(4);
    expect(await parent.call(number.SYS_wait4, -1, status, 1)).toBe(0);
    const waiting = parent.call(number.SYS_wait4, spawned.process.pid, status, 0);
    expect(await isPending(machine, waiting)).toBe(true);
    void spawned.call(number.SYS_exit_group, 7);
    expect(await waiting).toBe(spawned.process.pid);
    expect(parent.view.getInt32(status, true)).toBe(exitedStatus(7));
    expect(await parent.call(number.SYS_wait4, -1, status, 0)).toBe(-10);
  });
});

describe('wait queues', () => {
  it('wake all, or the one that has waited longest', () => {
    const queue = new WaitQueue();
    const woken: string[] = [];
    const waiters = ['a', 'b', 'c'].map((name) => ({ wake: () => void woken.push(name) }));
    for (const waiter of waiters) queue.add(waiter);
    queue.wakeOne();
    expect(woken).toEqual(['a']);
    queue.wake();
    // Who was woken stands last, so that the next wake for one goes to another.
    expect(woken).toEqual(['a', 'b', 'c', 'a']);
    for (const waiter of waiters) queue.remove(waiter);
    expect(queue.empty).toBe(true);
    queue.wakeOne();
    expect(woken).toHaveLength(4);
  });
});

describe('a callback that throws', () => {
  it('keeps no other callback of the queue from being run', () => {
    const queue = new RunQueue(() => {});
    const ran: number[] = [];
    queue.enqueue(() => queue.enqueue(() => void ran.push(3)));
    queue.enqueue(() => {
      throw new Error('a fault of the host');
    });
    queue.enqueue(() => void ran.push(2));
    expect(() => queue.run()).toThrow('a fault of the host');
    expect(queue.empty).toBe(false);
    queue.run();
    expect(ran).toEqual([2, 3]);
  });

  it('keeps no other source from being served', () => {
    const { kernel } = new TestMachine();
    const served: number[] = [];
    const rung = [3, 4, 40, 5000];
    for (const source of rung) ring(kernel.memory, source);
    const serve = (source: number): void => {
      served.push(source);
      if (source === 3) throw new Error('a fault of the host');
    };
    expect(() => takeReady(kernel.memory, serve)).toThrow('a fault of the host');
    expect(takeReady(kernel.memory, serve)).toBe(3);
    expect(served).toEqual(rung);
    expect(takeReady(kernel.memory, serve)).toBe(0);
  });
});

describe('timers', () => {
  /** A platform whose clock the test moves; `alarms` are those that are set. */
  function platform() {
    let now = 0;
    const alarms: { at: number; callback: () => void }[] = [];
    const timers = new Timers(
      (callback, milliseconds) => {
        const alarm = { at: now + milliseconds, callback };
        alarms.push(alarm);
        return () => {
          const index = alarms.indexOf(alarm);
          if (index >= 0) alarms.splice(index, 1);
        };
      },
      () => now,
    );
    const advance = (to: number): void => {
      for (;;) {
        const due = alarms.filter(({ at }) => at <= to).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        alarms.splice(alarms.indexOf(due), 1);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = to;
    };
    return { timers, alarms, advance, time: () => now };
  }

  it('expire in their order, with one alarm for all', () => {
    const { timers, alarms, advance, time } = platform();
    const expired: [at: number, now: number][] = [];
    const deadline = (at: number): Deadline => ({ at, expire: () => void expired.push([at, time()]) });
    const removed = deadline(25);
    for (const at of [30, 10, 20, 10, 5_000_000_000]) timers.add(deadline(at));
    timers.add(removed);
    timers.remove(removed);
    expect(alarms).toHaveLength(1);
    advance(100);
    expect(expired).toEqual([
      [10, 10],
      [10, 10],
      [20, 20],
      [30, 30],
    ]);
    expect(alarms).toHaveLength(1);
    advance(5_000_000_000);
    expect(expired).toHaveLength(5);
    expect(alarms).toEqual([]);
  });

  it('expire when one before them threw, and not when it removed them', () => {
    const { timers, advance } = platform();
    const expired: number[] = [];
    const removed: Deadline = { at: 10, expire: () => void expired.push(0) };
    timers.add({
      at: 10,
      expire: () => {
        timers.remove(removed);
        throw new Error('a fault of the host');
      },
    });
    timers.add(removed);
    timers.add({ at: 10, expire: () => void expired.push(1) });
    timers.add({ at: 20, expire: () => void expired.push(2) });
    expect(() => advance(10)).toThrow('a fault of the host');
    advance(30);
    expect(expired).toEqual([1, 2]);
  });

  it('one that is added while another expires has its alarm, however near', () => {
    const { timers, advance, time } = platform();
    const expired: number[] = [];
    timers.add({
      at: 10,
      expire: () => timers.add({ at: 15, expire: () => void expired.push(time()) }),
    });
    timers.add({ at: 1000, expire: () => void expired.push(time()) });
    advance(2000);
    expect(expired).toEqual([15, 1000]);
  });
});
