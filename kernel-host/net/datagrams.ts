/** Where datagrams go: sockets by port and by path, and what sending to them gives. */
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  ECONNREFUSED,
  EDESTADDRREQ,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOTCONN,
  EOPNOTSUPP,
  EPERM,
  EPIPE,
  EPROTOTYPE,
} from '../abi/errno.js';
import { AF_INET6, AF_UNIX, SOCK_SEQPACKET } from '../abi/socket.js';
import type { SocketAddress } from './address.js';
import { DatagramSocket, type Message, type UnixCredentials } from './datagram-socket.js';
import { EphemeralPorts } from './ephemeral-ports.js';
import {
  covers,
  hostsOverlap,
  IN6ADDR_ANY,
  IN6ADDR_LOOPBACK,
  INADDR_ANY,
  INADDR_LOOPBACK,
  isAny,
  isLoopback,
  reached,
} from './host-address.js';
import { SeqpacketListener } from './seqpacket-listener.js';

const UNNAMED: SocketAddress = { family: 'unix', path: new Uint8Array(0) };
/** Of a plain write, which says nothing of who writes. */
const NOBODY: UnixCredentials = { pid: 0, uid: 65534, gid: 65534 };
/** Above the addresses that number stream sockets. */
const FIRST_INODE = 2 ** 32;

type Bound = { readonly key: string; readonly released: () => void };

export class Datagrams {
  readonly #ports = new Map<number, Set<DatagramSocket>>();
  readonly #paths = new Map<string, DatagramSocket>();
  readonly #boundPaths = new WeakMap<DatagramSocket, Bound>();
  /** Where it was bound before a connection narrowed that. */
  readonly #wide = new WeakMap<DatagramSocket, number>();
  readonly #ephemeral = new EphemeralPorts();
  #nextInode = FIRST_INODE;

  create(domain: number, type: number): DatagramSocket {
    return new DatagramSocket(
      domain,
      type,
      this.#nextInode++,
      (socket, bytes) => this.#write(socket, bytes),
      (socket) => this.#released(socket),
    );
  }

  /** Two sockets that send to each other (socketpair). */
  pair(type: number): readonly [DatagramSocket, DatagramSocket] {
    const a = this.create(AF_UNIX, type);
    const b = this.create(AF_UNIX, type);
    a.join(b);
    b.join(a);
    return [a, b];
  }

  /** @param shares it wants others on its port (SO_REUSEADDR, SO_REUSEPORT). */
  bindPort(socket: DatagramSocket, address: SocketAddress, shares: (socket: DatagramSocket) => boolean): number {
    if (address.family !== 'inet') return -EAFNOSUPPORT;
    if (socket.bound) return -EINVAL;
    if (!isAny(address.host) && !isLoopback(address.host)) return -EADDRNOTAVAIL;
    const port = address.port === 0 ? this.#ephemeral.free(this.#ports) : address.port;
    if (port < 0) return port;
    const there = this.#ports.get(port) ?? new Set();
    for (const other of there) {
      const host = other.bound?.family === 'inet' ? other.bound.host : INADDR_ANY;
      if (hostsOverlap(host, address.host) && !(shares(socket) && shares(other))) return -EADDRINUSE;
    }
    socket.bound = { family: 'inet', host: address.host, port };
    this.#ports.set(port, there.add(socket));
    return 0;
  }

