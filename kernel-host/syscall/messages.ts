/** What sockets send and receive (POSIX send(), sendto(), sendmsg(), recv(), recvfrom(), recvmsg(); unix(7)). */
import { EAFNOSUPPORT, EAGAIN, EINTR, EISCONN, EOPNOTSUPP, ERESTARTSYS } from '../abi/errno.js';
import { POLLIN, POLLOUT } from '../abi/poll.js';
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
} from '../abi/socket.js';
import type { Kernel } from '../kernel.js';
import { readAddress, type SocketAddress, writeAddress } from '../net/address.js';
import { DatagramSocket, type UnixCredentials } from '../net/datagram-socket.js';
import type { Rights } from '../net/rights.js';
import type { Socket } from '../net/socket.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, nonBlocking, socketAt, whenReady } from './call.js';
import {
  type Control,
  NAME_LENGTH_OFFSET,
  NO_CONTROL,
  ownCredentials,
  readControl,
  readHeader,
  writeControl,
  writeFlags,
} from './control-messages.js';
import { passesCredentials } from './socket-options.js';
import { unixKey } from './sockets.js';
import { gathered, scatter, sizeOf } from './vectors.js';

const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR;
const RECEIVE_FLAGS = MSG_DONTWAIT | MSG_PEEK | MSG_WAITALL | MSG_NOSIGNAL | MSG_TRUNC | MSG_CMSG_CLOEXEC;

function transmit(
  kernel: Kernel,
  task: Task,
  fd: number,
  from: Uint8Array,
  flags: number,
  to: SocketAddress | null,
  control: Control,
): number {
  if ((flags & ~SEND_FLAGS) !== 0) return -EOPNOTSUPP;
  const { socket, description } = socketAt(kernel, task, fd);
  const mayWait = (flags & MSG_DONTWAIT) === 0 && !nonBlocking(kernel, description);
  // Rights are of the UNIX domain; elsewhere Linux does not look at them.
  const rights =
    control.descriptors.length > 0 && socket.domain === AF_UNIX ? () => rightsOf(kernel, task, control) : undefined;
  if (socket instanceof DatagramSocket) return sendMessage(kernel, task, socket, from, mayWait, to, control, rights);
  // A connection has one other end: TCP does not look at the address (POSIX sendto()).
  if (to && socket.domain === AF_UNIX) return socket.state.kind === 'connected' ? -EISCONN : -EOPNOTSUPP;
  let done = 0;
  const attempt = (): number => {
    for (;;) {
      const sent = socket.send(from.subarray(done), done === 0 ? rights : undefined);
      if (sent < 0) return done > 0 && (sent !== -EAGAIN || !mayWait) ? done : sent;
      done += sent;
      if (done === from.length) return done;
    }
  };
  // What is sent is sent.
  return whenReady(task, socket, description, POLLOUT, mayWait, attempt, () => (done > 0 ? done : -ERESTARTSYS));
}

/** @throws Errno EBADF for what was closed while the call waited; ETOOMANYREFS */
const rightsOf = (kernel: Kernel, task: Task, { descriptors }: Control): Rights =>
  kernel.rights.send(
    descriptors.map((fd) => describe(task, fd)),
    task.process.descriptors.limit,
  );

function sendMessage(
  kernel: Kernel,
  task: Task,
  socket: DatagramSocket,
  bytes: Uint8Array,
  mayWait: boolean,
  to: SocketAddress | null,
  control: Control,
  rights: (() => Rights) | undefined,
): number {
  const { datagrams } = kernel;
  if (to && (to.family === 'unix') !== (socket.domain === AF_UNIX)) return -EAFNOSUPPORT;
  const key = to?.family === 'unix' ? unixKey(kernel, task, to.path) : null;
  const credentials = control.credentials ?? ownCredentials(task);
  /** Who has no room. */
  let full: DatagramSocket | null = null;
  const attempt = (): number => {
    const allowed = socket.checkSending(bytes.length);
    if (allowed < 0) return allowed;
    const target = datagrams.target(socket, to, key);
    if (typeof target === 'number') return target;
    const sent = rights?.() ?? null;
    const message = {
      bytes: bytes.slice(),
      from: datagrams.source(socket, to ?? socket.remote),
      credentials,
      rights: sent,
    };
    const result = datagrams.deliver(target, message);
    if (result === 0) return bytes.length;
    sent?.drop();
    full = target;
    return result;
  };
  const result = attempt();
  return result === -EAGAIN && mayWait && full ? untilRoom(task, socket, full, attempt) : result;
}

/** Asleep until `attempt` gives something else than -EAGAIN, or the sender's time limit passes. */
function untilRoom(task: Task, { sendTimeout }: DatagramSocket, full: DatagramSocket, attempt: () => number): number {
  const retry = (): number => {
    const result = attempt();
    return result === -EAGAIN ? PARKED : result;
  };
  const queues = [full.room];
  if (sendTimeout === null) return task.park({ queues, retry, deadline: null, expired: () => -EINTR });
  const deadline = task.deadlineAfter(sendTimeout);
  return task.park({ queues, retry, deadline, expired: () => -EAGAIN, interrupted: () => -EINTR });
}

/** What came, beside its bytes. */
interface Received {
  from: SocketAddress | null;
  credentials: UnixCredentials | null;
  /** Descriptions whose references are the receiver's. */
  passed: readonly number[];
  /** MSG_TRUNC */
  flags: number;
}

/** A connection's bytes come without a name, and so does what has none (POSIX recvfrom(); unix(7)). */
const named = (from: SocketAddress): SocketAddress | null =>
  from.family === 'unix' && from.path.length === 0 ? null : from;

