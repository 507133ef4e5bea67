/** Stream sockets (POSIX 2.10; socket(7), tcp(7), unix(7)): one object a socket, from creation to release. */
import { EAGAIN, ECONNRESET, EINVAL, EISCONN, ENOTCONN, ENOTTY, EPIPE } from '../abi/errno.js';
import { FIONREAD } from '../abi/ioctl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { AF_UNIX, SHUT_RD, SHUT_RDWR, SHUT_WR } from '../abi/socket.js';
import { type Attributes, S_IFSOCK } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { SOCKET, SOCKET_CONNECTED, SOCKET_LISTENING } from '../memory/layout.js';
import type { UserMemory } from '../memory/user-memory.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { SocketAddress } from './address.js';
import type { Listener } from './listener.js';
import type { PendingConnection } from './pending-connection.js';
import type { Rights } from './rights.js';
import type { StreamEnd } from './stream.js';

export type SocketState =
  | { readonly kind: 'unconnected' }
  | { readonly kind: 'connecting'; readonly connection: PendingConnection }
  | { readonly kind: 'listening'; readonly listener: Listener }
  | { readonly kind: 'connected'; readonly end: StreamEnd };

/** What Linux tells of one that was not connected. */
const FAILED = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLERR | POLLHUP | POLLRDHUP;
const UNCONNECTED: SocketState = { kind: 'unconnected' };

export class Socket implements FileOperations {
  readonly seekable = false;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly domain: number;
  /** Options that were set, by level and name; those that change behaviour are read where they do. */
  readonly options = new Map<string, number>();
  /** Where it was bound, if it was. */
  receiveTimeout: number | null = null;
  sendTimeout: number | null = null;
  bound: SocketAddress | null = null;
  /** Whether other sockets that want the same may be bound to its port as well. */
  sharesPort = false;
  state: SocketState = UNCONNECTED;
  /** Woken when it is connected, or listens: from then on others are waited in. */
  readonly #stateChanged = new WaitQueue();
  /** Why what was asked for without waiting did not come about, until somebody hears of it; 0: nothing. */
  #error = 0;
  /** Address of the record that the owner's worker reads. */
  readonly record: number;
  readonly #memory: KernelMemory;
  readonly #released: (socket: Socket) => void;

  constructor(memory: KernelMemory, record: number, domain: number, released: (socket: Socket) => void) {
    this.#memory = memory;
    this.record = record;
    this.domain = domain;
    this.#released = released;
  }

  get readable(): WaitQueue {
    if (this.state.kind === 'connected') return this.state.end.receive.readers;
    return this.state.kind === 'listening' ? this.state.listener.waiters : this.#stateChanged;
  }

  get writable(): WaitQueue {
    return this.state.kind === 'connected' ? this.state.end.send.writers : this.#stateChanged;
  }

  /** 0, or -EISCONN, -EINVAL: it cannot be connected any more. */
  get mayConnect(): number {
    if (this.state.kind === 'connected') return -EISCONN;
    return this.state.kind === 'listening' ? -EINVAL : 0;
  }

  /** @returns 0 or -EISCONN, -EINVAL */
  connected(end: StreamEnd): number {
    const { mayConnect } = this;
    if (mayConnect < 0) return mayConnect;
    this.state = { kind: 'connected', end };
    const { u32 } = this.#memory;
    u32[(this.record >>> 2) + SOCKET.RECEIVE_W] = end.receive.address;
    u32[(this.record >>> 2) + SOCKET.SEND_W] = end.send.address;
    Atomics.store(u32, (this.record >>> 2) + SOCKET.STATE_W, SOCKET_CONNECTED);
    this.#stateChanged.wake();
    return 0;
  }

  connecting(connection: PendingConnection): void {
    this.state = { kind: 'connecting', connection };
    this.#error = 0;
  }

  /** @param result 0: it is connected; -errno */
  connectingEnded(result: number): void {
    if (result === 0) return;
    this.state = UNCONNECTED;
    this.#error = -result;
    this.#stateChanged.wake();
  }

  /** SO_ERROR: it is told once. */
  takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  listening(listener: Listener): void {
    this.state = { kind: 'listening', listener };
    const { u32 } = this.#memory;
    u32[(this.record >>> 2) + SOCKET.LISTENER_W] = listener.record;
    Atomics.store(u32, (this.record >>> 2) + SOCKET.STATE_W, SOCKET_LISTENING);
    this.#stateChanged.wake();
  }

