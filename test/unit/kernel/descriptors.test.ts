import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EAGAIN, EBADF, ECHILD, EINVAL, EMFILE, ENXIO } from '../../../kernel-host/abi/errno.js';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_SETFD,
  O_CLOEXEC,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
} from '../../../kernel-host/abi/fcntl.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { type TestGuest, TestMachine } from './guest.js';

const LIMIT = 1024;

const open = (guest: TestGuest, path: string, flags = 0): Promise<number> =>
  guest.call(number.SYS_openat, -100, guest.string(path), flags, 0o644);

describe('descriptors', () => {
  it('are the lowest free ones, as a plain list of them says', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('open' as const), cloexec: fc.boolean() }),
      fc.record({ do: fc.constant('close' as const), fd: fc.nat(10) }),
      fc.record({ do: fc.constant('dup' as const), fd: fc.nat(10) }),
      fc.record({
        do: fc.constant('dupfd' as const),
        fd: fc.nat(10),
        from: fc.integer({ min: -1, max: 14 }),
        cloexec: fc.boolean(),
      }),
      fc.record({
        do: fc.constant('dup3' as const),
        fd: fc.nat(10),
        to: fc.integer({ min: -1, max: 12 }),
        cloexec: fc.boolean(),
      }),
      fc.record({ do: fc.constant('setfd' as const), fd: fc.nat(10), cloexec: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const machine = new TestMachine();
        const guest = machine.spawn();
        /** Whether each open descriptor closes on exec. */
        const table: (boolean | undefined)[] = [];
        const lowest = (from: number): number => {
          let fd = from;
          while (table[fd] !== undefined) fd++;
          return fd;
        };
        const take = (from: number, cloexec: boolean): number => {
          const fd = lowest(from);
          table[fd] = cloexec;
          return fd;
        };
        for (const action of steps) {
          guest.clear();
          switch (action.do) {
            case 'open':
              expect(await open(guest, '/etc/passwd', action.cloexec ? O_CLOEXEC : 0)).toBe(take(0, action.cloexec));
              break;
            case 'close': {
              const expected = table[action.fd] === undefined ? -EBADF : 0;
              table[action.fd] = undefined;
              expect(await guest.call(number.SYS_close, action.fd)).toBe(expected);
              break;
            }
            case 'dup':
              expect(await guest.call(number.SYS_dup, action.fd)).toBe(
                table[action.fd] === undefined ? -EBADF : take(0, false),
              );
              break;
            case 'dupfd': {
              const command = action.cloexec ? F_DUPFD_CLOEXEC : F_DUPFD;
              const expected =
                table[action.fd] === undefined ? -EBADF : action.from < 0 ? -EINVAL : take(action.from, action.cloexec);
              expect(await guest.call(number.SYS_fcntl64, action.fd, command, action.from)).toBe(expected);
              break;
            }
            case 'dup3': {
              let expected = action.to;
              if (action.fd === action.to) expected = -EINVAL;
              else if (table[action.fd] === undefined || action.to < 0) expected = -EBADF;
              else table[action.to] = action.cloexec;
              expect(await guest.call(number.SYS_dup3, action.fd, action.to, action.cloexec ? O_CLOEXEC : 0)).toBe(
                expected,
              );
              break;
            }
            case 'setfd': {
              const known = table[action.fd] !== undefined;
              if (known) table[action.fd] = action.cloexec;
              expect(await guest.call(number.SYS_fcntl64, action.fd, F_SETFD, action.cloexec ? 1 : 0)).toBe(
                known ? 0 : -EBADF,
              );
            }
          }
          for (let fd = 0; fd < 14; fd++) {
            const cloexec = table[fd];
            expect(await guest.call(number.SYS_fcntl64, fd, F_GETFD)).toBe(
              cloexec === undefined ? -EBADF : cloexec ? 1 : 0,
            );
          }
        }
      }),
      { numRuns: 30 },
    );
  }, 30_000);

  it('end at the limit, and can be had again once one is closed', async () => {
    const guest = new TestMachine().spawn();
    for (let fd = 0; fd < LIMIT; fd++) {
      guest.clear();
      expect(await open(guest, '/dev/null')).toBe(fd);
    }
    expect(await open(guest, '/dev/null')).toBe(-EMFILE);
    expect(await guest.call(number.SYS_dup, 5)).toBe(-EMFILE);
    expect(await guest.call(number.SYS_pipe2, guest.room(8), 0)).toBe(-EMFILE);
    expect(await guest.call(number.SYS_socket, 2, 1, 0)).toBe(-EMFILE);
    await guest.call(number.SYS_close, 700);
    expect(await guest.call(number.SYS_pipe2, guest.room(8), 0)).toBe(-EMFILE);
    expect(await open(guest, '/dev/null')).toBe(700);
  });

  it('that were duplicated share their position, those opened twice do not', async () => {
    const guest = new TestMachine().spawn();
    const [a, b] = [await open(guest, '/etc/passwd'), await open(guest, '/etc/passwd')];
    const copy = await guest.call(number.SYS_dup, a);
    const at = guest.room(10);
    await guest.call(number.SYS_read, a, at, 10);
    const position = async (fd: number): Promise<number> => {
      const result = guest.room(8);
      await guest.call(number.SYS_llseek, fd, 0, 0, result, SEEK_CUR);
      return guest.view.getUint32(result, true);
    };
    expect([await position(copy), await position(b)]).toEqual([10, 0]);
    await guest.call(number.SYS_close, a);
    expect(await position(copy)).toBe(10);
  });

  it('seek to data and to the hole behind it', async () => {
    const guest = new TestMachine().spawn();
    const fd = await open(guest, '/etc/passwd');
    const result = guest.room(8);
    const seek = async (offset: number, whence: number): Promise<number> => {
      const failed = await guest.call(number.SYS_llseek, fd, 0, offset, result, whence);
      return failed || guest.view.getUint32(result, true);
    };
    const size = await seek(0, SEEK_END);
    expect([await seek(3, SEEK_DATA), await seek(3, SEEK_HOLE)]).toEqual([3, size]);
    expect([await seek(size, SEEK_DATA), await seek(size, SEEK_HOLE)]).toEqual([-ENXIO, -ENXIO]);
  });

  it('close, and all else comes back, when a spawn fails half-way', async () => {
    const machine = new TestMachine();
    const { kernel } = machine;
    const guest = machine.spawn();
    await guest.call(number.SYS_pipe2, guest.room(8), 0);
    const request = guest.spawnRequest('/bin/program');
    const spawn = (): Promise<number> => guest.call(number.SYS_portside_spawn, request);
    const reader = guest.process.descriptors.get(0);
    machine.refusesWorkers = true;
    let used = 0;
    for (let i = 0; i < 400; i++) {
      expect(await spawn()).toBe(-EAGAIN);
      if (i === 0) ({ used } = kernel.pages);
    }
    expect(kernel.pages.used).toBe(used);
    expect(kernel.descriptions.references(reader)).toBe(1);
    expect(kernel.processes.all()).toEqual([guest.process]);
    expect(await guest.call(number.SYS_wait4, -1, 0, 0)).toBe(-ECHILD);
    machine.refusesWorkers = false;
    expect(await spawn()).toBeGreaterThan(0);
    expect(machine.crashes).toEqual([]);
  });

  it('all close when the process ends', async () => {
    const machine = new TestMachine();
    const warm = machine.spawn();
    await warm.call(number.SYS_pipe2, warm.room(8), 0);
    machine.kernel.processes.end(warm.process, 0);
    const used = machine.kernel.pages.used;
    for (let i = 0; i < 20; i++) {
      const guest = machine.spawn();
      for (let k = 0; k < 5; k++) await guest.call(number.SYS_pipe2, guest.room(8), 0);
      machine.kernel.processes.end(guest.process, 0);
      if (i === 0) continue;
      expect(machine.kernel.pages.used - used).toBeLessThan(200_000);
    }
  });
});