/** @param took hears of what came before the call returns. @param control whether rights are asked for. */
function receive(
  kernel: Kernel,
  task: Task,
  fd: number,
  into: Uint8Array,
  flags: number,
  control: boolean,
  took: (count: number, received: Received) => void,
): number {
  if ((flags & ~RECEIVE_FLAGS) !== 0) return -EOPNOTSUPP;
  const { socket, description } = socketAt(kernel, task, fd);
  const mayWait = (flags & MSG_DONTWAIT) === 0 && !nonBlocking(kernel, description);
  if (socket instanceof DatagramSocket) {
    const attempt = (): number => receiveMessage(socket, into, flags, control, took);
    return whenReady(task, socket, description, POLLIN, mayWait, attempt);
  }
  const { attempt, interrupted } = receiveStream(socket, into, flags, mayWait, control, took);
  return whenReady(task, socket, description, POLLIN, mayWait, attempt, interrupted);
}

function receiveMessage(
  socket: DatagramSocket,
  into: Uint8Array,
  flags: number,
  control: boolean,
  took: (count: number, received: Received) => void,
): number {
  const peek = (flags & MSG_PEEK) !== 0;
  const message = socket.next(peek);
  if (typeof message === 'number') {
    if (message === 0) took(0, { from: null, credentials: null, passed: [], flags: 0 });
    return message;
  }
  const { bytes, from, credentials, rights } = message;
  const count = Math.min(into.length, bytes.length);
  into.set(bytes.subarray(0, count));
  let passed: readonly number[] = [];
  if (rights && control) passed = peek ? rights.copy() : rights.take();
  else if (rights && !peek) rights.drop();
  took(count, {
    from: named(from),
    credentials: passesCredentials(socket) ? credentials : null,
    passed,
    flags: count < bytes.length ? MSG_TRUNC : 0,
  });
  return (flags & MSG_TRUNC) !== 0 ? bytes.length : count;
}

function receiveStream(
  socket: Socket,
  into: Uint8Array,
  flags: number,
  mayWait: boolean,
  control: boolean,
  took: (count: number, received: Received) => void,
): { readonly attempt: () => number; readonly interrupted: () => number } {
  const peek = (flags & MSG_PEEK) !== 0;
  const whole = (flags & MSG_WAITALL) !== 0 && !peek;
  let passed: readonly number[] = [];
  const takes = control
    ? (rights: Rights): void => {
        passed = peek ? rights.copy() : rights.take();
      }
    : undefined;
  let done = 0;
  const attempt = (): number => {
    for (;;) {
      const got = socket.receive(into.subarray(done), peek, takes);
      if (got < 0 && (done === 0 || (got === -EAGAIN && mayWait))) return got;
      if (got < 0) break;
      done += got;
      // What was sent with rights ends a read, as with Linux.
      if (!whole || got === 0 || done === into.length || passed.length > 0) break;
    }
    return finish();
  };
  const finish = (): number => {
    const end = socket.state.kind === 'connected' ? socket.state.end : null;
    const credentials = passesCredentials(socket) ? (end?.peerCredentials ?? null) : null;
    took(done, { from: end?.remote.family === 'unix' ? named(end.remote) : null, credentials, passed, flags: 0 });
    return done;
  };
  // MSG_WAITALL: what was received is received.
  return { attempt, interrupted: () => (done > 0 ? finish() : -ERESTARTSYS) };
}

const sendto: Handler = (kernel, task, fd, buffer, count, flags, address, length) => {
  const { domain } = socketAt(kernel, task, fd).socket;
  const to = address === 0 ? null : readAddress(task.memory, address, length, domain);
  return transmit(kernel, task, fd, task.memory.bytes(buffer, count), flags, to, NO_CONTROL);
};

const sendmsg: Handler = (kernel, task, fd, at, flags) => {
  const header = readHeader(task.memory, at);
  const { name, nameLength, parts } = header;
  const { domain } = socketAt(kernel, task, fd).socket;
  const to = name === 0 || nameLength === 0 ? null : readAddress(task.memory, name, nameLength, domain);
  return transmit(kernel, task, fd, gathered(parts), flags, to, readControl(task, header));
};

const recvfrom: Handler = (kernel, task, fd, buffer, count, flags, address, lengthAt) =>
  receive(kernel, task, fd, task.memory.bytes(buffer, count), flags, false, (_count, { from }) => {
    if (address === 0) return;
    if (from) writeAddress(task.memory, address, lengthAt, from, socketAt(kernel, task, fd).socket.domain);
    else task.memory.setInt32(lengthAt, 0);
  });

const recvmsg: Handler = (kernel, task, fd, at, flags) => {
  const { memory } = task;
  const { domain } = socketAt(kernel, task, fd).socket;
  const header = readHeader(memory, at);
  const { name, parts } = header;
  const [only] = parts;
  const whole = only && parts.length === 1 ? only : new Uint8Array(sizeOf(parts));
  return receive(kernel, task, fd, whole, flags, true, (count, received) => {
    if (whole !== only) scatter(whole, parts, count);
    if (name !== 0) {
      if (received.from) writeAddress(memory, name, at + NAME_LENGTH_OFFSET, received.from, domain);
      else memory.setInt32(at + NAME_LENGTH_OFFSET, 0);
    }
    const closesOnExec = (flags & MSG_CMSG_CLOEXEC) !== 0;
    const written = writeControl(kernel, task, header, received.credentials, received.passed, closesOnExec);
    writeFlags(memory, at, written.length, received.flags | written.flags | (flags & MSG_CMSG_CLOEXEC));
  });
};

export const messageCalls = { sendto, sendmsg, recvfrom, recvmsg };
