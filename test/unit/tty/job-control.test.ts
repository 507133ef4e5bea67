/** Who may use a terminal, who is stopped for it, and who hears of its end (POSIX chapter 11). */
import { beforeEach, describe, expect, test } from 'vitest';
import { EIO, ENOTTY, ENXIO, EPERM, ERESTARTSYS } from '../../../kernel-host/abi/errno.js';
import { TCGETS, TCSETS, TIOCGPGRP, TIOCGSID, TIOCSCTTY, TIOCSPGRP } from '../../../kernel-host/abi/ioctl.js';
import {
  bitOf,
  SIG_IGN,
  SIGACTION,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGWINCH,
} from '../../../kernel-host/abi/signal.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { TERMIOS_SIZE, TOSTOP } from '../../../kernel-host/abi/termios.js';
import { HostTerminal } from '../../../kernel-host/tty/host-terminal.js';
import { bytes, isPending, type TestGuest, TestMachine, text } from '../kernel/guest.js';

let machine: TestMachine;
let terminal: HostTerminal;
let shown = '';
/** A shell, a session leader on the terminal. */
let shell: TestGuest;

beforeEach(() => {
  machine = new TestMachine();
  shown = '';
  terminal = new HostTerminal(machine.kernel, {
    show: (more) => {
      shown += text(more);
      return true;
    },
  });
  const description = terminal.describe();
  shell = machine.spawn({ terminal: terminal.terminal, descriptors: new Map([[0, description]]) });
  machine.kernel.descriptions.release(description);
});

const call = (guest: TestGuest, ...parameters: Parameters<TestGuest['call']>): Promise<number> =>
  guest.call(...parameters);
const read = (guest: TestGuest): Promise<number> => call(guest, number.SYS_read, 0, guest.room(64), 64);
const write = (guest: TestGuest): Promise<number> => call(guest, number.SYS_write, 0, guest.string('x'), 1);
const kill = (pid: number, signal: number): Promise<number> => call(shell, number.SYS_kill, pid, signal);

/** A job of the shell, in a group of its own. */
async function job(): Promise<TestGuest> {
  const description = shell.process.descriptors.get(0);
  const guest = machine.spawn({ parent: shell.process, descriptors: new Map([[0, description]]) });
  expect(await call(guest, number.SYS_setpgid, 0, 0)).toBe(0);
  return guest;
}

async function setForeground(guest: TestGuest, group: number): Promise<number> {
  const at = guest.room(4);
  guest.view.setInt32(at, group, true);
  return call(guest, number.SYS_ioctl, 0, TIOCSPGRP, at);
}

async function asked(guest: TestGuest, request: number): Promise<number> {
  const at = guest.room(4);
  const result = await call(guest, number.SYS_ioctl, 0, request, at);
  return result < 0 ? result : guest.view.getInt32(at, true);
}

async function changeModes(guest: TestGuest, local: (flags: number) => number): Promise<number> {
  const at = guest.room(TERMIOS_SIZE);
  expect(await call(guest, number.SYS_ioctl, 0, TCGETS, at)).toBe(0);
  guest.view.setUint32(at + 12, local(guest.view.getUint32(at + 12, true)), true);
  return call(guest, number.SYS_ioctl, 0, TCSETS, at);
}

async function ignore(guest: TestGuest, signal: number): Promise<void> {
  const at = guest.room(SIGACTION.SIZE);
  guest.view.setInt32(at + SIGACTION.HANDLER, SIG_IGN, true);
  expect(await call(guest, number.SYS_rt_sigaction, signal, at, 0, 8)).toBe(0);
}

async function block(guest: TestGuest, signal: number): Promise<void> {
  const at = guest.room(8);
  guest.view.setBigUint64(at, bitOf(signal), true);
  expect(await call(guest, number.SYS_rt_sigprocmask, 0, at, 0, 8)).toBe(0);
}

const pending = (guest: TestGuest): bigint => guest.process.signals.pending.set;

