/** A System V message queue (POSIX msgsnd(), msgrcv()). */
import { E2BIG, EAGAIN, EIDRM, Errno } from '../abi/errno.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { Permissions } from './permissions.js';

/** Linux: MSGMNB, the limit that a queue begins with. */
export const QUEUE_BYTES = 16384;

export interface Message {
  /** Above 0. */
  readonly type: number;
  readonly text: Uint8Array;
}

export class MessageQueue {
  readonly permissions: Permissions;
  /** Woken when a message, room, or the end of the queue has come. */
  readonly changed = new WaitQueue();
  readonly #messages: Message[] = [];
  #bytes = 0;
  #removed = false;
  /** Most bytes that all messages may have (msg_qbytes). */
  limit = QUEUE_BYTES;
  sentAt = 0;
  receivedAt = 0;
  changedAt: number;
  lastSender = 0;
  lastReceiver = 0;

  /** @param now in seconds since 1970. */
  constructor(permissions: Permissions, now: number) {
    this.permissions = permissions;
    this.changedAt = now;
  }

  get count(): number {
    return this.#messages.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** 0, or -EAGAIN while there is no room. @throws Errno EIDRM */
  send(message: Message, pid: number, now: number): number {
    this.#check();
    // As Linux, a queue of empty messages is full at as many as it may have bytes.
    if (this.#bytes + message.text.length > this.limit || this.count + 1 > this.limit) return -EAGAIN;
    this.#messages.push(message);
    this.#bytes += message.text.length;
    this.sentAt = now;
    this.lastSender = pid;
    this.changed.wake();
    return 0;
  }

  /**
   * The first message of `type`; of any where that is 0; of the lowest up to -`type` below that. null while there is none.
   * @param except the first of any other type. @param room what longer ones are cut to, or stay for.
   * @throws Errno EIDRM, E2BIG
   */
  receive(
    type: number,
    except: boolean,
    room: { readonly bytes: number; readonly cuts: boolean },
    pid: number,
    now: number,
  ): Message | null {
    this.#check();
    const message = this.#find(type, except);
    if (!message) return null;
    if (message.text.length > room.bytes && !room.cuts) throw new Errno(E2BIG);
    this.#messages.splice(this.#messages.indexOf(message), 1);
    this.#bytes -= message.text.length;
    this.receivedAt = now;
    this.lastReceiver = pid;
    this.changed.wake();
    return { type: message.type, text: message.text.subarray(0, room.bytes) };
  }

  /** Whoever waits is told EIDRM. */
  remove(): void {
    this.#removed = true;
    this.changed.wake();
  }

  #check(): void {
    if (this.#removed) throw new Errno(EIDRM);
  }

  #find(type: number, except: boolean): Message | undefined {
    if (type === 0) return this.#messages[0];
    if (type > 0) return this.#messages.find((message) => (message.type === type) !== except);
    const lowest = Math.min(...this.#messages.map((message) => message.type));
    return lowest <= -type ? this.#messages.find((message) => message.type === lowest) : undefined;
  }
}
