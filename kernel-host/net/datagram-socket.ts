/** Sockets that keep messages apart (udp(7), unix(7)): datagrams, and connections of SOCK_SEQPACKET. */
import { EAGAIN, ECONNREFUSED, ECONNRESET, EINVAL, EMSGSIZE, ENOTCONN, EPIPE } from '../abi/errno.js';
import { FIONREAD } from '../abi/ioctl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { AF_UNIX, SHUT_RD, SHUT_RDWR, SHUT_WR, SOCK_SEQPACKET } from '../abi/socket.js';
import { type Attributes, S_IFSOCK } from '../abi/stat.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import type { UserMemory } from '../memory/user-memory.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { SocketAddress } from './address.js';
import type { Rights } from './rights.js';
import type { SeqpacketListener } from './seqpacket-listener.js';

/** Who sent something, as it looked from where it was sent (struct ucred). */
export interface UnixCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Message {
  readonly bytes: Uint8Array;
  /** Where an answer goes to. */
  readonly from: SocketAddress;
  readonly credentials: UnixCredentials;
  readonly rights: Rights | null;
}

/** net.core.rmem_default of Linux. */
export const DATAGRAM_BUFFER = 212_992;
/** What a message takes beside its bytes, so that empty ones end, too: sizeof(struct sk_buff), about. */
const OVERHEAD = 256;
/** RFC 768 and 791: 65535 less both headers. */
const LARGEST_UDP = 65_507;

export class DatagramSocket extends AnonymousFile {
  readonly domain: number;
  /** SOCK_DGRAM or SOCK_SEQPACKET. */
  readonly type: number;
  readonly options = new Map<string, number>();
  /** Woken when a message has come, or none will. */
  readonly readable = new WaitQueue();
  override readonly writable = new WaitQueue();
  /** Woken when there is room for another message, or nobody is there any more. */
  readonly room = new WaitQueue();
  receiveTimeout: number | null = null;
  sendTimeout: number | null = null;
  bound: SocketAddress | null = null;
  /** Where `send` goes to; in the internet domain whoever is there then. */
  remote: SocketAddress | null = null;
  /** In the UNIX domain who is there. */
  peer: DatagramSocket | null = null;
  /** Of SOCK_SEQPACKET, when it listens. */
  listener: SeqpacketListener | null = null;
  /** Who the other side was when they were connected (SO_PEERCRED). */
  peerCredentials: UnixCredentials | null = null;
  readonly #inode: number;
  readonly #send: (socket: DatagramSocket, bytes: Uint8Array) => number;
  readonly #released: (socket: DatagramSocket) => void;
  /** Those whose peer this is. */
  readonly #senders = new Set<DatagramSocket>();
  #queue: Message[] = [];
  #queued = 0;
  #error = 0;
  #readShut = false;
  #writeShut = false;
  #open = true;

  /** @param send what a plain write does. @param released called when the socket is no more. */
  constructor(
    domain: number,
    type: number,
    inode: number,
    send: (socket: DatagramSocket, bytes: Uint8Array) => number,
    released: (socket: DatagramSocket) => void,
  ) {
    super('socket');
    this.domain = domain;
    this.type = type;
    this.#inode = inode;
    this.#send = send;
    this.#released = released;
  }

  get open(): boolean {
    return this.#open;
  }

  get connected(): boolean {
    return this.remote !== null || this.peer !== null;
  }

  /** Bytes of the longest message. */
  get largest(): number {
    return this.domain === AF_UNIX ? DATAGRAM_BUFFER - OVERHEAD : LARGEST_UDP;
  }

  /** Sends to `peer` from now on. */
  join(peer: DatagramSocket): void {
    this.part();
    this.peer = peer;
    peer.#senders.add(this);
    this.writable.wake();
  }

  part(): void {
    const { peer } = this;
    if (peer) peer.#senders.delete(this);
    this.peer = null;
    this.remote = null;
    this.writable.wake();
  }

  /** What is told once, by whatever comes next: an answer of the network (ICMP), say. */
  fail(errno: number): void {
    this.#error = errno;
    this.readable.wake();
    this.writable.wake();
  }

  takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  /** Whether it may send at all: 0 or -errno. */
  checkSending(length: number): number {
    const error = this.takeError();
    if (error !== 0) return -error;
    if (this.#writeShut) return -EPIPE;
    return length > this.largest ? -EMSGSIZE : 0;
  }

  /** Whether a message of so many bytes fits. One always does: the longest is as long as the buffer. */
  hasRoom(length: number): boolean {
    return this.#queued === 0 || this.#queued + length + OVERHEAD <= DATAGRAM_BUFFER;
  }

  /** Puts a message into the queue: 0, -EAGAIN when it is full, -ECONNREFUSED or -EPIPE when nobody will read it. */
  deliver(message: Message): number {
    if (!this.#open) return -ECONNREFUSED;
    if (this.#readShut) return -EPIPE;
    const size = message.bytes.length + OVERHEAD;
    if (!this.hasRoom(message.bytes.length)) return -EAGAIN;
    this.#queue.push(message);
    this.#queued += size;
    this.readable.wakeOne();
    return 0;
  }

  /** The next message, which stays when it is only looked at; -EAGAIN; 0 when none will come; another -errno. */
  next(peek: boolean): Message | number {
    const [message] = this.#queue;
    if (message) {
      if (!peek) this.#remove(message);
      return message;
    }
    const error = this.takeError();
    if (error !== 0) return -error;
    if (this.type === SOCK_SEQPACKET && !this.peer && !this.#readShut) return -ENOTCONN;
    return this.#readShut ? 0 : -EAGAIN;
  }

  override read(_description: number, into: Uint8Array): number {
    const message = this.next(false);
    if (typeof message === 'number') return message;
    message.rights?.drop();
    const count = Math.min(into.length, message.bytes.length);
    into.set(message.bytes.subarray(0, count));
    return count;
  }

  override write(_description: number, from: Uint8Array): number {
    return this.#send(this, from);
  }

  shutdown(how: number): number {
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return -EINVAL;
    // Linux asks it of UDP only.
    if (this.domain !== AF_UNIX && !this.connected) return -ENOTCONN;
    if (how !== SHUT_WR) this.#readShut = true;
    if (how !== SHUT_RD) this.#writeShut = true;
    const { peer } = this;
    if (this.type === SOCK_SEQPACKET && peer) {
      if (how !== SHUT_WR) peer.#writeShut = true;
      if (how !== SHUT_RD) peer.#readShut = true;
      peer.#wakeAll();
    }
    this.#wakeAll();
    return 0;
  }

  poll(): number {
    if (this.listener) return this.listener.pending ? POLLIN | POLLRDNORM : 0;
    let events = this.#error !== 0 ? POLLERR : 0;
    if (this.#queue.length > 0 || this.#readShut) events |= POLLIN | POLLRDNORM;
    if (this.#readShut) events |= POLLRDHUP;
    if (this.#readShut && this.#writeShut) events |= POLLHUP;
    // A full peer is waited for; whatever else is wrong, sending tells at once.
    if (this.peer?.hasRoom(0) ?? true) events |= POLLOUT | POLLWRNORM;
    return events;
  }

  override attributes(_description: number, out: Attributes): number {
    out.mode = S_IFSOCK | 0o777;
    out.nlink = 1;
    out.ino = this.#inode;
    return 0;
  }

  override readonly ioctl = (_description: number, request: number, argument: number, memory: UserMemory): number => {
    if (request !== FIONREAD) return -EINVAL;
    memory.setInt32(argument, this.#queue[0]?.bytes.length ?? 0);
    return 0;
  };

  release(): void {
    this.#open = false;
    const { peer } = this;
    if (this.type === SOCK_SEQPACKET && peer) {
      peer.#readShut = peer.#writeShut = true;
      if (this.#queue.length > 0) peer.#error = ECONNRESET;
      peer.#wakeAll();
    }
    this.listener?.close();
    this.part();
    for (const { rights } of this.#queue.splice(0)) rights?.drop();
    this.#queued = 0;
    this.#wakeAll();
    this.#released(this);
  }

  #remove(message: Message): void {
    this.#queue.shift();
    this.#queued -= message.bytes.length + OVERHEAD;
    this.room.wake();
    for (const sender of this.#senders) sender.writable.wake();
  }

  #wakeAll(): void {
    this.readable.wake();
    this.writable.wake();
    this.room.wake();
    for (const sender of this.#senders) sender.writable.wake();
  }
}
