/** A socket of SOCK_SEQPACKET that listens: connections that wait to be accepted (unix(7)). */
import { SOMAXCONN } from '../abi/socket.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { DatagramSocket, UnixCredentials } from './datagram-socket.js';

export class SeqpacketListener {
  /** Woken when one has left the queue, or none will be accepted. */
  readonly room = new WaitQueue();
  /** Of who said last that it listens. */
  credentials: UnixCredentials | null = null;
  readonly #queue: DatagramSocket[] = [];
  #backlog = 0;

  set backlog(backlog: number) {
    this.#backlog = Math.min(Math.max(backlog, 1), SOMAXCONN);
  }

  get full(): boolean {
    return this.#queue.length >= this.#backlog;
  }

  get pending(): boolean {
    return this.#queue.length > 0;
  }

  enqueue(end: DatagramSocket): void {
    this.#queue.push(end);
  }

  accept(): DatagramSocket | null {
    const end = this.#queue.shift() ?? null;
    if (end) this.room.wake();
    return end;
  }

  /** Whoever waits is refused. */
  close(): void {
    for (const end of this.#queue.splice(0)) end.release();
    this.room.wake();
  }
}