  /** @param key names the path. @param released called when the socket is no more. */
  bindPath(socket: DatagramSocket, path: Uint8Array, key: string, released: () => void = () => {}): number {
    if (socket.bound) return -EINVAL;
    if (this.#paths.has(key)) return -EADDRINUSE;
    socket.bound = { family: 'unix', path };
    this.#paths.set(key, socket);
    this.#boundPaths.set(socket, { key, released });
    return 0;
  }

  /** A socket of SOCK_SEQPACKET waits for connections: 0 or -errno (POSIX listen()). */
  listen(socket: DatagramSocket, backlog: number, credentials: UnixCredentials): number {
    if (socket.type !== SOCK_SEQPACKET) return -EOPNOTSUPP;
    if (!socket.bound || socket.peer) return -EINVAL;
    socket.listener ??= new SeqpacketListener();
    socket.listener.backlog = backlog;
    socket.listener.credentials = credentials;
    return 0;
  }

  /** Connects to one that listens and has room: 0 or -errno. */
  connectPackets(socket: DatagramSocket, target: DatagramSocket, credentials: UnixCredentials): number {
    const { listener } = target;
    if (!listener) return -ECONNREFUSED;
    const end = this.create(AF_UNIX, SOCK_SEQPACKET);
    end.bound = target.bound;
    end.join(socket);
    socket.join(end);
    end.peerCredentials = credentials;
    socket.peerCredentials = listener.credentials;
    listener.enqueue(end);
    target.readable.wakeOne();
    return 0;
  }

  atPath(key: string): DatagramSocket | null {
    return this.#paths.get(key) ?? null;
  }

  /** @param key of a path. */
  connect(socket: DatagramSocket, remote: SocketAddress, key: string | null): number {
    if (remote.family === 'unix') {
      const peer = key === null ? null : this.atPath(key);
      if (!peer) return -ECONNREFUSED;
      if (peer.type === SOCK_SEQPACKET) return -EPROTOTYPE;
      if (!admits(peer, socket)) return -EPERM;
      socket.join(peer);
      return 0;
    }
    const host = reached(remote.host);
    if (!isLoopback(host)) return -ENETUNREACH;
    const bound = this.#bindAnywhere(socket);
    if (bound < 0) return bound;
    // From now on it is there for one host alone, and says so (getsockname).
    if (socket.bound?.family === 'inet' && isAny(socket.bound.host)) {
      this.#wide.set(socket, socket.bound.host);
      socket.bound = { ...socket.bound, host: reachedFrom(host) };
    }
    socket.remote = { family: 'inet', host, port: remote.port };
    return 0;
  }

  /** connect() to AF_UNSPEC. */
  disconnect(socket: DatagramSocket): number {
    if (socket.type === SOCK_SEQPACKET) return -EINVAL;
    socket.part();
    const wide = this.#wide.get(socket);
    this.#wide.delete(socket);
    if (wide !== undefined && socket.bound?.family === 'inet') socket.bound = { ...socket.bound, host: wide };
    return 0;
  }

  /**
   * Who gets what is sent now: a socket, null where it is lost without a word, or -errno.
   * @param to instead of the one it is connected to. @param key of a path.
   */
  target(socket: DatagramSocket, to: SocketAddress | null, key: string | null): DatagramSocket | null | number {
    if (socket.domain === AF_UNIX) return this.#unixTarget(socket, to, key);
    const remote = to ?? socket.remote;
    if (!remote) return -EDESTADDRREQ;
    if (remote.family !== 'inet') return -EAFNOSUPPORT;
    const host = reached(remote.host);
    if (!isLoopback(host)) return -ENETUNREACH;
    if (remote.port === 0) return -EINVAL;
    const bound = this.#bindAnywhere(socket);
    if (bound < 0) return bound;
    const found = this.#atPort(host, remote.port, this.source(socket, remote));
    // RFC 1122 section 4.1.3.4: who is connected hears that the port is unreachable.
    if (!found && socket.remote) socket.fail(ECONNREFUSED);
    return found;
  }

  /** What those who get it are told of where it came from. @param to where it was sent; the peer unless given. */
  source({ bound, domain, remote }: DatagramSocket, to: SocketAddress | null = remote): SocketAddress {
    if (!bound || domain === AF_UNIX || bound.family !== 'inet') return bound ?? UNNAMED;
    if (!isAny(bound.host)) return bound;
    return { ...bound, host: reachedFrom(to?.family === 'inet' ? to.host : bound.host) };
  }

  /** Gives a message to who `target` said: 0, or -EAGAIN when that one's queue is full and it is one that is waited for. */
  deliver(target: DatagramSocket | null, message: Message): number {
    const result = target?.deliver(message) ?? 0;
    // UDP does not wait for anyone: what has no room is lost (RFC 768).
    const lost = target === null || (result !== 0 && target.domain !== AF_UNIX);
    if (lost) message.rights?.drop();
    return lost ? 0 : result;
  }

  #unixTarget(socket: DatagramSocket, to: SocketAddress | null, key: string | null): DatagramSocket | number {
    if (socket.type === SOCK_SEQPACKET) {
      if (to) return socket.peer ? -EISCONN : -EINVAL;
      if (!socket.peer) return -ENOTCONN;
      return socket.peer.open ? socket.peer : -EPIPE;
    }
    if (to) {
      const found = key === null ? null : this.atPath(key);
      if (!found) return -ECONNREFUSED;
      if (found.type !== socket.type) return -EPROTOTYPE;
      return admits(found, socket) ? found : -EPERM;
    }
    const { peer } = socket;
    if (!peer) return -ENOTCONN;
    if (peer.open) return peer;
    // Told once; then it is as if it had never been connected (unix_dgram_sendmsg of Linux).
    socket.part();
    return -ECONNREFUSED;
  }

  #atPort(host: number, port: number, source: SocketAddress): DatagramSocket | null {
    let found: DatagramSocket | null = null;
    let best = 0;
    for (const socket of this.#ports.get(port) ?? []) {
      const own = socket.bound?.family === 'inet' ? socket.bound.host : INADDR_ANY;
      if (!covers(own, host)) continue;
      if (socket.remote && !same(socket.remote, source)) continue;
      const score = 1 + (own === host ? 1 : 0) + (socket.remote ? 2 : 0);
      // Of equals the last one that came (udp4_lib_lookup2 of Linux).
      if (score >= best) [found, best] = [socket, score];
    }
    return found;
  }

  #bindAnywhere(socket: DatagramSocket): number {
    return socket.bound
      ? 0
      : this.bindPort(socket, { family: 'inet', host: anyOf(socket.domain), port: 0 }, () => false);
  }

  #write(socket: DatagramSocket, from: Uint8Array): number {
    const allowed = socket.checkSending(from.length);
    if (allowed < 0) return allowed;
    const target = this.target(socket, null, null);
    if (typeof target === 'number') return target;
    const message = { bytes: from.slice(), from: this.source(socket), credentials: NOBODY, rights: null };
    const result = this.deliver(target, message);
    return result < 0 ? result : from.length;
  }

  #released(socket: DatagramSocket): void {
    if (socket.bound?.family === 'inet') {
      const there = this.#ports.get(socket.bound.port);
      there?.delete(socket);
      if (there?.size === 0) this.#ports.delete(socket.bound.port);
    }
    const path = this.#boundPaths.get(socket);
    if (!path) return;
    this.#paths.delete(path.key);
    path.released();
  }
}

const anyOf = (domain: number): number => (domain === AF_INET6 ? IN6ADDR_ANY : INADDR_ANY);

/** The address of this host by which it is seen there: of the same version. */
const reachedFrom = (host: number): number => (host < IN6ADDR_ANY ? INADDR_LOOPBACK : IN6ADDR_LOOPBACK);

/** One that is connected hears its peer alone (unix(7)). */
const admits = (receiver: DatagramSocket, sender: DatagramSocket): boolean =>
  receiver.peer === null || receiver.peer === sender;

const same = (a: SocketAddress, b: SocketAddress): boolean =>
  a.family === 'inet' && b.family === 'inet' && a.host === b.host && a.port === b.port;
