/** A connected byte stream: two rings and their two ends, either of which may be a guest's socket or the host. */
import type { KernelMemory } from '../memory/kernel-memory.js';
import {
  readRing,
  ringAvailable,
  ringReaderClosed,
  ringReadPosition,
  ringReset,
  ringRoom,
  ringWritePosition,
  ringWriterClosed,
  writeRing,
} from '../pipe/ring.js';
import { type Ring, type Rings, SOCKET_CAPACITY } from '../pipe/rings.js';
import type { SocketAddress } from './address.js';
import { AncillaryQueue } from './ancillary-queue.js';
import type { UnixCredentials } from './datagram-socket.js';
import type { Rights } from './rights.js';

export class StreamEnd {
  readonly receive: Ring;
  readonly send: Ring;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Who the other side was when they were connected (SO_PEERCRED). */
  peerCredentials: UnixCredentials | null = null;
  readonly #incoming: AncillaryQueue;
  readonly #outgoing: AncillaryQueue;
  readonly #memory: KernelMemory;
  readonly #release: () => void;
  #open = true;

  constructor(
    memory: KernelMemory,
    receive: Ring,
    send: Ring,
    local: SocketAddress,
    remote: SocketAddress,
    incoming: AncillaryQueue,
    outgoing: AncillaryQueue,
    release: () => void,
  ) {
    this.#memory = memory;
    this.receive = receive;
    this.send = send;
    this.local = local;
    this.remote = remote;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#release = release;
  }

  get available(): number {
    return ringAvailable(this.#memory, this.receive.address);
  }

  get room(): number {
    return ringRoom(this.#memory, this.send.address);
  }

  get reset(): boolean {
    return ringReset(this.#memory, this.receive.address);
  }

  /** The other side writes no more; what it wrote may still be there. */
  get ended(): boolean {
    return ringWriterClosed(this.#memory, this.receive.address);
  }

  /** The other side reads no more. */
  get refused(): boolean {
    return ringReaderClosed(this.#memory, this.send.address);
  }

  /** This side has said that it writes no more. */
  get finished(): boolean {
    return ringWriterClosed(this.#memory, this.send.address);
  }

  /** @param takes hears of the rights that came with what is read; left out, they are lost. */
  read(into: Uint8Array, peek: boolean, takes?: (rights: Rights) => void): number {
    const { address } = this.receive;
    const incoming = this.#incoming.empty ? null : this.#incoming;
    const position = incoming ? ringReadPosition(this.#memory, address) : 0;
    const length = incoming?.reach(position, into.length) ?? into.length;
    const count = readRing(this.#memory, address, into, 0, length, peek, false);
    if (incoming && count > 0) {
      const end = (position + count) | 0;
      const rights = peek ? incoming.peek(end) : incoming.take(end);
      if (rights) {
        if (takes) takes(rights);
        else if (!peek) rights.drop();
      }
    }
    if (incoming?.empty) this.receive.markAncillary(false);
    if (count > 0 && !peek) this.receive.writers.wake();
    return count;
  }

  /** @param rights what comes with the first byte; asked for when there is room for one. */
  write(from: Uint8Array, rights?: () => Rights): number {
    const sent = rights && from.length > 0 && this.room > 0 ? rights() : null;
    if (sent) this.send.markAncillary(true);
    const position = sent ? ringWritePosition(this.#memory, this.send.address) : 0;
    const count = writeRing(this.#memory, this.send.address, from, 0, from.length, false);
    if (sent) this.#outgoing.add(position, count, sent);
    if (count > 0) this.send.readers.wake();
    return count;
  }

  shutdownWrite(): void {
    this.send.closeWriter();
  }

  shutdownRead(): void {
    this.receive.closeReader();
    this.receive.closeWriter();
  }

  /** Bytes that nobody will read make it a reset (RFC 9293 section 3.10.4, CLOSE with unread data). */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#incoming.drop();
    if (this.available > 0) {
      this.receive.reset();
      this.send.reset();
    } else {
      this.send.closeWriter();
      this.receive.closeReader();
    }
    this.#release();
  }
}

/** Two connected ends, or a negative errno when there is no room for their rings. */
export function createStream(
  memory: KernelMemory,
  rings: Rings,
  a: SocketAddress,
  b: SocketAddress,
): readonly [StreamEnd, StreamEnd] | number {
  const there = rings.create(SOCKET_CAPACITY);
  if (typeof there === 'number') return there;
  const back = rings.create(SOCKET_CAPACITY);
  if (typeof back === 'number') {
    rings.destroy(there);
    return back;
  }
  let ends = 2;
  const release = (): void => {
    if (--ends > 0) return;
    rings.destroy(there);
    rings.destroy(back);
  };
  const [forth, reply] = [new AncillaryQueue(), new AncillaryQueue()];
  return [
    new StreamEnd(memory, back, there, a, b, reply, forth, release),
    new StreamEnd(memory, there, back, b, a, forth, reply, release),
  ];
}
