import { expect, test } from 'vitest';
import { AF_INET, SOCK_STREAM } from '../../../kernel-host/abi/socket.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { takeSnapshot } from '../../../kernel-host/inspect/snapshot.js';
import { type TestGuest, TestMachine } from '../kernel/guest.js';

function loopback(guest: TestGuest, port: number): [address: number, length: number] {
  const at = guest.room(16);
  guest.view.setUint16(at, AF_INET, true);
  guest.view.setUint16(at + 2, port, false);
  guest.view.setUint32(at + 4, 0x7f000001, false);
  return [at, 16];
}

async function listening(guest: TestGuest, port: number, backlog: number): Promise<number> {
  const fd = await guest.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
  await guest.call(number.SYS_bind, fd, ...loopback(guest, port));
  expect(await guest.call(number.SYS_listen, fd, backlog)).toBe(0);
  return fd;
}

test('names who listens, what waits, and both ends of each connection', async () => {
  const machine = new TestMachine();
  const [first, second, client] = [
    machine.spawn({ sharedPort: 80 }),
    machine.spawn({ sharedPort: 80 }),
    machine.spawn(),
  ];
  const listener = await listening(first, 80, 8);
  await listening(second, 80, 8);
  const fd = await client.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
  expect(await client.call(number.SYS_connect, fd, ...loopback(client, 80))).toBe(0);
  expect(takeSnapshot(machine.kernel).listeners).toEqual([
    { address: '127.0.0.1:80', pending: 1, backlog: 8, pids: [first.process.pid, second.process.pid] },
  ]);

  const accepted = await first.call(number.SYS_accept4, listener, 0, 0, 0);
  await client.call(number.SYS_write, fd, client.string('hello'), 5);
  const { listeners, connections, processes, memory } = takeSnapshot(machine.kernel);
  expect(listeners).toMatchObject([{ pending: 0 }]);
  expect(connections).toMatchObject([
    { pid: first.process.pid, fd: accepted, local: '127.0.0.1:80', unread: 5, state: 'open' },
    { pid: client.process.pid, fd, remote: '127.0.0.1:80', unread: 0, state: 'open' },
  ]);
  expect(processes.map(({ pid, name, parent }) => [pid, name, parent])).toEqual(
    [first, second, client].map(({ process }) => [process.pid, 'program', 0]),
  );
  expect(processes[0]?.descriptors).toBe(2);
  expect(memory).toBe(machine.kernel.memory.u8.length);

  await first.call(number.SYS_close, accepted);
  expect(takeSnapshot(machine.kernel).connections).toMatchObject([{ pid: client.process.pid, state: 'reset' }]);
});

test('a process that has ended has nothing open', async () => {
  const machine = new TestMachine();
  const guest = machine.spawn();
  await listening(guest, 80, 8);
  machine.kernel.processes.end(guest.process, 0);
  const { listeners, processes } = takeSnapshot(machine.kernel);
  expect(listeners).toEqual([]);
  for (const { state, descriptors } of processes) expect([state, descriptors]).toEqual(['ended', 0]);
});

test('the host sees when a guest accepts its connection', async () => {
  const machine = new TestMachine();
  const guest = machine.spawn();
  const listener = await listening(guest, 80, 8);
  const connection = machine.kernel.network.connect(80);
  if (!connection) throw new Error('No connection.');
  let accepted = 0;
  connection.onAccepted = () => accepted++;
  expect(accepted).toBe(0);
  await guest.call(number.SYS_accept4, listener, 0, 0, 0);
  expect(accepted).toBe(1);
});
