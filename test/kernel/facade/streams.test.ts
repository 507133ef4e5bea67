/** The facade, by what each member does: what processes read and write, in terminals and pipes as well. */
import { expect, it, vi } from 'vitest';
import { EINTR } from '../../../kernel-host/abi/errno.js';
import * as n from '../../../kernel-host/abi/syscall.js';
import { RING } from '../../../kernel-host/memory/layout.js';
import { PipeEnd } from '../../../kernel-host/pipe/pipe.js';
import { writeRing } from '../../../kernel-host/pipe/ring.js';
import { createKernel, decode, encode, register } from '../../support/hosted-kernel.js';

const SIGWINCH = 28;

it('feeds standard input, which ends where it is finite', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const buffer = program.room(64);
  const read = program.call(n.SYS_read, 0, buffer, 64);
  kernel.appendStdinData(pid, encode('later'));
  expect(await read).toBe(5);
  expect(program.text(buffer, 5)).toBe('later');
  kernel.setStdinData(pid, encode('all'));
  expect(await program.call(n.SYS_read, 0, buffer, 64)).toBe(3);
  expect(await program.call(n.SYS_read, 0, buffer, 64)).toBe(0);
});

it('gives a process a terminal, whose master the host has', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const index = kernel.setupPty(pid);
  const buffer = program.room(64);
  const line = program.call(n.SYS_read, 0, buffer, 64);
  kernel.ptyMasterWrite(index, encode('typed\r'));
  expect(await line).toBe(6);
  expect(program.text(buffer, 6)).toBe('typed\n');
  expect(decode(kernel.ptyMasterRead(index) ?? new Uint8Array())).toBe('typed\r\n');
  expect(kernel.ptyMasterRead(index)).toBeNull();
  expect(await program.call(n.SYS_write, 1, program.put('kept\n'), 5)).toBe(5);
  const shown = vi.fn();
  kernel.onPtyOutput(index, (data) => shown(decode(data)));
  await program.call(n.SYS_write, 1, program.put('told\n'), 5);
  await vi.waitFor(() => expect(shown.mock.calls.flat().join('')).toBe('kept\r\ntold\r\n'));

  // A resize is a signal, which ends the wait of who has a handler for it.
  expect(await program.call(n.SYS_portside_signal_word, program.room(4))).toBe(0);
  const action = program.room(16);
  program.words(action, 4).set([99, 0, 0, 0]);
  expect(await program.call(n.SYS_rt_sigaction, SIGWINCH, action, 0, 8)).toBe(0);
  const asleep = program.call(n.SYS_read, 0, buffer, 64);
  await vi.waitFor(() => expect(kernel.getKernel().processes.byPid(pid)?.task?.parked).toBe(true));
  kernel.ptySetWinsize(index, 50, 132);
  expect([-EINTR, -512]).toContain(await asleep);
  expect(await program.call(n.SYS_ioctl, 0, 0x5413, buffer)).toBe(0);
  expect([...new Uint16Array(program.memory.buffer, buffer, 2)]).toEqual([50, 132]);
  expect(() => kernel.ptyMasterRead(77)).toThrow(expect.objectContaining({ errno: 6 }));
});

it('wakes who waits at a pipe that the host has written to, or read from', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const ends = program.room(8);
  await program.call(n.SYS_pipe2, ends, 0);
  const [reading = 0, writing = 0] = program.words(ends, 2);
  const index = kernel.pipeIndexOf(pid, reading);
  expect(kernel.pipeIndexOf(pid, writing)).toBe(index);
  expect(() => kernel.pipeIndexOf(pid, 0)).toThrow(expect.objectContaining({ errno: 9 }));
  const machine = kernel.getKernel();
  const process = machine.processes.byPid(pid);
  const end = machine.descriptions.kernelObject(process?.descriptors.get(reading) ?? 0);
  if (!(end instanceof PipeEnd)) throw new Error('no pipe');
  const parked = () => vi.waitFor(() => expect(process?.task?.parked).toBe(true));

  const buffer = program.room(64);
  const read = program.call(n.SYS_read, reading, buffer, 64);
  await parked();
  writeRing(machine.memory, end.ring, encode('by the host'), 0, 11, false);
  kernel.notifyPipeReadable(index, pid);
  expect(await read).toBe(11);
  expect(program.text(buffer, 11)).toBe('by the host');

  const capacity = machine.memory.u32[(end.ring >>> 2) + RING.CAPACITY_W] ?? 0;
  writeRing(machine.memory, end.ring, new Uint8Array(capacity), 0, capacity, false);
  const written = program.call(n.SYS_write, writing, buffer, 10);
  await parked();
  Atomics.add(machine.memory.i32, (end.ring >>> 2) + RING.TAIL_W, capacity);
  kernel.notifyPipeWritable(index);
  expect(await written).toBe(10);
});
