/** A connected byte stream: two rings and their two ends, either of which may be a guest's socket or the host. */
import type { KernelMemory } from '../memory/kernel-memory.js';
import {
  readRing,
  ringAvailable,
  ringReaderClosed,
  ringReset,
  ringRoom,
  ringWriterClosed,
  writeRing,
} from '../pipe/ring.js';
import { type Ring, type Rings, SOCKET_CAPACITY } from '../pipe/rings.js';
import type { SocketAddress } from './address.js';

export class StreamEnd {
  readonly receive: Ring;
  readonly send: Ring;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #memory: KernelMemory;
  readonly #release: () => void;
  #open = true;

  constructor(
    memory: KernelMemory,
    receive: Ring,
    send: Ring,
    local: SocketAddress,
    remote: SocketAddress,
    release: () => void,
  ) {
    this.#memory = memory;
    this.receive = receive;
    this.send = send;
    this.local = local;
    this.remote = remote;
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

  read(into: Uint8Array, peek: boolean): number {
    const count = readRing(this.#memory, this.receive.address, into, 0, into.length, peek);
    if (count > 0 && !peek) this.receive.writers.wake();
    return count;
  }

  write(from: Uint8Array): number {
    const count = writeRing(this.#memory, this.send.address, from, 0, from.length);
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
  return [new StreamEnd(memory, back, there, a, b, release), new StreamEnd(memory, there, back, b, a, release)];
}
