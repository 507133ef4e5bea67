/** Pipes and sockets (POSIX 2.10) of the loopback interface and of the UNIX domain: how they come to be, and are joined. */
import {
  EADDRINUSE,
  EAFNOSUPPORT,
  EAGAIN,
  EALREADY,
  ECONNABORTED,
  EINVAL,
  EMFILE,
  ENETUNREACH,
  ENOTCONN,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  EPROTOTYPE,
  Errno,
  ESOCKTNOSUPPORT,
} from '../abi/errno.js';
import { O_CLOEXEC, O_NONBLOCK, O_PATH } from '../abi/fcntl.js';
import { POLLIN } from '../abi/poll.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from '../abi/socket.js';
import { S_IFSOCK } from '../abi/stat.js';
import { make } from '../fs/making.js';
import type { Kernel } from '../kernel.js';
import { readAddress, type SocketAddress, writeAddress } from '../net/address.js';
import { DatagramSocket } from '../net/datagram-socket.js';
import { IN6ADDR_ANY, IN6ADDR_ANY_ONLY, reached } from '../net/host-address.js';
import { connectWithoutWaiting } from '../net/pending-connection.js';
import type { Socket } from '../net/socket.js';
import { createPipe } from '../pipe/pipe.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, install, nonBlocking, socketAt, streamAt, whenReady } from './call.js';
import { ownCredentials } from './control-messages.js';
import { acceptPackets, connectPackets } from './packet-connections.js';
import { installSocket, nowhere, remoteOf, remoteOfStream } from './socket-files.js';
import { hearsV6Only, sharesAddress, sharesPort } from './socket-options.js';

/** @throws Errno: raw sockets are not there */
function checkType(domain: number, type: number, protocol: number): void {
  if (domain !== AF_INET && domain !== AF_INET6 && domain !== AF_UNIX) throw new Errno(EAFNOSUPPORT);
  if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) throw new Errno(EINVAL);
  const kind = type & SOCK_TYPE_MASK;
  const known = kind === SOCK_STREAM || kind === SOCK_DGRAM || (kind === SOCK_SEQPACKET && domain === AF_UNIX);
  if (!known) throw new Errno(ESOCKTNOSUPPORT);
  const own = kind === SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
  if (protocol !== 0 && !(domain !== AF_UNIX && protocol === own)) throw new Errno(EPROTONOSUPPORT);
}

const socket: Handler = (kernel, task, domain, type, protocol) => {
  checkType(domain, type, protocol);
  const kind = type & SOCK_TYPE_MASK;
  if (kind !== SOCK_STREAM) return installSocket(kernel, task, kernel.datagrams.create(domain, kind), type);
  const created = kernel.network.create(domain);
  return typeof created === 'number' ? created : installSocket(kernel, task, created, type);
};

const socketpair: Handler = (kernel, task, domain, type, protocol, result) => {
  if (domain !== AF_UNIX) return -EOPNOTSUPP;
  checkType(domain, type, protocol);
  task.memory.bytes(result, 8);
  const kind = type & SOCK_TYPE_MASK;
  const pair = kind === SOCK_STREAM ? kernel.network.pair() : kernel.datagrams.pair(kind);
  if (typeof pair === 'number') return pair;
  for (const end of pair)
    if (!(end instanceof DatagramSocket) && end.state.kind === 'connected')
      end.state.end.peerCredentials = ownCredentials(task);
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

/** What names a UNIX socket's path: its inode, or the abstract name itself. @throws Errno as looking a path up */
export const unixKey = (kernel: Kernel, task: Task, path: Uint8Array): string => {
  if (path[0] === 0) return `abstract ${path.join(',')}`;
  const place = kernel.vfs.lookup(task.process.cwd, path, true);
  return kernel.lockKey(place);
};

/** Where a socket is bound that hears IPv6 alone. @throws Errno EINVAL for IPv4 within that (ipv6(7)) */
function only(socket: Socket | DatagramSocket, where: SocketAddress): SocketAddress {
  if (where.family !== 'inet' || !hearsV6Only(socket)) return where;
  if (where.host < IN6ADDR_ANY) throw new Errno(EINVAL);
  return where.host === IN6ADDR_ANY ? { ...where, host: IN6ADDR_ANY_ONLY } : where;
}

const bind: Handler = (kernel, task, fd, address, length) => {
  const { socket: bound } = socketAt(kernel, task, fd);
  const where = only(bound, readAddress(task.memory, address, length, bound.domain));
  if ((where.family === 'unix') !== (bound.domain === AF_UNIX)) return -EAFNOSUPPORT;
  if (where.family === 'inet') {
    if (bound instanceof DatagramSocket) return kernel.datagrams.bindPort(bound, where, sharesAddress);
    const shares = where.port === task.process.sharedPort || sharesPort(bound);
    return kernel.network.bindPort(bound, where, shares);
  }
  // Before a file is made for it.
  if (where.path.length === 0 || bound.bound) return -EINVAL;
  const bindPath = (key: string, released?: () => void): number =>
    bound instanceof DatagramSocket
      ? kernel.datagrams.bindPath(bound, where.path, key, released)
      : kernel.network.bindPath(bound, where.path, key, released);
  if (where.path[0] === 0) return bindPath(unixKey(kernel, task, where.path));
  const found = kernel.vfs.resolve(task.process.cwd, where.path, true);
  if (found.node !== 0) return -EADDRINUSE;
  const { fileSystem } = found;
  const { credentials, umask } = task.process;
  const node = make(kernel.vfs, found, found.name, S_IFSOCK | (0o777 & ~umask), 0, credentials);
  if (node < 0) return node;
  // Kept while the socket is there, unlinked or not: a file that came to have its inode would be taken for the socket.
  const held = fileSystem.open(node, O_PATH);
  if (held < 0) return held;
  return bindPath(kernel.lockKey({ fileSystem, node }), () => fileSystem.close(node));
};

const listen: Handler = (kernel, task, fd, backlog) => {
  const { socket: listening } = socketAt(kernel, task, fd);
  if (listening instanceof DatagramSocket) return kernel.datagrams.listen(listening, backlog, ownCredentials(task));
  const result = kernel.network.listen(listening, backlog);
  if (listening.state.kind === 'listening') listening.state.listener.credentials = ownCredentials(task);
  return result;
};

const accept4: Handler = (kernel, task, fd, address, lengthAt, flags) => {
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return -EINVAL;
  const { socket: either, description: described } = socketAt(kernel, task, fd);
  if (address !== 0) task.memory.bytes(address, task.memory.getInt32(lengthAt));
  if (either instanceof DatagramSocket) return acceptPackets(kernel, task, either, described, address, lengthAt, flags);
  const { socket: listening, description } = streamAt(kernel, task, fd);
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
      writeAddress(task.memory, address, lengthAt, accepted.state.end.remote, listening.domain);
    return result;
  };
  return whenReady(task, listening, description, POLLIN, !nonBlocking(kernel, description), attempt);
};

