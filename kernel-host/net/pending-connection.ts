/** A connection asked for without waiting, of a listener that has no room yet (POSIX connect(), EINPROGRESS). */
import { EINPROGRESS } from '../abi/errno.js';
import type { Waiter } from '../poll/wait-queue.js';
import type { SocketAddress } from './address.js';
import type { UnixCredentials } from './datagram-socket.js';
import type { Listener } from './listener.js';
import type { Network } from './network.js';
import type { Socket } from './socket.js';

/** The listener that it waits for, or how it ended: 0 or -errno. */
type Attempt = () => Listener | number;

export class PendingConnection implements Waiter {
  readonly #attempt: Attempt;
  readonly #ended: (result: number) => void;
  readonly #enqueue: (callback: () => void) => void;
  /** null: it is over. */
  #listener: Listener | null;

  constructor(
    listener: Listener,
    attempt: Attempt,
    ended: (result: number) => void,
    enqueue: (callback: () => void) => void,
  ) {
    this.#attempt = attempt;
    this.#ended = ended;
    this.#enqueue = enqueue;
    this.#listener = listener;
    listener.room.add(this);
  }

  wake(): void {
    this.#enqueue(() => this.#try());
  }

  abandon(): void {
    this.#listener?.room.remove(this);
    this.#listener = null;
  }

  #try(): void {
    if (!this.#listener) return;
    const next = this.#attempt();
    this.#listener.room.remove(this);
    this.#listener = typeof next === 'number' ? null : next;
    if (typeof next === 'number') this.#ended(next);
    else next.room.add(this);
  }
}

/** @returns 0, -EINPROGRESS: poll() finds the socket writable when it is connected or not to be, or another -errno. */
export function connectWithoutWaiting(
  network: Network,
  socket: Socket,
  remote: SocketAddress,
  credentials: UnixCredentials,
  enqueue: (callback: () => void) => void,
): number {
  const attempt: Attempt = () => {
    // Another may have taken the place of the listener that was waited for.
    const listener = network.listenerAt(remote, null);
    if (typeof listener === 'number' || listener.full) return listener;
    return network.connectSocket(socket, listener, remote, credentials);
  };
  // Before it waits: what it has would be lost.
  if (socket.mayConnect < 0) return socket.mayConnect;
  const listener = attempt();
  if (typeof listener === 'number') return listener;
  socket.connecting(new PendingConnection(listener, attempt, (result) => socket.connectingEnded(result), enqueue));
  return -EINPROGRESS;
}
