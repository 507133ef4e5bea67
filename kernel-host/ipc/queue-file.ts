/** A POSIX message queue that is open: on Linux a descriptor, which can be polled and read for the queue's state. */
import { EINVAL } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { type Attributes, emptyAttributes, S_IFREG } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { PosixQueue } from './posix-queue.js';

export class QueueFile implements FileOperations {
  readonly seekable = true;
  readonly entry = unsupported.entry;
  readonly ioctl = unsupported.ioctl;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly queue: PosixQueue;
  readonly readable;
  readonly writable;
  readonly #closed: (description: number) => void;

  /** @param closed is told the description, when nobody has it open any more. */
  constructor(queue: PosixQueue, closed: (description: number) => void) {
    this.queue = queue;
    this.readable = queue.readable;
    this.writable = queue.writable;
    this.#closed = closed;
  }

  /** As mq_overview(7) has it. */
  read(_description: number, into: Uint8Array, position: number): number {
    const { bytes, notification } = this.queue;
    const fields = [
      `QSIZE:${String(bytes).padEnd(10)}`,
      `NOTIFY:${String(notification?.kind ?? 0).padEnd(5)}`,
      `SIGNO:${String(notification?.signal ?? 0).padEnd(5)}`,
      `NOTIFY_PID:${String(notification?.pid ?? 0).padEnd(6)}`,
    ];
    const part = new TextEncoder().encode(`${fields.join(' ')}\n`).subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(): number {
    return -EINVAL;
  }

  poll(): number {
    const { count, maximum } = this.queue;
    return (count > 0 ? POLLIN | POLLRDNORM : 0) | (count < maximum ? POLLOUT | POLLWRNORM : 0);
  }

  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    const { permissions } = this.queue;
    Object.assign(out, emptyAttributes(), { mode: S_IFREG | permissions.mode, nlink: 1 });
    out.uid = permissions.uid;
    out.gid = permissions.gid;
    return 0;
  }

  size(): number {
    return 0;
  }

  release(description: number): void {
    this.#closed(description);
  }
}
