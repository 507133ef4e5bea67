/** Options of sockets (POSIX setsockopt(), getsockopt(); socket(7), tcp(7)). */
import { EDOM, EINVAL, ENOPROTOOPT, EOPNOTSUPP } from '../abi/errno.js';
import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_PASSCRED,
  SO_PEERCRED,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../abi/socket.js';
import { DATAGRAM_BUFFER, DatagramSocket } from '../net/datagram-socket.js';
import type { Socket } from '../net/socket.js';
import { SOCKET_CAPACITY } from '../pipe/rings.js';
import type { Task } from '../process/task.js';
import { type Handler, socketAt } from './call.js';

const option = (level: number, name: number): string => `${level}:${name}`;

/** Options that are kept and given back. Those that would change what a loopback stream does change nothing here either. */
const KEPT_OPTIONS = new Set([
  option(SOL_SOCKET, SO_REUSEADDR),
  option(SOL_SOCKET, SO_REUSEPORT),
  option(SOL_SOCKET, SO_KEEPALIVE),
  option(SOL_SOCKET, SO_BROADCAST),
  option(SOL_SOCKET, SO_LINGER),
  option(SOL_SOCKET, SO_SNDBUF),
  option(SOL_SOCKET, SO_RCVBUF),
  option(SOL_SOCKET, SO_PASSCRED),
  option(IPPROTO_TCP, TCP_NODELAY),
  option(IPPROTO_IPV6, IPV6_V6ONLY),
  option(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
]);

/** It wants other sockets on its port (SO_REUSEPORT). */
export const sharesPort = (socket: Socket): boolean => socket.options.get(option(SOL_SOCKET, SO_REUSEPORT)) === 1;

/** It is of IPv6 alone (ipv6(7), IPV6_V6ONLY). */
export const hearsV6Only = ({ options }: Socket | DatagramSocket): boolean =>
  (options.get(option(IPPROTO_IPV6, IPV6_V6ONLY)) ?? 0) !== 0;

/** It wants other sockets where it is bound, in a way that datagrams know (socket(7), SO_REUSEADDR). */
export const sharesAddress = ({ options }: DatagramSocket): boolean =>
  options.get(option(SOL_SOCKET, SO_REUSEADDR)) === 1 || options.get(option(SOL_SOCKET, SO_REUSEPORT)) === 1;

/** It wants to know who sends (unix(7), SO_PASSCRED). */
export const passesCredentials = ({ options, domain }: Socket | DatagramSocket): boolean =>
  domain === AF_UNIX && (options.get(option(SOL_SOCKET, SO_PASSCRED)) ?? 0) !== 0;

const setsockopt: Handler = (kernel, task, fd, level, name, value, length) => {
  const { socket: target } = socketAt(kernel, task, fd);
  if (isTimeout(level, name)) return setTimeLimit(task, target, name, value, length);
  if (!KEPT_OPTIONS.has(option(level, name))) return -ENOPROTOOPT;
  if (level === IPPROTO_TCP && (target.domain === AF_UNIX || target instanceof DatagramSocket)) return -EOPNOTSUPP;
  if (level === IPPROTO_IPV6 && target.domain !== AF_INET6) return -ENOPROTOOPT;
  // What it hears is settled with where it is bound.
  if (level === IPPROTO_IPV6 && name === IPV6_V6ONLY && target.bound) return -EINVAL;
  if (length < 4) return -EINVAL;
  target.options.set(option(level, name), task.memory.getInt32(value));
  return 0;
};

const getsockopt: Handler = (kernel, task, fd, level, name, value, lengthAt) => {
  const { socket: target } = socketAt(kernel, task, fd);
  const room = task.memory.getInt32(lengthAt);
  if (room < 4) return -EINVAL;
  if (level === SOL_SOCKET && name === SO_PEERCRED) return peerCredentials(task, target, value, lengthAt, room);
  if (isTimeout(level, name)) return getTimeLimit(task, target, name, value, lengthAt, room);
  const answer = readOption(target, level, name);
  if (answer === null) return -ENOPROTOOPT;
  task.memory.setInt32(value, answer);
  task.memory.setInt32(lengthAt, 4);
  return 0;
};

const isTimeout = (level: number, name: number): boolean =>
  level === SOL_SOCKET && (name === SO_RCVTIMEO || name === SO_SNDTIMEO);
/** struct timeval of 64-bit times: i64 seconds, i64 microseconds. */
const TIMEVAL_SIZE = 16;

function setTimeLimit({ memory }: Task, target: Socket | DatagramSocket, name: number, value: number, length: number) {
  if (length < TIMEVAL_SIZE) return -EINVAL;
  const [seconds, microseconds] = [memory.getInt64(value), memory.getInt64(value + 8)];
  if (microseconds < 0 || microseconds >= 1e6) return -EDOM;
  const milliseconds = Math.max(0, seconds * 1000 + microseconds / 1000);
  // Nothing at all means no limit; less than nothing, that nothing is waited for (sock_set_timeout of Linux).
  const limit = seconds === 0 && microseconds === 0 ? null : milliseconds;
  if (name === SO_RCVTIMEO) target.receiveTimeout = limit;
  else target.sendTimeout = limit;
  return 0;
}

function getTimeLimit(
  { memory }: Task,
  target: Socket | DatagramSocket,
  name: number,
  value: number,
  lengthAt: number,
  room: number,
): number {
  if (room < TIMEVAL_SIZE) return -EINVAL;
  const limit = (name === SO_RCVTIMEO ? target.receiveTimeout : target.sendTimeout) ?? 0;
  memory.setInt64(value, Math.floor(limit / 1000));
  memory.setInt64(value + 8, Math.round((limit % 1000) * 1000));
  memory.setInt32(lengthAt, TIMEVAL_SIZE);
  return 0;
}

/** struct ucred. Who was never connected is nobody's peer: 0, and -1 twice. */
function peerCredentials(
  { memory }: Task,
  target: Socket | DatagramSocket,
  value: number,
  lengthAt: number,
  room: number,
): number {
  const stream = !(target instanceof DatagramSocket) && target.state.kind === 'connected' ? target.state.end : null;
  const connected = target instanceof DatagramSocket ? target : stream;
  const { pid, uid, gid } = connected?.peerCredentials ?? { pid: 0, uid: -1, gid: -1 };
  const bytes = new Uint8Array(Int32Array.of(pid, uid, gid).buffer).subarray(0, room);
  memory.bytes(value, bytes.length).set(bytes);
  memory.setInt32(lengthAt, bytes.length);
  return 0;
}

const isListening = (target: Socket | DatagramSocket): boolean =>
  target instanceof DatagramSocket ? target.listener !== null : target.state.kind === 'listening';

function readOption(target: Socket | DatagramSocket, level: number, name: number): number | null {
  if (level === SOL_SOCKET) {
    const datagrams = target instanceof DatagramSocket ? target : null;
    if (name === SO_TYPE) return datagrams?.type ?? SOCK_STREAM;
    if (name === SO_DOMAIN) return target.domain;
    if (name === SO_PROTOCOL) return target.domain === AF_UNIX ? 0 : datagrams ? IPPROTO_UDP : IPPROTO_TCP;
    if (name === SO_ACCEPTCONN) return isListening(target) ? 1 : 0;
    if (name === SO_ERROR) return target.takeError();
    if (name === SO_SNDBUF || name === SO_RCVBUF) return datagrams ? DATAGRAM_BUFFER : SOCKET_CAPACITY;
  }
  return KEPT_OPTIONS.has(option(level, name)) ? (target.options.get(option(level, name)) ?? 0) : null;
}

export const socketOptionCalls = { setsockopt, getsockopt };
