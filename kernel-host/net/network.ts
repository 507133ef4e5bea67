/**
 * The machine's network: the loopback interface and the UNIX domain. Who listens where, connections between guests, and
 * connections that the host injects. Nothing leads out of the machine.
 */
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  ECONNREFUSED,
  EINVAL,
  ENETUNREACH,
  ENOBUFS,
  EPROTOTYPE,
} from '../abi/errno.js';
import { AF_INET, AF_INET6, AF_UNIX, SHUT_RD, SHUT_RDWR, SHUT_WR, SOMAXCONN } from '../abi/socket.js';
import { type HostConnection, type HostNetwork, resetConnection } from '../http/connection.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { LISTENER_SIZE, SOCKET_SIZE } from '../memory/layout.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import type { Rings } from '../pipe/rings.js';
import type { SocketAddress } from './address.js';
import type { UnixCredentials } from './datagram-socket.js';
import { EphemeralPorts } from './ephemeral-ports.js';
import {
  boundFor,
  hostsOverlap,
  IN6ADDR_ANY,
  IN6ADDR_LOOPBACK,
  INADDR_ANY,
  INADDR_LOOPBACK,
  isAny,
  isLoopback,
  reached,
} from './host-address.js';
import { HostEnd } from './host-end.js';
import { Listener } from './listener.js';
import { Socket } from './socket.js';
import { createStream } from './stream.js';

const any = (domain: number): SocketAddress => ({
  family: 'inet',
  host: domain === AF_INET6 ? IN6ADDR_ANY : INADDR_ANY,
  port: 0,
});
const UNNAMED: SocketAddress = { family: 'unix', path: new Uint8Array(0) };

export class Network implements HostNetwork {
  readonly #memory: KernelMemory;
  readonly #slabs: SlabAllocator;
  readonly #rings: Rings;
  readonly #enqueue: (callback: () => void) => void;
  /** Sockets bound to each TCP port, listening or not. */
  readonly #bound = new Map<number, Set<Socket>>();
  readonly #ports = new Map<string, Listener>();
  /** UNIX sockets by the inode of their path. */
  readonly #paths = new Map<string, Listener>();
  readonly #listenerOf = new Map<Socket, { listener: Listener; table: Map<string, Listener>; key: string }>();
  readonly #awaited = new Map<number, Set<() => void>>();
  readonly #ephemeral = new EphemeralPorts();

  constructor(memory: KernelMemory, slabs: SlabAllocator, rings: Rings, enqueue: (callback: () => void) => void) {
    this.#memory = memory;
    this.#slabs = slabs;
    this.#rings = rings;
    this.#enqueue = enqueue;
  }