  read(_description: number, into: Uint8Array): number {
    return this.receive(into, false);
  }

  /** @param takes hears of rights that came with it; left out, they are lost. */
  receive(into: Uint8Array, peek: boolean, takes?: (rights: Rights) => void): number {
    if (this.state.kind === 'connecting') return -EAGAIN;
    if (this.state.kind !== 'connected') return -(this.takeError() || ENOTCONN);
    const { end } = this.state;
    // Looked at before the bytes: whoever closes has written all of them before.
    const { ended } = end;
    const count = end.read(into, peek, takes);
    if (count > 0 || into.length === 0) return count;
    // Behind the bytes, as on Linux: a server may answer and close without having read the whole request.
    if (end.reset) return -ECONNRESET;
    return ended ? 0 : -EAGAIN;
  }

  write(_description: number, from: Uint8Array): number {
    return this.send(from);
  }

  /** @param rights what comes with the first byte; asked for when there is room for one. */
  send(from: Uint8Array, rights?: () => Rights): number {
    if (this.state.kind === 'connecting') return -EAGAIN;
    // tcp(7), unix(7): each says it otherwise that there is no connection.
    if (this.state.kind !== 'connected') return -(this.takeError() || (this.domain === AF_UNIX ? ENOTCONN : EPIPE));
    const { end } = this.state;
    // In the UNIX domain only who reads hears that what was sent got lost.
    if (end.reset && this.domain !== AF_UNIX) return -ECONNRESET;
    if (end.refused || end.finished) return -EPIPE;
    const count = end.write(from, rights);
    return count > 0 || from.length === 0 ? count : -EAGAIN;
  }

  /** It listens no more, and may again. */
  listensNoMore(): void {
    this.state = UNCONNECTED;
    Atomics.store(this.#memory.u32, (this.record >>> 2) + SOCKET.STATE_W, 0);
    this.#stateChanged.wake();
  }

  shutdown(how: number): number {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return -EINVAL;
    if (this.state.kind === 'connecting') {
      // Linux gives up what it has asked for.
      this.state.connection.abandon();
      this.state = UNCONNECTED;
      this.#stateChanged.wake();
      return 0;
    }
    if (this.state.kind !== 'connected') return -ENOTCONN;
    if (how !== SHUT_WR) this.state.end.shutdownRead();
    if (how !== SHUT_RD) this.state.end.shutdownWrite();
    return 0;
  }

  poll(): number {
    switch (this.state.kind) {
      case 'unconnected':
        return this.#error === 0 ? POLLOUT | POLLHUP : FAILED;
      case 'connecting':
        return 0;
      case 'listening':
        return this.state.listener.pending > 0 ? POLLIN | POLLRDNORM : 0;
      case 'connected': {
        const { end } = this.state;
        const { ended } = end;
        const refused = end.refused || end.finished;
        let events = end.reset ? POLLERR : 0;
        if (end.available > 0 || ended) events |= POLLIN | POLLRDNORM;
        if (ended) events |= POLLRDHUP;
        if (ended && refused) events |= POLLHUP;
        // Writing to a side that is closed does not block either: it fails.
        if (refused || end.room > 0) events |= POLLOUT | POLLWRNORM;
        return events;
      }
    }
  }

  arm(_description: number, events: number): void {
    if (this.state.kind !== 'connected') return;
    // Whatever is waited for: the other side's end is told unasked (POSIX poll(), POLLHUP).
    this.state.end.receive.armReader();
    if (events & (POLLOUT | POLLWRNORM)) this.state.end.send.armWriter();
  }

  attributes(_description: number, out: Attributes): number {
    out.mode = S_IFSOCK | 0o777;
    out.nlink = 1;
    out.ino = this.record;
    return 0;
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    if (request !== FIONREAD) return -ENOTTY;
    if (this.state.kind === 'listening') return -EINVAL;
    memory.setInt32(argument, this.state.kind === 'connected' ? this.state.end.available : 0);
    return 0;
  }

  dropped(): void {
    if (this.state.kind === 'listening') this.state.listener.passOn();
  }

  release(): void {
    if (this.state.kind === 'connected') this.state.end.close();
    if (this.state.kind === 'connecting') this.state.connection.abandon();
    this.#released(this);
    this.state = UNCONNECTED;
  }
}