describe('in the background', () => {
  test('a job that reads is stopped, and reads once it is in the foreground and goes on', async () => {
    const guest = await job();
    expect(await read(guest)).toBe(-ERESTARTSYS);
    expect(guest.process.stopped).toBe(SIGTTIN);
    const again = read(guest);
    terminal.type(bytes('line\n'));
    expect(await isPending(machine, again)).toBe(true);
    expect(await setForeground(shell, guest.process.pid)).toBe(0);
    expect(await kill(guest.process.pid, SIGCONT)).toBe(0);
    expect(await again).toBe(5);
  });

  test('reading fails where it cannot stop the job', async () => {
    const [ignores, blocks] = [await job(), await job()];
    await ignore(ignores, SIGTTIN);
    expect(await read(ignores)).toBe(-EIO);
    await block(blocks, SIGTTIN);
    expect(await read(blocks)).toBe(-EIO);
    expect([ignores.process.stopped, blocks.process.stopped]).toEqual([null, null]);
  });

  test('writing stops a job with TOSTOP only, and not one that ignores SIGTTOU', async () => {
    const guest = await job();
    expect(await write(guest)).toBe(1);
    expect(await changeModes(shell, (flags) => flags | TOSTOP)).toBe(0);
    expect(await write(guest)).toBe(-ERESTARTSYS);
    expect(guest.process.stopped).toBe(SIGTTOU);
    await kill(guest.process.pid, SIGCONT);
    await ignore(guest, SIGTTOU);
    expect(await write(guest)).toBe(1);
    await isPending(machine, Promise.resolve());
    expect(shown).toBe('xx');
  });

  test('changing modes or the foreground stops a job', async () => {
    const guest = await job();
    expect(await changeModes(guest, (flags) => flags)).toBe(-ERESTARTSYS);
    expect(guest.process.stopped).toBe(SIGTTOU);
    await kill(guest.process.pid, SIGCONT);
    expect(await setForeground(guest, guest.process.pid)).toBe(-ERESTARTSYS);
    expect(guest.process.stopped).toBe(SIGTTOU);
    await kill(guest.process.pid, SIGCONT);
    await block(guest, SIGTTOU);
    expect(await setForeground(guest, guest.process.pid)).toBe(0);
    expect(await asked(shell, TIOCGPGRP)).toBe(guest.process.pid);
  });

  test('an orphaned job is never stopped: what it asks for fails', async () => {
    const parent = await job();
    const description = parent.process.descriptors.get(0);
    const guest = machine.spawn({ parent: parent.process, descriptors: new Map([[0, description]]) });
    await call(guest, number.SYS_setpgid, 0, 0);
    await kill(parent.process.pid, 9);
    expect(await read(guest)).toBe(-EIO);
    expect(await setForeground(guest, guest.process.pid)).toBe(-ENOTTY);
    await changeModes(shell, (flags) => flags | TOSTOP);
    expect(await write(guest)).toBe(-EIO);
    expect(guest.process.stopped).toBeNull();
  });
});

describe('the keyboard', () => {
  test('interrupts the job in the foreground, and no other', async () => {
    const [front, back] = [await job(), await job()];
    await setForeground(shell, front.process.pid);
    terminal.type(bytes('\x1a'));
    expect(front.process.stopped).toBe(SIGTSTP);
    terminal.type(bytes('\x03'));
    await kill(front.process.pid, SIGCONT);
    expect(front.process.status).toBe(SIGINT);
    expect([back.process.status, back.process.stopped, shell.process.status]).toEqual([null, null, null]);
  });

  test('does not stop a session leader, whom nobody would let go on', async () => {
    terminal.type(bytes('\x1a'));
    expect(shell.process.stopped).toBeNull();
  });

  test('wakes whoever reads a line', async () => {
    const line = read(shell);
    terminal.type(bytes('ab\x7f\n'));
    expect(await line).toBe(2);
  });
});

test('a new size is told to the foreground once', async () => {
  await block(shell, SIGWINCH);
  const size = { rows: 30, columns: 90, width: 0, height: 0 };
  terminal.resize(size);
  expect(pending(shell)).toBe(bitOf(SIGWINCH));
  shell.process.signals.accept([...shell.process.tasks.values()][0] ?? expect.fail(), bitOf(SIGWINCH));
  terminal.resize({ ...size });
  expect(pending(shell)).toBe(0n);
});

describe('a session', () => {
  test('has its terminal to itself', async () => {
    const other = machine.spawn({ descriptors: new Map([[0, shell.process.descriptors.get(0)]]) });
    expect(await asked(other, TIOCGSID)).toBe(-ENOTTY);
    expect(await call(other, number.SYS_ioctl, 0, TIOCSCTTY, 0)).toBe(-EPERM);
    expect(await call(other, number.SYS_setsid)).toBe(other.process.pid);
    expect(await call(other, number.SYS_ioctl, 0, TIOCSCTTY, 0)).toBe(-EPERM);
    expect(await setForeground(shell, other.process.pid)).toBe(-EPERM);
    expect(await asked(shell, TIOCGSID)).toBe(shell.process.pid);
    // Root takes it all the same.
    expect(await call(other, number.SYS_ioctl, 0, TIOCSCTTY, 1)).toBe(0);
    expect(await asked(shell, TIOCGSID)).toBe(-ENOTTY);
  });

  test('loses it with its leader, and the job in the foreground hears of that', async () => {
    const [front, back] = [await job(), await job()];
    await setForeground(shell, front.process.pid);
    machine.kernel.processes.end(shell.process, 9);
    expect(front.process.status).toBe(SIGHUP);
    expect(back.process.status).toBeNull();
    expect(await call(back, number.SYS_openat, -100, back.string('/dev/tty'), 2, 0)).toBe(-ENXIO);
    expect(await asked(back, TIOCGSID)).toBe(-ENOTTY);
  });

  test('whose leader ends continues what was stopped, and tells it why', async () => {
    const stopped = await job();
    await block(stopped, SIGCONT);
    await kill(stopped.process.pid, 19);
    machine.kernel.processes.end(shell.process, 9);
    expect(stopped.process.status).toBe(SIGHUP);
  });
});

test('a terminal that hangs up ends its session leader; whoever reads gets EIO, and then the end', async () => {
  await ignore(shell, SIGHUP);
  const line = read(shell);
  expect(await isPending(machine, line)).toBe(true);
  terminal.hangUp();
  expect(await line).toBe(-EIO);
  expect(await read(shell)).toBe(0);
  expect(await write(shell)).toBe(-EIO);
  expect(await asked(shell, TIOCGPGRP)).toBe(-EIO);
  const next = new HostTerminal(machine.kernel, { show: () => true });
  expect(next.number).toBe(0);
  const leader = machine.spawn({ terminal: next.terminal });
  next.hangUp();
  expect(leader.process.status).toBe(SIGHUP);
});
