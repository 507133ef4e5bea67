import { beforeEach, describe, expect, it } from 'vitest';
import {
  EADDRINUSE,
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EMFILE,
  ENOTCONN,
  ENOTSOCK,
  EPIPE,
} from '../../../kernel-host/abi/errno.js';
import { F_SETFL, O_NONBLOCK } from '../../../kernel-host/abi/fcntl.js';
import { POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from '../../../kernel-host/abi/poll.js';
import { AF_INET, AF_UNIX, SHUT_WR, SOCK_STREAM } from '../../../kernel-host/abi/socket.js';
import * as number from '../../../kernel-host/abi/syscall.js';
import { bytes, isPending, type TestGuest, TestMachine, text } from './guest.js';

let machine: TestMachine;
beforeEach(() => {
  machine = new TestMachine();
});

function inet(guest: TestGuest, port: number): [address: number, length: number] {
  const at = guest.room(16);
  guest.view.setUint16(at, AF_INET, true);
  guest.view.setUint16(at + 2, port, false);
  guest.view.setUint32(at + 4, 0x7f000001, false);
  return [at, 16];
}

function unix(guest: TestGuest, path: string): [address: number, length: number] {
  const at = guest.room(2 + path.length + 1);
  guest.view.setUint16(at, AF_UNIX, true);
  guest.memory.set(bytes(path), at + 2);
  return [at, 2 + path.length + 1];
}

async function listening(guest: TestGuest, port: number, backlog = 8): Promise<number> {
  const fd = await guest.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
  expect(await guest.call(number.SYS_bind, fd, ...inet(guest, port))).toBe(0);
  expect(await guest.call(number.SYS_listen, fd, backlog)).toBe(0);
  return fd;
}

async function connected(guest: TestGuest, port: number): Promise<number> {
  const fd = await guest.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
  expect(await guest.call(number.SYS_connect, fd, ...inet(guest, port))).toBe(0);
  return fd;
}

async function pair(): Promise<{ client: TestGuest; c: number; server: TestGuest; s: number }> {
  const [client, server] = [machine.spawn(), machine.spawn()];
  const listener = await listening(server, 80);
  const c = await connected(client, 80);
  const s = await server.call(number.SYS_accept4, listener, 0, 0, 0);
  expect(s).toBeGreaterThan(listener);
  return { client, c, server, s };
}

async function write(guest: TestGuest, fd: number, what: string): Promise<number> {
  return guest.call(number.SYS_write, fd, guest.string(what), what.length);
}

async function read(guest: TestGuest, fd: number, room = 100): Promise<string | number> {
  const at = guest.room(room);
  const count = await guest.call(number.SYS_read, fd, at, room);
  return count < 0 ? count : text(guest.memory.slice(at, at + count));
}

async function events(guest: TestGuest, fd: number, wanted: number): Promise<number> {
  const at = guest.room(8);
  guest.view.setInt32(at, fd, true);
  guest.view.setInt16(at + 4, wanted, true);
  await guest.call(number.SYS_ppoll_time64, at, 1, guest.room(16));
  return guest.view.getInt16(at + 6, true);
}

describe('a connection', () => {
  it('carries bytes both ways, and who reads waits for them', async () => {
    const { client, c, server, s } = await pair();
    const reading = read(server, s);
    expect(await isPending(machine, reading)).toBe(true);
    expect(await write(client, c, 'to the server')).toBe(13);
    expect(await reading).toBe('to the server');
    await write(server, s, 'to the client');
    expect(await read(client, c)).toBe('to the client');
  });

  it('that is full makes the writer wait until the other side reads', async () => {
    const { client, c, server, s } = await pair();
    const size = 200_000;
    const at = client.bytes(new Uint8Array(size).fill(9));
    const writing = client.call(number.SYS_write, c, at, size);
    expect(await isPending(machine, writing)).toBe(true);
    const into = server.room(size);
    let got = 0;
    while (got < size) got += await server.call(number.SYS_read, s, into, size);
    expect(got).toBe(size);
    expect(await writing).toBe(size);
  });

  it('ends behind the last byte; writing to who is gone is EPIPE', async () => {
    const { client, c, server, s } = await pair();
    await write(client, c, 'last');
    await client.call(number.SYS_close, c);
    expect(await events(server, s, POLLIN | POLLRDHUP)).toBe(POLLIN | POLLRDHUP | POLLHUP);
    expect(await read(server, s)).toBe('last');
    expect(await read(server, s)).toBe('');
    expect(await write(server, s, 'x')).toBe(-EPIPE);
  });

  it('half closed still carries the answer', async () => {
    const { client, c, server, s } = await pair();
    await write(client, c, 'request');
    expect(await client.call(number.SYS_shutdown, c, SHUT_WR)).toBe(0);
    expect(await write(client, c, 'more')).toBe(-EPIPE);
    expect(await read(server, s)).toBe('request');
    expect(await read(server, s)).toBe('');
    await write(server, s, 'answer');
    await server.call(number.SYS_close, s);
    expect(await read(client, c)).toBe('answer');
    expect(await read(client, c)).toBe('');
  });

  it('closed with bytes unread is reset, but what had arrived before can be read', async () => {
    const { client, c, server, s } = await pair();
    await write(client, c, 'never read');
    await write(server, s, 'early answer');
    await server.call(number.SYS_close, s);
    expect(await read(client, c)).toBe('early answer');
    expect(await read(client, c)).toBe(-ECONNRESET);
  });

  it('frees all it took', async () => {
    const client = machine.spawn();
    const server = machine.spawn();
    const listener = await listening(server, 80);
    const once = async (): Promise<void> => {
      client.clear();
      server.clear();
      const c = await connected(client, 80);
      const s = await server.call(number.SYS_accept4, listener, 0, 0, 0);
      await write(client, c, 'x');
      await client.call(number.SYS_close, c);
      await server.call(number.SYS_close, s);
    };
    await once();
    const used = machine.kernel.pages.used;
    for (let i = 0; i < 50; i++) await once();
    expect(machine.kernel.pages.used).toBe(used);
  });

  it('wakes a poll on the other side', async () => {
    const { client, c, server, s } = await pair();
    const at = server.room(8);
    server.view.setInt32(at, s, true);
    server.view.setInt16(at + 4, POLLIN, true);
    const polling = server.call(number.SYS_ppoll_time64, at, 1, 0);
    expect(await isPending(machine, polling)).toBe(true);
    await write(client, c, '!');
    expect(await polling).toBe(1);
    expect(server.view.getInt16(at + 6, true)).toBe(POLLIN);
    expect(await events(client, c, POLLOUT | POLLIN)).toBe(POLLOUT);
  });
});

describe('listening', () => {
  it('is refused where nobody does, and where somebody else does already', async () => {
    const guest = machine.spawn();
    const fd = await guest.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    expect(await guest.call(number.SYS_connect, fd, ...inet(guest, 81))).toBe(-ECONNREFUSED);
    await listening(guest, 80);
    const second = await guest.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    expect(await guest.call(number.SYS_bind, second, ...inet(guest, 80))).toBe(-EADDRINUSE);
    expect(await guest.call(number.SYS_bind, 99, ...inet(guest, 80))).toBeLessThan(0);
    expect(await guest.call(number.SYS_accept4, fd, 0, 0, 0)).toBe(-EINVAL);
  });

  it('who does not share is not joined, even by one who would', async () => {
    const alone = machine.spawn();
    await listening(alone, 80);
    const sharing = machine.spawn({ sharedPort: 80 });
    const fd = await sharing.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    expect(await sharing.call(number.SYS_bind, fd, ...inet(sharing, 80))).toBe(-EADDRINUSE);
  });

  it('sharing is for one port', async () => {
    const sharing = machine.spawn({ sharedPort: 80 });
    await listening(sharing, 81);
    const other = machine.spawn({ sharedPort: 80 });
    const second = await other.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    expect(await other.call(number.SYS_bind, second, ...inet(other, 81))).toBe(-EADDRINUSE);
  });

  it('several on one port take turns: the next connection goes to one that waits', async () => {
    const workers = [1, 2, 3].map(() => machine.spawn({ sharedPort: 80 }));
    const client = machine.spawn();
    const waiting = await Promise.all(
      workers.map(async (worker) => {
        const listener = await listening(worker, 80);
        return { worker, listener, accepted: worker.call(number.SYS_accept4, listener, 0, 0, 0) };
      }),
    );
    expect(await isPending(machine, waiting[0]?.accepted ?? Promise.resolve())).toBe(true);
    const connections = [await connected(client, 80), await connected(client, 80)];
    const both = await Promise.all(waiting.slice(0, 2).map(({ accepted }) => accepted));
    expect(both.every((fd) => fd > 0)).toBe(true);
    const third = waiting[2];
    expect(await isPending(machine, third?.accepted ?? Promise.resolve())).toBe(true);
    connections.push(await connected(client, 80));
    expect(await third?.accepted).toBeGreaterThan(0);
    expect(connections).toHaveLength(3);
  });

  it('connections that come together wake as many as there are', async () => {
    const workers = [1, 2, 3].map(() => machine.spawn({ sharedPort: 80 }));
    const accepting: Promise<number>[] = [];
    for (const worker of workers) accepting.push(worker.call(number.SYS_accept4, await listening(worker, 80), 0, 0, 0));
    expect(await isPending(machine, Promise.race(accepting))).toBe(true);
    await Promise.all(workers.map(() => connected(machine.spawn(), 80)));
    expect((await Promise.all(accepting)).every((fd) => fd > 0)).toBe(true);
  });

  it('a connection that one process has no descriptor for goes to another that waits', async () => {
    const [full, other] = [machine.spawn({ sharedPort: 80 }), machine.spawn({ sharedPort: 80 })];
    const [fullListener, listener] = [await listening(full, 80), await listening(other, 80)];
    const accepting = full.call(number.SYS_accept4, fullListener, 0, 0, 0);
    const accepted = other.call(number.SYS_accept4, listener, 0, 0, 0);
    expect(await isPending(machine, Promise.race([accepting, accepted]))).toBe(true);
    const { descriptors } = full.process;
    const description = descriptors.get(fullListener);
    for (let fd = 0; fd < descriptors.limit; fd++) {
      if (descriptors.get(fd) >= 0) continue;
      machine.kernel.descriptions.retain(description);
      descriptors.put(fd, description, false);
    }
    await connected(machine.spawn(), 80);
    expect(await accepting).toBe(-EMFILE);
    expect(await accepted).toBeGreaterThan(0);
  });

  it('a connection is not lost with the process that was told of it, when others have the same socket', async () => {
    const parent = machine.spawn();
    const listener = await listening(parent, 80);
    const spawned = await parent.call(number.SYS_portside_spawn, parent.spawnRequest('/bin/program'));
    const child = machine.guest(spawned);
    const fds = child.room(8);
    child.view.setInt32(fds, listener, true);
    child.view.setInt16(fds + 4, POLLIN, true);
    const told = child.call(number.SYS_ppoll_time64, fds, 1, 0);
    expect(await isPending(machine, told)).toBe(true);
    const accepted = parent.call(number.SYS_accept4, listener, 0, 0, 0);
    expect(await isPending(machine, accepted)).toBe(true);
    await connected(machine.spawn(), 80);
    expect(await told).toBe(1);
    machine.kernel.processes.end(child.process, 9);
    expect(await accepted).toBeGreaterThan(0);
  });

  it('a connection that waits is taken over when the process that was first in line ends', async () => {
    const [busy, idle] = [machine.spawn({ sharedPort: 80 }), machine.spawn({ sharedPort: 80 })];
    await listening(busy, 80);
    const listener = await listening(idle, 80);
    const client = machine.spawn();
    const c = await connected(client, 80);
    machine.kernel.processes.end(busy.process, 9);
    const s = await idle.call(number.SYS_accept4, listener, 0, 0, 0);
    expect(s).toBeGreaterThan(0);
    await write(client, c, 'hello');
    expect(await read(idle, s)).toBe('hello');
  });

  it('with a full queue makes the next connect wait', async () => {
    const [server, client, late] = [machine.spawn(), machine.spawn(), machine.spawn()];
    const listener = await listening(server, 80, 1);
    await connected(client, 80);
    const connecting = connected(late, 80);
    expect(await isPending(machine, connecting)).toBe(true);
    expect(await server.call(number.SYS_accept4, listener, 0, 0, 0)).toBeGreaterThan(0);
    expect(await connecting).toBeGreaterThanOrEqual(0);
  });

  it('that another takes the place of has its waiting connects', async () => {
    const [old, next, client, late] = [
      machine.spawn({ sharedPort: 80 }),
      machine.spawn({ sharedPort: 80 }),
      machine.spawn(),
      machine.spawn(),
    ];
    const listener = await listening(old, 80, 1);
    const successor = await next.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    expect(await next.call(number.SYS_bind, successor, ...inet(next, 80))).toBe(0);
    await connected(client, 80);
    const connecting = connected(late, 80);
    expect(await isPending(machine, connecting)).toBe(true);
    // In one turn of the kernel's: the old one goes, the new one comes and is full.
    const c = await client.call(number.SYS_socket, AF_INET, SOCK_STREAM, 0);
    await Promise.all([
      old.call(number.SYS_close, listener),
      next.call(number.SYS_listen, successor, 1),
      client.call(number.SYS_connect, c, ...inet(client, 80)),
    ]);
    expect(await isPending(machine, connecting)).toBe(true);
    expect(await next.call(number.SYS_accept4, successor, 0, 0, 0)).toBeGreaterThan(0);
    expect(await connecting).toBeGreaterThanOrEqual(0);
  });

  it('that ends refuses who waits in the queue', async () => {
    const [server, client] = [machine.spawn(), machine.spawn()];
    const listener = await listening(server, 80);
    const c = await connected(client, 80);
    await server.call(number.SYS_close, listener);
    expect(await read(client, c)).toBe('');
    expect(await write(client, c, 'x')).toBe(-EPIPE);
  });

  it('keeps a connection for later when there is no descriptor for it', async () => {
    const [server, client] = [machine.spawn(), machine.spawn()];
    const listener = await listening(server, 80);
    await connected(client, 80);
    let last = 0;
    for (let fd = 0; fd >= 0; fd = await server.call(number.SYS_dup, listener)) last = Math.max(last, fd);
    expect(await server.call(number.SYS_accept4, listener, 0, 0, 0)).toBe(-EMFILE);
    await server.call(number.SYS_close, last);
    expect(await server.call(number.SYS_accept4, listener, 0, 0, 0)).toBe(last);
  });

  it('without waiting says EAGAIN', async () => {
    const guest = machine.spawn();
    const listener = await listening(guest, 80);
    expect(await guest.call(number.SYS_fcntl64, listener, F_SETFL, O_NONBLOCK)).toBe(0);
    expect(await guest.call(number.SYS_accept4, listener, 0, 0, 0)).toBe(-EAGAIN);
  });
});

describe('the UNIX domain', () => {
  it('connects by path; the path is a socket in the file system', async () => {
    const guest = machine.spawn();
    const listener = await guest.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    expect(await guest.call(number.SYS_bind, listener, ...unix(guest, '/tmp/socket'))).toBe(0);
    expect(await guest.call(number.SYS_bind, listener, ...unix(guest, '/tmp/second'))).toBe(-EINVAL);
    expect(await guest.call(number.SYS_faccessat, -100, guest.string('/tmp/second'), 0)).toBeLessThan(0);
    await guest.call(number.SYS_listen, listener, 4);
    const client = await guest.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    expect(await guest.call(number.SYS_connect, client, ...unix(guest, '/tmp/socket'))).toBe(0);
    const server = await guest.call(number.SYS_accept4, listener, 0, 0, 0);
    await write(guest, client, 'by path');
    expect(await read(guest, server)).toBe('by path');
    expect(await guest.call(number.SYS_openat, -100, guest.string('/tmp/socket'), 0, 0)).toBeLessThan(0);
  });

  it('a path that was removed and made again is another', async () => {
    const [old, next, client] = [machine.spawn(), machine.spawn(), machine.spawn()];
    const bind = async (guest: TestGuest): Promise<number> => {
      const fd = await guest.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
      expect(await guest.call(number.SYS_bind, fd, ...unix(guest, '/tmp/socket'))).toBe(0);
      expect(await guest.call(number.SYS_listen, fd, 4)).toBe(0);
      return fd;
    };
    const first = await bind(old);
    expect(await old.call(number.SYS_unlinkat, -100, old.string('/tmp/socket'), 0)).toBe(0);
    const second = await bind(next);
    const c = await client.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    expect(await client.call(number.SYS_connect, c, ...unix(client, '/tmp/socket'))).toBe(0);
    expect(await old.call(number.SYS_fcntl64, first, F_SETFL, O_NONBLOCK)).toBe(0);
    expect(await old.call(number.SYS_accept4, first, 0, 0, 0)).toBe(-EAGAIN);
    expect(await next.call(number.SYS_accept4, second, 0, 0, 0)).toBeGreaterThan(0);
  });

  it('pairs are connected from the first', async () => {
    const guest = machine.spawn();
    const at = guest.room(8);
    expect(await guest.call(number.SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, at)).toBe(0);
    const [a, b] = [guest.view.getInt32(at, true), guest.view.getInt32(at + 4, true)];
    await write(guest, a, 'over');
    expect(await read(guest, b)).toBe('over');
    expect(await guest.call(number.SYS_shutdown, a, SHUT_WR)).toBe(0);
    expect(await read(guest, b)).toBe('');
  });

  it('what is no socket, or not connected, says so', async () => {
    const guest = machine.spawn();
    const fd = await guest.call(number.SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    expect(await read(guest, fd)).toBe(-ENOTCONN);
    const file = await guest.call(number.SYS_openat, -100, guest.string('/etc/passwd'), 0, 0);
    expect(await guest.call(number.SYS_listen, file, 1)).toBe(-ENOTSOCK);
  });
});
