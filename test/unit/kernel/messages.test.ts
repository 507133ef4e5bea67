import { beforeEach, describe, expect, it } from 'vitest';
import { EAGAIN, ETOOMANYREFS } from '../../../kernel-host/abi/errno.js';
import {
  AF_UNIX,
  MSG_DONTWAIT,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../../kernel-host/abi/socket.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { type TestGuest, TestMachine } from './guest.js';

let machine: TestMachine;
beforeEach(() => {
  machine = new TestMachine();
});

async function pair(guest: TestGuest, type: number): Promise<readonly [number, number]> {
  const at = guest.room(8);
  expect(await guest.call(number.SYS_socketpair, AF_UNIX, type, 0, at)).toBe(0);
  return [guest.view.getInt32(at, true), guest.view.getInt32(at + 4, true)];
}

/** struct msghdr with one byte and these descriptors. */
function message(guest: TestGuest, fds: readonly number[]): number {
  const at = guest.room(64 + fds.length * 4);
  const { view } = guest;
  view.setUint32(at + 8, at + 28, true);
  view.setUint32(at + 12, 1, true);
  view.setUint32(at + 28, at + 36, true);
  view.setUint32(at + 32, 1, true);
  view.setUint32(at + 16, at + 40, true);
  view.setUint32(at + 20, 12 + fds.length * 4, true);
  for (const [i, word] of [12 + fds.length * 4, SOL_SOCKET, SCM_RIGHTS, ...fds].entries())
    view.setInt32(at + 40 + i * 4, word, true);
  return at;
}

describe.each([SOCK_STREAM, SOCK_DGRAM])('descriptors on their way, type %i', (type) => {
  it('are no more than a process may have, and those that are lost count no longer', async () => {
    const guest = machine.spawn();
    const [a, b] = await pair(guest, type);
    const many = message(guest, new Array(SCM_MAX_FD).fill(a));
    let sent = 0;
    let result = 0;
    while ((result = await guest.call(number.SYS_sendmsg, a, many, 0)) === 1) sent++;
    expect(result).toBe(-ETOOMANYREFS);
    expect(sent).toBe(Math.floor(1024 / SCM_MAX_FD));
    const byte = guest.room(1);
    for (let i = 0; i < sent; i++) expect(await guest.call(number.SYS_read, b, byte, 1)).toBe(1);
    expect(await guest.call(number.SYS_sendmsg, a, many, 0)).toBe(1);
  });

  it('keep what they refer to, until the socket that they wait in is closed', async () => {
    const guest = machine.spawn();
    const [a, b] = await pair(guest, type);
    const [c, d] = await pair(guest, SOCK_STREAM);
    expect(await guest.call(number.SYS_sendmsg, a, message(guest, [c]), 0)).toBe(1);
    await guest.call(number.SYS_close, c);
    const byte = guest.room(1);
    expect(await guest.call(number.SYS_recvfrom, d, byte, 1, MSG_DONTWAIT, 0, 0)).toBe(-EAGAIN);
    await guest.call(number.SYS_close, b);
    expect(await guest.call(number.SYS_recvfrom, d, byte, 1, MSG_DONTWAIT, 0, 0)).toBe(0);
  });
});
