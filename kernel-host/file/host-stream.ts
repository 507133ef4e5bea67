/** A guest's standard streams when the host holds the other end. */
import { EAGAIN, EBADF, EPIPE } from '../abi/errno.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { type Attributes, S_IFIFO } from '../abi/stat.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { type FileOperations, unsupported } from './file-operations.js';

abstract class HostStream {
  readonly seekable = false;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly ioctl = unsupported.ioctl;

  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    out.mode = S_IFIFO | 0o600;
    out.nlink = 1;
    return 0;
  }

  /** The host's stream is one, whoever opens it. */
  share(): this {
    return this;
  }

  release(): void {}
}

/** What the host gives a guest to read. */
export class HostInput extends HostStream implements FileOperations {
  readonly readable = new WaitQueue();
  readonly writable = null;
  readonly #chunks: Uint8Array[] = [];
  readonly #consumed: () => void;
  readonly #wanted: () => void;
  #ended = false;

  /**
   * @param consumed called when everything that was pushed has been read.
   * @param wanted called when a guest begins to wait for more.
   */
  constructor(consumed: () => void = () => {}, wanted: () => void = () => {}) {
    super();
    this.#consumed = consumed;
    this.#wanted = wanted;
  }

  override arm(): void {
    if (!this.#ended) this.#wanted();
  }

  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.readable.wake();
  }

  end(): void {
    this.#ended = true;
    this.readable.wake();
  }

  read(_description: number, into: Uint8Array): number {
    const [first] = this.#chunks;
    if (!first) return this.#ended || into.length === 0 ? 0 : -EAGAIN;
    const count = Math.min(first.length, into.length);
    into.set(first.subarray(0, count));
    if (count < first.length) this.#chunks[0] = first.subarray(count);
    else this.#chunks.shift();
    if (this.#chunks.length === 0) this.#consumed();
    return count;
  }

  write(): number {
    return -EBADF;
  }

  poll(): number {
    if (this.#chunks.length > 0) return POLLIN | POLLRDNORM;
    return this.#ended ? POLLIN | POLLRDNORM | POLLHUP : 0;
  }
}

/** What a guest writes for the host. */
export class HostOutput extends HostStream implements FileOperations {
  readonly readable = null;
  readonly writable = new WaitQueue();
  readonly #write: (bytes: Uint8Array) => boolean;
  #full = false;
  #closed = false;

  /** @param write takes a copy's ownership; false asks for no more until `drained`. */
  constructor(write: (bytes: Uint8Array) => boolean) {
    super();
    this.#write = write;
  }

  drained(): void {
    this.#full = false;
    this.writable.wake();
  }

  /** Nobody takes it any more. */
  close(): void {
    this.#closed = true;
    this.writable.wake();
  }

  read(): number {
    return -EBADF;
  }

  write(_description: number, from: Uint8Array): number {
    if (this.#closed) return -EPIPE;
    if (this.#full) return -EAGAIN;
    this.#full = !this.#write(from.slice());
    return from.length;
  }

  poll(): number {
    if (this.#closed) return POLLERR | POLLOUT | POLLWRNORM;
    return this.#full ? 0 : POLLOUT | POLLWRNORM;
  }
}
