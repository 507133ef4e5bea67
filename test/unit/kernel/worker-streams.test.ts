/** What a process's worker does to connections without a call to the kernel, as the kernel and others see it. */
import { describe, expect, it } from 'vitest';
import { EAGAIN, EBADF, EPIPE } from '../../../kernel-host/abi/errno.js';
import { O_NONBLOCK } from '../../../kernel-host/abi/fcntl.js';
import { AF_UNIX, SHUT_RD, SHUT_RDWR, SHUT_WR, SOCK_STREAM } from '../../../kernel-host/abi/socket.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { CROSS } from '../../../kernel-host/fs/path-walk.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { ProcessView } from '../../../kernel-host/vdso/process-view.js';
import { LocalStreams } from '../../../kernel-host/vdso/streams.js';
import { type TestGuest, TestMachine } from './guest.js';

const streamsOf = ({ start }: TestGuest): LocalStreams =>
  new LocalStreams(new ProcessView(new KernelMemory(start.memory), start.process));

async function pair(guest: TestGuest, flags = 0): Promise<readonly [number, number]> {
  const at = guest.room(8);
  expect(await guest.call(number.SYS_socketpair, AF_UNIX, SOCK_STREAM | flags, 0, at)).toBe(0);
  return [guest.view.getInt32(at, true), guest.view.getInt32(at + 4, true)];
}

describe('shutdown', () => {
  it('wakes who sleeps for bytes: there are none to come', async () => {
    const guest = new TestMachine().spawn();
    const [a, b] = await pair(guest);
    const reading = guest.call(number.SYS_read, b, guest.room(1), 1);
    expect(streamsOf(guest).shutdown(a, SHUT_WR)).toBe(0);
    expect(await reading).toBe(0);
  });

  it('lets nothing more be written, from either side of the direction', async () => {
    const guest = new TestMachine().spawn();
    const [a, b] = await pair(guest, O_NONBLOCK);
    expect(streamsOf(guest).shutdown(a, SHUT_RD)).toBe(0);
    expect(await guest.call(number.SYS_write, b, guest.room(1), 1)).toBe(-EPIPE);
    expect(await guest.call(number.SYS_read, b, guest.room(1), 1)).toBe(-EAGAIN);
    expect(streamsOf(guest).shutdown(a, SHUT_RDWR)).toBe(0);
    expect(await guest.call(number.SYS_read, b, guest.room(1), 1)).toBe(0);
  });

  it('leaves to the kernel what it alone tells apart', async () => {
    const guest = new TestMachine().spawn();
    const [a] = await pair(guest);
    const unconnected = await guest.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    expect(streamsOf(guest).shutdown(unconnected, SHUT_WR)).toBe(CROSS);
    expect(streamsOf(guest).shutdown(a, 3)).toBe(CROSS);
    expect(streamsOf(guest).shutdown(200, SHUT_WR)).toBe(-EBADF);
  });
});
