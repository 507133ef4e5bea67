/** Options of sockets (POSIX setsockopt(), getsockopt(); socket(7), tcp(7)). */
import { EINVAL, ENOPROTOOPT, EOPNOTSUPP } from '../abi/errno.js';
import {
  AF_INET,
  IPPROTO_TCP,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../abi/socket.js';
import type { Socket } from '../net/socket.js';
import { SOCKET_CAPACITY } from '../pipe/rings.js';
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
  option(IPPROTO_TCP, TCP_NODELAY),
]);

/** It wants other sockets on its port (SO_REUSEPORT). */
export const sharesPort = (socket: Socket): boolean => socket.options.get(option(SOL_SOCKET, SO_REUSEPORT)) === 1;

const setsockopt: Handler = (kernel, task, fd, level, name, value, length) => {
  const { socket: target } = socketAt(kernel, task, fd);
  if (!KEPT_OPTIONS.has(option(level, name))) return -ENOPROTOOPT;
  if (level === IPPROTO_TCP && target.domain !== AF_INET) return -EOPNOTSUPP;
  if (length < 4) return -EINVAL;
  target.options.set(option(level, name), task.memory.getInt32(value));
  return 0;
};

const getsockopt: Handler = (kernel, task, fd, level, name, value, lengthAt) => {
  const { socket: target } = socketAt(kernel, task, fd);
  const room = task.memory.getInt32(lengthAt);
  if (room < 4) return -EINVAL;
  const answer = readOption(target, level, name);
  if (answer === null) return -ENOPROTOOPT;
  task.memory.setInt32(value, answer);
  task.memory.setInt32(lengthAt, 4);
  return 0;
};

function readOption(target: Socket, level: number, name: number): number | null {
  if (level === SOL_SOCKET) {
    if (name === SO_TYPE) return SOCK_STREAM;
    if (name === SO_DOMAIN) return target.domain;
    if (name === SO_PROTOCOL) return target.domain === AF_INET ? IPPROTO_TCP : 0;
    if (name === SO_ACCEPTCONN) return target.state.kind === 'listening' ? 1 : 0;
    // A connect here ends at once, and with it any error.
    if (name === SO_ERROR) return 0;
    if (name === SO_SNDBUF || name === SO_RCVBUF) return SOCKET_CAPACITY;
  }
  return KEPT_OPTIONS.has(option(level, name)) ? (target.options.get(option(level, name)) ?? 0) : null;
}

export const socketOptionCalls = { setsockopt, getsockopt };
