/** Pipes and sockets (POSIX 2.10). Stream sockets of the loopback interface and of the UNIX domain. */
import {
  EADDRINUSE,
  EAFNOSUPPORT,
  EAGAIN,
  ECONNREFUSED,
  EINVAL,
  EMFILE,
  ENOTCONN,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  Errno,
  ESOCKTNOSUPPORT,
} from '../abi/errno.js';
import { O_CLOEXEC, O_NONBLOCK, O_PATH, O_RDWR } from '../abi/fcntl.js';
import { POLLIN, POLLOUT } from '../abi/poll.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_WAITALL,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from '../abi/socket.js';
import { S_IFSOCK } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import { KIND_SOCKET } from '../memory/layout.js';
import { INADDR_ANY, readAddress, type SocketAddress, writeAddress } from '../net/address.js';
import type { Socket } from '../net/socket.js';
import { createPipe } from '../pipe/pipe.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, install, nonBlocking, socketAt, whenReady } from './call.js';
import { sharesPort } from './socket-options.js';

function installSocket(kernel: Kernel, task: Task, created: Socket, flags: number): number {
  const description = kernel.descriptions.create(
    KIND_SOCKET,
    O_RDWR | (flags & SOCK_NONBLOCK),
    created.record,
    created,
  );
  if (description < 0) {
    created.release();
    return description;
  }
  return install(kernel, task, description, (flags & SOCK_CLOEXEC) !== 0);
}

/** @throws Errno: datagrams, IPv6 and raw sockets are not there */
function checkType(domain: number, type: number, protocol: number): void {
  if (domain === AF_INET6 || (domain !== AF_INET && domain !== AF_UNIX)) throw new Errno(EAFNOSUPPORT);
  if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) throw new Errno(EINVAL);
  if ((type & SOCK_TYPE_MASK) !== SOCK_STREAM) throw new Errno(ESOCKTNOSUPPORT);
  if (protocol !== 0 && !(domain === AF_INET && protocol === IPPROTO_TCP)) throw new Errno(EPROTONOSUPPORT);
}

const socket: Handler = (kernel, task, domain, type, protocol) => {
  checkType(domain, type, protocol);
  const created = kernel.network.create(domain);
  return typeof created === 'number' ? created : installSocket(kernel, task, created, type);
};

const socketpair: Handler = (kernel, task, domain, type, protocol, result) => {
  if (domain !== AF_UNIX) return -EOPNOTSUPP;
  checkType(domain, type, protocol);
  task.memory.bytes(result, 8);
  const pair = kernel.network.pair();
  if (typeof pair === 'number') return pair;
  const a = installSocket(kernel, task, pair[0], type);
  const b = a < 0 ? a : installSocket(kernel, task, pair[1], type);
  if (b < 0) {
    if (a < 0) pair[1].release();
    else kernel.closeDescriptor(task.process, a, describe(task, a));
    return b;
  }
  task.memory.setInt32(result, a);
  task.memory.setInt32(result + 4, b);
  return 0;
};

const pipe2: Handler = (kernel, task, result, flags) => {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -EINVAL;
  task.memory.bytes(result, 8);
  const ends = createPipe(kernel.memory, kernel.rings);
  if (typeof ends === 'number') return ends;
  const descriptors: number[] = [];
  for (const [index, end] of ends.entries()) {
    const description = kernel.describePipe(end, flags & O_NONBLOCK);
    const fd = description < 0 ? description : install(kernel, task, description, (flags & O_CLOEXEC) !== 0);
    if (fd < 0) {
      if (description < 0) end.release();
      if (index === 0) ends[1].release();
      for (const open of descriptors) kernel.closeDescriptor(task.process, open, describe(task, open));
      return fd;
    }
    descriptors.push(fd);
  }
  for (const [index, fd] of descriptors.entries()) task.memory.setInt32(result + index * 4, fd);
  return 0;
};

/** What names a UNIX socket's path: its inode, or the abstract name itself. */
const unixKey = (kernel: Kernel, task: Task, path: Uint8Array): string => {
  if (path[0] === 0) return `abstract ${path.join(',')}`;
  const place = kernel.vfs.lookup(task.process.cwd, path, true);
  return kernel.lockKey(place);
};

const bind: Handler = (kernel, task, fd, address, length) => {
  const { socket: bound } = socketAt(kernel, task, fd);
  const where = readAddress(task.memory, address, length);
  if ((where.family === 'unix') !== (bound.domain === AF_UNIX)) return -EAFNOSUPPORT;
  if (where.family === 'inet') {
    const shares = where.port === task.process.sharedPort || sharesPort(bound);
    return kernel.network.bindPort(bound, where, shares);
  }
  // Before a file is made for it.
  if (where.path.length === 0 || bound.bound) return -EINVAL;
  if (where.path[0] === 0) return kernel.network.bindPath(bound, where.path, unixKey(kernel, task, where.path));
  const found = kernel.vfs.resolve(task.process.cwd, where.path, true);
  if (found.node !== 0) return -EADDRINUSE;
  const { fileSystem } = found;
  const node = fileSystem.create(found.directory, found.name, S_IFSOCK | (0o777 & ~task.process.umask), 0);
  if (node < 0) return node;
  // Kept while the socket is there, unlinked or not: a file that came to have its inode would be taken for the socket.
  const held = fileSystem.open(node, O_PATH);
  if (held < 0) return held;
  return kernel.network.bindPath(bound, where.path, kernel.lockKey({ fileSystem, node }), () => fileSystem.close(node));
};