const accept: Handler = (kernel, task, fd, address, lengthAt, _flags, e, f) =>
  accept4(kernel, task, fd, address, lengthAt, 0, e, f);

const connect: Handler = (kernel, task, fd, address, length) => {
  const { socket: connecting, description } = socketAt(kernel, task, fd);
  if (connecting instanceof DatagramSocket && length >= 2 && task.memory.getInt16(address) === AF_UNSPEC)
    return kernel.datagrams.disconnect(connecting);
  const mayWait = !nonBlocking(kernel, description);
  const where = readAddress(task.memory, address, length, connecting.domain);
  // ipv6(7): it has no way to IPv4.
  if (where.family === 'inet' && where.host < IN6ADDR_ANY && hearsV6Only(connecting)) return -ENETUNREACH;
  if ((where.family === 'unix') !== (connecting.domain === AF_UNIX)) return -EAFNOSUPPORT;
  if (connecting instanceof DatagramSocket) return connectDatagrams(kernel, task, connecting, where, mayWait);
  if (connecting.state.kind === 'connecting') return mayWait ? untilConnected(task, connecting) : -EALREADY;
  if (where.family === 'inet' && !mayWait)
    return connectWithoutWaiting(
      kernel.network,
      connecting,
      reachedAddress(where),
      ownCredentials(task),
      kernel.enqueue,
    );
  const queues: WaitQueue[] = [];
  const attempt = (): number => {
    const key = where.family === 'unix' ? unixKey(kernel, task, where.path) : null;
    const listener = kernel.network.listenerAt(where, key);
    if (key !== null && kernel.datagrams.atPath(key)) return -EPROTOTYPE;
    if (typeof listener === 'number') return listener;
    if (connecting.mayConnect < 0) return connecting.mayConnect;
    if (listener.full) {
      // connect(2): for UNIX domain sockets.
      if (!mayWait) return -EAGAIN;
      // Another listener may have taken the place of the one that was waited for.
      queues[0] = listener.room;
      return task.parked ? PARKED : task.park({ queues, retry: attempt, deadline: null, expired: () => -EAGAIN });
    }
    return kernel.network.connectSocket(connecting, listener, reachedAddress(where), ownCredentials(task));
  };
  return attempt();
};

const reachedAddress = (where: SocketAddress): SocketAddress =>
  where.family === 'inet' ? { ...where, host: reached(where.host) } : where;

/** One asked for its connection without waiting before. */
function untilConnected(task: Task, socket: Socket): number {
  const settled = (): number => {
    if (socket.state.kind === 'connecting') return PARKED;
    return socket.state.kind === 'connected' ? 0 : -(socket.takeError() || ECONNABORTED);
  };
  return task.park({ queues: [socket.writable], retry: settled, deadline: null, expired: () => -EAGAIN });
}

/** connect() of what keeps messages apart: no more than where they go to. @throws Errno as looking a path up */
function connectDatagrams(
  kernel: Kernel,
  task: Task,
  socket: DatagramSocket,
  where: SocketAddress,
  mayWait: boolean,
): number {
  const key = where.family === 'unix' ? unixKey(kernel, task, where.path) : null;
  if (socket.type === SOCK_SEQPACKET) return connectPackets(kernel, task, socket, key, mayWait);
  if (key !== null && typeof kernel.network.listenerAt(where, key) !== 'number') return -EPROTOTYPE;
  return kernel.datagrams.connect(socket, where, key);
}

const getsockname: Handler = (kernel, task, fd, address, lengthAt) => {
  const { socket: named } = socketAt(kernel, task, fd);
  const stream = !(named instanceof DatagramSocket) && named.state.kind === 'connected' ? named.state.end : null;
  const local = stream?.local ?? named.bound ?? nowhere(named.domain);
  writeAddress(task.memory, address, lengthAt, local, named.domain);
  return 0;
};

const getpeername: Handler = (kernel, task, fd, address, lengthAt) => {
  const { socket: named } = socketAt(kernel, task, fd);
  const remote = named instanceof DatagramSocket ? remoteOf(named) : remoteOfStream(named);
  if (!remote) return -ENOTCONN;
  writeAddress(task.memory, address, lengthAt, remote, named.domain);
  return 0;
};

const shutdown: Handler = (kernel, task, fd, how) => {
  const { socket: ending } = socketAt(kernel, task, fd);
  if (!(ending instanceof DatagramSocket) && ending.state.kind === 'listening')
    return kernel.network.shutdownListening(ending, how);
  return ending.shutdown(how);
};

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
  shutdown,
};
