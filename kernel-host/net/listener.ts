/**
 * A port or path that is listened on. Several sockets may share it; the connections that wait are one queue for all of
 * them, so that none waits behind a busy process while another is idle. The next one goes to a socket that waits.
 */
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { LISTENER } from '../memory/layout.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { UnixCredentials } from './datagram-socket.js';
import type { StreamEnd } from './stream.js';

interface Waiting {
  readonly end: StreamEnd;
  readonly accepted: (() => void) | undefined;
}

export class Listener {
  /** Address of the record that the listeners' own workers read: `LISTENER`. */
  readonly record: Address;
  readonly waiters = new WaitQueue();
  /** Woken when a connection left the queue. */
  readonly room = new WaitQueue();
  /** Of who said last that it listens. */
  credentials: UnixCredentials | null = null;
  readonly #memory: KernelMemory;
  readonly #queue: Waiting[] = [];
  #sockets = 0;
  #backlog = 0;

  constructor(memory: KernelMemory, record: Address) {
    this.#memory = memory;
    this.record = record;
  }

  /** Connections that wait. */
  get pending(): number {
    return this.#queue.length;
  }

  /** Connections that may wait. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Sockets that listen here. */
  get sockets(): number {
    return this.#sockets;
  }

  get full(): boolean {
    return this.#queue.length >= this.#backlog;
  }

  join(backlog: number): void {
    this.#sockets++;
    this.#backlog = Math.max(this.#backlog, backlog);
    this.#count();
  }

  /** True when nobody listens any more: what waited has been refused. */
  leave(): boolean {
    if (--this.#sockets > 0) {
      this.#count();
      this.passOn();
      return false;
    }
    for (const { end } of this.#queue.splice(0)) end.close();
    this.#count();
    this.room.wake();
    return true;
  }

  /** Whoever was woken for the connection at the head of the queue may be gone, or unable to take it: another is. */
  passOn(): void {
    if (this.#queue.length > 0) this.waiters.wakeOne();
  }

  /** @param accepted called when the connection has left the queue for a guest. */
  enqueue(end: StreamEnd, accepted?: () => void): void {
    this.#queue.push({ end, accepted });
    this.#count();
    this.waiters.wakeOne();
  }

  accept(): StreamEnd | null {
    const waiting = this.#queue.shift();
    this.#count();
    waiting?.accepted?.();
    if (waiting) this.room.wake();
    this.passOn();
    return waiting?.end ?? null;
  }

  #count(): void {
    const { u32 } = this.#memory;
    Atomics.store(u32, (this.record >>> 2) + LISTENER.PENDING_W, this.#queue.length);
    Atomics.store(u32, (this.record >>> 2) + LISTENER.SOCKETS_W, this.#sockets);
  }
}
