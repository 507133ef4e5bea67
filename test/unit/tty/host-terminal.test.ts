/** A terminal between a host, whose keyboard and screen have a pace of their own, and a guest. */
import { beforeEach, expect, test } from 'vitest';
import { EAGAIN } from '../../../kernel-host/abi/errno.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { ECHO, ICANON, ISIG } from '../../../kernel-host/abi/termios.js';
import { HostTerminal } from '../../../kernel-host/tty/host-terminal.js';
import { isPending, type TestGuest, TestMachine } from '../kernel/guest.js';

let machine: TestMachine;
let terminal: HostTerminal;
let guest: TestGuest;
let shown = 0;
let accepts = true;
let taken = 0;

beforeEach(() => {
  machine = new TestMachine();
  shown = 0;
  accepts = true;
  taken = 0;
  terminal = new HostTerminal(machine.kernel, {
    show: (bytes) => {
      shown += bytes.length;
      return accepts;
    },
    taken: () => {
      taken++;
    },
  });
  terminal.changeModes((modes) => {
    modes.inputFlags = 0;
    modes.outputFlags = 0;
    modes.localFlags &= ~(ICANON | ECHO | ISIG);
  });
  guest = machine.spawn({ terminal: terminal.terminal, descriptors: new Map([[0, terminal.describe()]]) });
});

test('what is typed beyond what a terminal holds waits, and comes in order', async () => {
  const typed = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  expect(terminal.type(typed.slice(0, 50_000))).toBe(true);
  expect(terminal.type(typed.slice(50_000))).toBe(false);
  const read: number[] = [];
  const at = guest.room(10_000);
  while (read.length < typed.length) {
    const count = await guest.call(number.SYS_read, 0, at, 10_000);
    expect(count).toBeGreaterThan(0);
    read.push(...guest.memory.subarray(at, at + count));
  }
  expect(Buffer.compare(Uint8Array.from(read), typed)).toBe(0);
  expect(taken).toBe(1);
});

test('a screen that is full stops who writes, until it takes more', async () => {
  accepts = false;
  const at = guest.room(40_000);
  const write = () => guest.call(number.SYS_write, 0, at, 40_000);
  expect(await write()).toBe(40_000);
  expect(await write()).toBe(40_000);
  const stopped = write();
  expect(await isPending(machine, stopped)).toBe(true);
  const before = shown;
  accepts = true;
  terminal.resume();
  expect(await stopped).toBe(40_000);
  await isPending(machine, Promise.resolve());
  expect([before < 80_000, shown]).toEqual([true, 120_000]);
});

test('a reader that does not wait is told that there is nothing', async () => {
  await guest.call(number.SYS_fcntl64, 0, 4, 0o4002);
  expect(await guest.call(number.SYS_read, 0, guest.room(8), 8)).toBe(-EAGAIN);
});
