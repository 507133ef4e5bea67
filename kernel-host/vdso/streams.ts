/**
 * Reading, writing and polling pipes and connections from a process's worker: what need not wait needs no kernel. Results as
 * in `files.ts`; CROSS where the call would sleep, or the stream is in a state that only the kernel tells apart.
 */
import { EAGAIN, EBADF } from '../abi/errno.js';
import { O_NONBLOCK } from '../abi/fcntl.js';
import {
  POLL_ALWAYS,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from '../abi/poll.js';
import { SHUT_RD, SHUT_RDWR, SHUT_WR } from '../abi/socket.js';
import { fileSize } from '../fs/inode-reader.js';
import { CROSS } from '../fs/path-walk.js';
import {
  DESCRIPTION,
  KIND_DEVICE,
  KIND_FILE,
  KIND_PIPE,
  KIND_SOCKET,
  LISTENER,
  RING_ANCILLARY,
  RING_READER_CLOSED,
  RING_RESET,
  RING_WRITER_CLOSED,
  SOCKET,
  SOCKET_CONNECTED,
  SOCKET_LISTENING,
} from '../memory/layout.js';
import { PIPE_BUF } from '../pipe/pipe.js';
import { closeRing, readRing, ringAvailable, ringRoom, ringState, writeRing } from '../pipe/ring.js';
import type { ProcessView } from './process-view.js';

export class LocalStreams {
  readonly #process: ProcessView;

  constructor(process: ProcessView) {
    this.#process = process;
  }

  receive(fd: number, into: Uint8Array, at: number, length: number, peek: boolean): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    process.memory.catchUp();
    const ring = this.#ring(description, SOCKET.RECEIVE_W, 0);
    if (ring === 0 || !process.owns(description)) return CROSS;
    // Looked at before the bytes: whoever closes has written all of them before.
    const state = ringState(process.memory, ring);
    if ((state & (RING_RESET | RING_ANCILLARY)) !== 0) return CROSS;
    const count = readRing(process.memory, ring, into, at, length, peek);
    if (count > 0) return count;
    if ((state & RING_WRITER_CLOSED) !== 0) return 0;
    return this.#nonBlocking(description) ? -EAGAIN : CROSS;
  }

  send(fd: number, from: Uint8Array, at: number, length: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    process.memory.catchUp();
    const ring = this.#ring(description, SOCKET.SEND_W, 1);
    if (ring === 0 || !process.owns(description)) return CROSS;
    if ((ringState(process.memory, ring) & (RING_RESET | RING_READER_CLOSED | RING_WRITER_CLOSED)) !== 0) return CROSS;
    const room = ringRoom(process.memory, ring);
    const nonBlocking = this.#nonBlocking(description);
    if (room >= length) return writeRing(process.memory, ring, from, at, length);
    const atomic = process.field(description, DESCRIPTION.KIND_W) === KIND_PIPE && length <= PIPE_BUF;
    if (!nonBlocking) return CROSS;
    return room === 0 || atomic ? -EAGAIN : writeRing(process.memory, ring, from, at, length);
  }

  /** A stop of one direction or both changes nothing but what the rings say: whoever waits on them is rung for. */
  shutdown(fd: number, how: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return CROSS;
    if (process.field(description, DESCRIPTION.KIND_W) !== KIND_SOCKET || !process.owns(description)) return CROSS;
    const { memory } = process;
    memory.catchUp();
    const record = process.field(description, DESCRIPTION.OBJECT_W) >>> 2;
    if (memory.u32[record + SOCKET.STATE_W] !== SOCKET_CONNECTED) return CROSS;
    const receive = memory.u32[record + SOCKET.RECEIVE_W] as number;
    const send = memory.u32[record + SOCKET.SEND_W] as number;
    if (how !== SHUT_WR) closeRing(memory, receive, RING_READER_CLOSED | RING_WRITER_CLOSED);
    if (how !== SHUT_RD) closeRing(memory, send, RING_WRITER_CLOSED);
    return 0;
  }

  /** The events that hold now, out of those asked for; CROSS where only the kernel knows. */
  poll(fd: number, events: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description === -EBADF ? POLLNVAL : CROSS;
    process.memory.catchUp();
    const ready = this.#ready(description);
    return ready < 0 ? CROSS : ready & (events | POLL_ALWAYS);
  }

  /** Whether it listens on a port on which others listen as well. */
  sharesListener(fd: number): boolean {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0 || process.field(description, DESCRIPTION.KIND_W) !== KIND_SOCKET) return false;
    const record = process.field(description, DESCRIPTION.OBJECT_W) >>> 2;
    if (process.memory.u32[record + SOCKET.STATE_W] !== SOCKET_LISTENING) return false;
    return this.#listener(record, LISTENER.SOCKETS_W) > 1;
  }

  /** Bytes that a read would give without waiting (FIONREAD); CROSS where only the kernel knows. */
  available(fd: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    process.memory.catchUp();
    const object = process.field(description, DESCRIPTION.OBJECT_W);
    if (process.field(description, DESCRIPTION.KIND_W) === KIND_FILE)
      return Math.max(0, fileSize(process.memory, object) - process.offset(description));
    const ring = this.#ring(description, SOCKET.RECEIVE_W, 0);
    return ring === 0 ? CROSS : ringAvailable(process.memory, ring);
  }

  #ready(description: number): number {
    const process = this.#process;
    const { memory } = process;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    if (kind <= KIND_DEVICE) return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    if (kind === KIND_PIPE) {
      const ring = process.field(description, DESCRIPTION.OBJECT_W);
      const state = ringState(memory, ring);
      if (process.field(description, DESCRIPTION.END_W) === 0) {
        return (
          ((state & RING_WRITER_CLOSED) !== 0 ? POLLHUP : 0) |
          (ringAvailable(memory, ring) > 0 ? POLLIN | POLLRDNORM : 0)
        );
      }
      if ((state & RING_READER_CLOSED) !== 0) return POLLERR | POLLOUT | POLLWRNORM;
      return ringRoom(memory, ring) >= PIPE_BUF ? POLLOUT | POLLWRNORM : 0;
    }
    if (kind !== KIND_SOCKET) return CROSS;
    const record = process.field(description, DESCRIPTION.OBJECT_W) >>> 2;
    const { u32 } = memory;
    if (u32[record + SOCKET.STATE_W] === SOCKET_LISTENING) {
      return this.#listener(record, LISTENER.PENDING_W) > 0 ? POLLIN | POLLRDNORM : 0;
    }
    if (u32[record + SOCKET.STATE_W] !== SOCKET_CONNECTED) return CROSS;
    const receive = u32[record + SOCKET.RECEIVE_W] as number;
    const send = u32[record + SOCKET.SEND_W] as number;
    const state = ringState(memory, receive);
    const ended = (state & RING_WRITER_CLOSED) !== 0;
    const refused = (ringState(memory, send) & (RING_READER_CLOSED | RING_WRITER_CLOSED)) !== 0;
    let events = (state & RING_RESET) !== 0 ? POLLERR : 0;
    if (ended || ringAvailable(memory, receive) > 0) events |= POLLIN | POLLRDNORM;
    if (ended) events |= POLLRDHUP;
    if (ended && refused) events |= POLLHUP;
    if (refused || ringRoom(memory, send) > 0) events |= POLLOUT | POLLWRNORM;
    return events;
  }

  /** A word of the record of the listener that a socket belongs to, whose own record begins at the word `socket`. */
  #listener(socket: number, word: number): number {
    const { u32 } = this.#process.memory;
    return Atomics.load(u32, ((u32[socket + SOCKET.LISTENER_W] as number) >>> 2) + word);
  }

  /** The ring that a pipe's end, or one direction of a connection, works on; 0 when there is none. */
  #ring(description: number, direction: number, end: number): number {
    const process = this.#process;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    const object = process.field(description, DESCRIPTION.OBJECT_W);
    if (kind === KIND_PIPE) return process.field(description, DESCRIPTION.END_W) === end ? object : 0;
    if (kind !== KIND_SOCKET || process.memory.u32[(object >>> 2) + SOCKET.STATE_W] !== SOCKET_CONNECTED) return 0;
    return process.memory.u32[(object >>> 2) + direction] as number;
  }

  #nonBlocking(description: number): boolean {
    return (this.#process.field(description, DESCRIPTION.FLAGS_W) & O_NONBLOCK) !== 0;
  }
}
