/** Sockets as open files, and the addresses of their two ends. */
import { O_RDWR } from '../abi/fcntl.js';
import { AF_INET6, AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../abi/socket.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL, KIND_SOCKET } from '../memory/layout.js';
import type { SocketAddress } from '../net/address.js';
import { DatagramSocket } from '../net/datagram-socket.js';
import { IN6ADDR_ANY, INADDR_ANY } from '../net/host-address.js';
import type { Socket } from '../net/socket.js';
import type { Task } from '../process/task.js';
import { install } from './call.js';

/** A descriptor for a socket that was made, or -errno: it is gone then. @param flags SOCK_NONBLOCK, SOCK_CLOEXEC */
export function installSocket(kernel: Kernel, task: Task, created: Socket | DatagramSocket, flags: number): number {
  const stream = !(created instanceof DatagramSocket);
  const description = kernel.descriptions.create(
    stream ? KIND_SOCKET : KIND_KERNEL,
    O_RDWR | (flags & SOCK_NONBLOCK),
    stream ? created.record : 0,
    created,
  );
  if (description < 0) {
    created.release();
    return description;
  }
  return install(kernel, task, description, (flags & SOCK_CLOEXEC) !== 0);
}

/** Of a socket that is bound nowhere. */
export const nowhere = (domain: number): SocketAddress =>
  domain === AF_UNIX
    ? { family: 'unix', path: new Uint8Array(0) }
    : { family: 'inet', host: domain === AF_INET6 ? IN6ADDR_ANY : INADDR_ANY, port: 0 };

/** null: it is not connected. */
export const remoteOf = ({ remote, peer, domain }: DatagramSocket): SocketAddress | null =>
  remote ?? (peer ? (peer.bound ?? nowhere(domain)) : null);
export const remoteOfStream = ({ state }: Socket): SocketAddress | null =>
  state.kind === 'connected' ? state.end.remote : null;