const listen: Handler = (kernel, task, fd, backlog) =>
  kernel.network.listen(socketAt(kernel, task, fd).socket, backlog);

const accept4: Handler = (kernel, task, fd, address, lengthAt, flags) => {
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return -EINVAL;
  const { socket: listening, description } = socketAt(kernel, task, fd);
  if (address !== 0) task.memory.bytes(address, task.memory.getInt32(lengthAt));
  const attempt = (): number => {
    if (listening.state.kind !== 'listening') return -EINVAL;
    // Before a connection is taken from the queue: it stays there for who can have it.
    if (!task.process.descriptors.hasRoom) {
      listening.state.listener.passOn();
      return -EMFILE;
    }
    const accepted = kernel.network.accept(listening, listening.state.listener);
    if (accepted === null) return -EAGAIN;
    if (typeof accepted === 'number') return accepted;
    const result = installSocket(kernel, task, accepted, flags);
    if (result >= 0 && accepted.state.kind === 'connected')
      writeAddress(task.memory, address, lengthAt, accepted.state.end.remote);
    return result;
  };
  return whenReady(task, listening, description, POLLIN, !nonBlocking(kernel, description), attempt);
};

const accept: Handler = (kernel, task, fd, address, lengthAt, _flags, e, f) =>
  accept4(kernel, task, fd, address, lengthAt, 0, e, f);

const connect: Handler = (kernel, task, fd, address, length) => {
  const { socket: connecting, description } = socketAt(kernel, task, fd);
  const where = readAddress(task.memory, address, length);
  if ((where.family === 'unix') !== (connecting.domain === AF_UNIX)) return -EAFNOSUPPORT;
  const mayWait = !nonBlocking(kernel, description);
  const queues: WaitQueue[] = [];
  const attempt = (): number => {
    const listener = kernel.network.listenerAt(
      where,
      where.family === 'unix' ? unixKey(kernel, task, where.path) : null,
    );
    if (typeof listener === 'number') return listener;
    if (listener.full) {
      // connect(2): EAGAIN for a full UNIX backlog; TCP without waiting would need EINPROGRESS, which nobody could poll for.
      if (!mayWait) return where.family === 'unix' ? -EAGAIN : -ECONNREFUSED;
      // Another listener may have taken the place of the one that was waited for.
      queues[0] = listener.room;
      return task.parked ? PARKED : task.park({ queues, retry: attempt, deadline: null, expired: () => -EAGAIN });
    }
    return kernel.network.connectSocket(connecting, listener, where);
  };
  return attempt();
};

const nowhere = (domain: number): SocketAddress =>
  domain === AF_UNIX ? { family: 'unix', path: new Uint8Array(0) } : { family: 'inet', host: INADDR_ANY, port: 0 };

const getsockname: Handler = (kernel, task, fd, address, lengthAt) => {
  const { socket: named } = socketAt(kernel, task, fd);
  const local = named.state.kind === 'connected' ? named.state.end.local : (named.bound ?? nowhere(named.domain));
  writeAddress(task.memory, address, lengthAt, local);
  return 0;
};

const getpeername: Handler = (kernel, task, fd, address, lengthAt) => {
  const { socket: named } = socketAt(kernel, task, fd);
  if (named.state.kind !== 'connected') return -ENOTCONN;
  writeAddress(task.memory, address, lengthAt, named.state.end.remote);
  return 0;
};

const sendto: Handler = (kernel, task, fd, buffer, count, flags) => {
  if ((flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) !== 0) return -EOPNOTSUPP;
  const { socket: sending, description } = socketAt(kernel, task, fd);
  const from = task.memory.bytes(buffer, count);
  const mayWait = (flags & MSG_DONTWAIT) === 0 && !nonBlocking(kernel, description);
  let done = 0;
  return whenReady(task, sending, description, POLLOUT, mayWait, () => {
    for (;;) {
      const sent = sending.write(description, from.subarray(done));
      if (sent < 0) return done > 0 && (sent !== -EAGAIN || !mayWait) ? done : sent;
      done += sent;
      if (done === from.length) return done;
    }
  });
};

const recvfrom: Handler = (kernel, task, fd, buffer, count, flags, address, lengthAt) => {
  if ((flags & ~(MSG_DONTWAIT | MSG_PEEK | MSG_WAITALL | MSG_NOSIGNAL)) !== 0) return -EOPNOTSUPP;
  const { socket: receiving, description } = socketAt(kernel, task, fd);
  const into = task.memory.bytes(buffer, count);
  const peek = (flags & MSG_PEEK) !== 0;
  const whole = (flags & MSG_WAITALL) !== 0 && !peek;
  const mayWait = (flags & MSG_DONTWAIT) === 0 && !nonBlocking(kernel, description);
  let done = 0;
  return whenReady(task, receiving, description, POLLIN, mayWait, () => {
    for (;;) {
      const got = receiving.receive(into.subarray(done), peek);
      if (got < 0) return done > 0 && (got !== -EAGAIN || !mayWait) ? done : got;
      done += got;
      if (!whole || got === 0 || done === into.length) break;
    }
    if (address !== 0 && receiving.state.kind === 'connected')
      writeAddress(task.memory, address, lengthAt, receiving.state.end.remote);
    return done;
  });
};

const shutdown: Handler = (kernel, task, fd, how) => socketAt(kernel, task, fd).socket.shutdown(how);

export const socketCalls = {
  socket,
  socketpair,
  pipe2,
  bind,
  listen,
  accept,
  accept4,
  connect,
  getsockname,
  getpeername,
  sendto,
  recvfrom,
  shutdown,
};