  /** A fresh stream socket, or -ENOBUFS. */
  create(domain: number): Socket | number {
    const record = this.#slabs.allocate(SOCKET_SIZE);
    if (record === null) return -ENOBUFS;
    return new Socket(this.#memory, record, domain, (socket) => this.#released(socket));
  }

  /** Two sockets connected to each other (socketpair). */
  pair(): readonly [Socket, Socket] | number {
    const a = this.create(AF_UNIX);
    if (typeof a === 'number') return a;
    const b = this.create(AF_UNIX);
    if (typeof b === 'number') {
      a.release();
      return b;
    }
    const stream = createStream(this.#memory, this.#rings, UNNAMED, UNNAMED);
    if (typeof stream === 'number') {
      a.release();
      b.release();
      return stream;
    }
    a.connected(stream[0]);
    b.connected(stream[1]);
    return [a, b];
  }

  /**
   * Binds a socket of the internet domain; port 0 takes a free one.
   * @param shares whether other sockets may listen on the same port: SO_REUSEPORT, or a process whose host said so.
   */
  bindPort(socket: Socket, address: SocketAddress, shares: boolean): number {
    if (address.family !== 'inet') return -EAFNOSUPPORT;
    if (socket.bound) return -EINVAL;
    if (!isAny(address.host) && !isLoopback(address.host)) return -EADDRNOTAVAIL;
    const port = address.port === 0 ? this.#ephemeral.free(this.#bound) : address.port;
    if (port < 0) return port;
    for (const other of this.#bound.get(port) ?? []) {
      if (other.bound?.family !== 'inet') continue;
      const overlaps = hostsOverlap(other.bound.host, address.host);
      // Both must want it (socket(7), SO_REUSEPORT): nobody can be joined against their will.
      if (overlaps && !(shares && other.sharesPort)) return -EADDRINUSE;
    }
    socket.sharesPort = shares;
    socket.bound = { family: 'inet', host: address.host, port };
    const sockets = this.#bound.get(port) ?? new Set();
    sockets.add(socket);
    this.#bound.set(port, sockets);
    return 0;
  }

  /**
   * @param inode names the path that was made for it.
   * @param released called when the socket is no more.
   */
  bindPath(socket: Socket, path: Uint8Array, inode: string, released: () => void = () => {}): number {
    if (socket.bound) return -EINVAL;
    socket.bound = { family: 'unix', path };
    this.#boundPaths.set(socket, { inode, released });
    return 0;
  }

  readonly #boundPaths = new WeakMap<Socket, { readonly inode: string; readonly released: () => void }>();

  listen(socket: Socket, backlog: number): number {
    if (socket.state.kind === 'connected' || socket.state.kind === 'connecting') return -EINVAL;
    const length = Math.min(Math.max(backlog, 1), SOMAXCONN);
    if (socket.state.kind === 'listening') {
      socket.state.listener.join(length);
      socket.state.listener.leave();
      return 0;
    }
    if (!socket.bound) {
      if (socket.domain === AF_UNIX) return -EINVAL;
      const bound = this.bindPort(socket, any(socket.domain), false);
      if (bound < 0) return bound;
    }
    const { bound } = socket;
    if (!bound) return -EINVAL;
    const table = bound.family === 'inet' ? this.#ports : this.#paths;
    const key = bound.family === 'inet' ? `${bound.host}:${bound.port}` : (this.#boundPaths.get(socket)?.inode ?? '');
    let listener = table.get(key);
    if (!listener) {
      const record = this.#slabs.allocate(LISTENER_SIZE);
      if (record === null) return -ENOBUFS;
      listener = new Listener(this.#memory, record);
      table.set(key, listener);
    }
    listener.join(length);
    this.#listenerOf.set(socket, { listener, table, key });
    socket.listening(listener);
    if (bound.family === 'inet') {
      const awaited = this.#awaited.get(bound.port);
      this.#awaited.delete(bound.port);
      for (const notify of awaited ?? []) notify();
    }
    return 0;
  }

  /** Linux lets a socket that listens be shut down: what waits is refused, and who waits to accept gets EINVAL. */
  shutdownListening(socket: Socket, how: number): number {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return -EINVAL;
    if (how === SHUT_WR) return 0;
    const entry = this.#listenerOf.get(socket);
    socket.listensNoMore();
    this.#leave(socket);
    entry?.listener.waiters.wake();
    return 0;
  }

  /** The listener that a guest's `connect` to this address reaches, or -errno. */
  listenerAt(address: SocketAddress, inode: string | null): Listener | number {
    if (address.family === 'unix') return (inode === null ? undefined : this.#paths.get(inode)) ?? -ECONNREFUSED;
    const host = reached(address.host);
    if (!isLoopback(host)) return -ENETUNREACH;
    return this.#listenerFor(host, address.port) ?? -ECONNREFUSED;
  }

  #listenerFor(host: number, port: number): Listener | undefined {
    for (const bound of boundFor(host)) {
      const listener = this.#ports.get(`${bound}:${port}`);
      if (listener) return listener;
    }
    return undefined;
  }

  /** Connects to a listener that has room: 0 or -errno. @param credentials what the listener's side is told of who connects. */
  connectSocket(socket: Socket, listener: Listener, remote: SocketAddress, credentials: UnixCredentials): number {
    const { mayConnect } = socket;
    if (mayConnect < 0) return mayConnect;
    if ((remote.family === 'unix') !== (socket.domain === AF_UNIX)) return -EPROTOTYPE;
    let local: SocketAddress = socket.bound ?? UNNAMED;
    if (remote.family === 'inet' && !socket.bound) {
      const port = this.#ephemeral.free(this.#bound);
      if (port < 0) return port;
      local = { family: 'inet', host: reached(remote.host), port };
      this.bindPort(socket, local, false);
    }
    const stream = createStream(this.#memory, this.#rings, local, remote);
    if (typeof stream === 'number') return stream;
    stream[0].peerCredentials = listener.credentials;
    stream[1].peerCredentials = credentials;
    socket.connected(stream[0]);
    listener.enqueue(stream[1]);
    return 0;
  }

  /** A socket for the connection at the head of the queue; null when none waits. */
  accept(socket: Socket, listener: Listener): Socket | null | number {
    const end = listener.accept();
    if (!end) return null;
    const accepted = this.create(socket.domain);
    if (typeof accepted === 'number') {
      end.close();
      return accepted;
    }
    accepted.connected(end);
    return accepted;
  }

  /**
   * The host itself listens on a port, of the loopback interface, and gets each connection of a guest's.
   * @returns what ends that, or -EADDRINUSE, -ENOBUFS
   */
  serve(port: number, accept: (connection: HostConnection) => void): (() => void) | number {
    const socket = this.create(AF_INET);
    if (typeof socket === 'number') return socket;
    const bound = this.bindPort(socket, { family: 'inet', host: INADDR_LOOPBACK, port }, false);
    const result = bound < 0 ? bound : this.listen(socket, SOMAXCONN);
    if (result < 0 || socket.state.kind !== 'listening') {
      socket.release();
      return result;
    }
    const { listener } = socket.state;
    const waiter = {
      wake: () =>
        this.#enqueue(() => {
          for (let end = listener.accept(); end; end = listener.accept()) accept(new HostEnd(end, this.#enqueue));
        }),
    };
    listener.waiters.add(waiter);
    return () => {
      listener.waiters.remove(waiter);
      socket.release();
    };
  }

  connect(port: number): HostConnection | null {
    const listener = this.#hostListener(port);
    if (!listener || listener.full) return null;
    const remote: SocketAddress = { family: 'inet', host: INADDR_LOOPBACK, port };
    const local: SocketAddress = { family: 'inet', host: INADDR_LOOPBACK, port: this.#ephemeral.next() };
    const stream = createStream(this.#memory, this.#rings, local, remote);
    if (typeof stream === 'number') return resetConnection();
    const host = new HostEnd(stream[0], this.#enqueue);
    listener.enqueue(stream[1], () => host.onAccepted?.());
    return host;
  }

  isListening(port: number): boolean {
    return this.#hostListener(port) !== undefined;
  }

  whenListening(port: number, signal: AbortSignal): Promise<void> {
    if (this.isListening(port)) return Promise.resolve();
    const waiting = this.#awaited.get(port) ?? new Set();
    this.#awaited.set(port, waiting);
    return untilNotified(signal, (notify) => {
      waiting.add(notify);
      return () => waiting.delete(notify);
    });
  }

  whenRoom(port: number, signal: AbortSignal): Promise<void> {
    const listener = this.#hostListener(port);
    if (!listener?.full) return Promise.resolve();
    return untilNotified(signal, (notify) => {
      const waiter = { wake: () => this.#enqueue(notify) };
      listener.room.add(waiter);
      return () => listener.room.remove(waiter);
    });
  }

  #hostListener(port: number): Listener | undefined {
    return this.#listenerFor(INADDR_LOOPBACK, port) ?? this.#listenerFor(IN6ADDR_LOOPBACK, port);
  }

  #released(socket: Socket): void {
    if (socket.bound?.family === 'inet') {
      const sockets = this.#bound.get(socket.bound.port);
      sockets?.delete(socket);
      if (sockets?.size === 0) this.#bound.delete(socket.bound.port);
    }
    this.#boundPaths.get(socket)?.released();
    this.#leave(socket);
    this.#slabs.free(socket.record as Address, SOCKET_SIZE);
  }

  #leave(socket: Socket): void {
    const entry = this.#listenerOf.get(socket);
    this.#listenerOf.delete(socket);
    if (!entry?.listener.leave()) return;
    entry.table.delete(entry.key);
    this.#slabs.free(entry.listener.record, LISTENER_SIZE);
  }
}

/** A promise for one notification. @param subscribe begins to listen and returns how to stop. */
function untilNotified(signal: AbortSignal, subscribe: (notify: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', abort);
      unsubscribe();
      finish();
    };
    const abort = (): void => settle(() => reject(signal.reason));
    const unsubscribe = subscribe(() => settle(resolve));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
