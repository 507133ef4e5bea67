/** A POSIX message queue (mq_overview(7)): messages by priority, then by age. */
import { EAGAIN, EBUSY, EMSGSIZE, Errno } from '../abi/errno.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { Permissions } from './permissions.js';

interface Message {
  readonly priority: number;
  readonly text: Uint8Array;
}

/** Who is told, once, that a message came to the empty queue (mq_notify(3)). */
export interface Notification {
  readonly pid: number;
  /** The open file description that it was asked for by. */
  readonly description: number;
  /** SIGEV_SIGNAL or SIGEV_NONE, and the signal. */
  readonly kind: number;
  readonly signal: number;
  notify(): void;
}

export class PosixQueue {
  readonly permissions: Permissions;
  readonly maximum: number;
  readonly messageSize: number;
  /** Woken when there is a message, and when there is room. */
  readonly readable = new WaitQueue();
  readonly writable = new WaitQueue();
  readonly createdAt: number;
  /** Highest priority first. */
  readonly #messages: Message[] = [];
  #notification: Notification | null = null;

  constructor(permissions: Permissions, maximum: number, messageSize: number, now: number) {
    this.permissions = permissions;
    this.maximum = maximum;
    this.messageSize = messageSize;
    this.createdAt = now;
  }

  get count(): number {
    return this.#messages.length;
  }

  get bytes(): number {
    return this.#messages.reduce((sum, { text }) => sum + text.length, 0);
  }

  get notification(): Notification | null {
    return this.#notification;
  }

  /** 0, or -EAGAIN while there is no room. @throws Errno EMSGSIZE */
  send(text: Uint8Array, priority: number): number {
    if (text.length > this.messageSize) throw new Errno(EMSGSIZE);
    if (this.count >= this.maximum) return -EAGAIN;
    const behind = this.#messages.findIndex((message) => message.priority < priority);
    // A receiver that waits already gets the message: then nobody is told of it.
    const tells = this.count === 0 && this.readable.empty;
    this.#messages.splice(behind < 0 ? this.count : behind, 0, { priority, text: text.slice() });
    this.readable.wake();
    if (tells) {
      const notification = this.#notification;
      this.#notification = null;
      notification?.notify();
    }
    return 0;
  }

  /** null while there is none. */
  receive(): Message | null {
    const message = this.#messages.shift() ?? null;
    if (message) this.writable.wake();
    return message;
  }

  /** @throws Errno EBUSY */
  register(notification: Notification): void {
    if (this.#notification) throw new Errno(EBUSY);
    this.#notification = notification;
  }

  /** A process asks no more, or not by this description. */
  unregister(pid: number, description: number | null = null): void {
    const notification = this.#notification;
    if (notification?.pid !== pid || (description !== null && notification.description !== description)) return;
    this.#notification = null;
  }
}
