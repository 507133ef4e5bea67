/** A counter that is waited for (eventfd(2)). */
import { EAGAIN, EINVAL } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import { WaitQueue } from './wait-queue.js';

/** A read or write is of one 64-bit number. */
const SIZE = 8;
/** The largest value: one below what a write may not be (eventfd(2)). */
const LARGEST = 2n ** 64n - 2n;

export class EventCounter extends AnonymousFile {
  readonly readable = new WaitQueue();
  override readonly writable = new WaitQueue();
  readonly #isSemaphore: boolean;
  #value: bigint;

  constructor(value: number, isSemaphore: boolean) {
    super('eventfd');
    this.#value = BigInt(value);
    this.#isSemaphore = isSemaphore;
  }

  override read(_description: number, into: Uint8Array): number {
    if (into.length < SIZE) return -EINVAL;
    if (this.#value === 0n) return -EAGAIN;
    const taken = this.#isSemaphore ? 1n : this.#value;
    this.#value -= taken;
    numbers(into).setBigUint64(0, taken, true);
    this.writable.wake();
    return SIZE;
  }

  override write(_description: number, from: Uint8Array): number {
    if (from.length < SIZE) return -EINVAL;
    const added = numbers(from).getBigUint64(0, true);
    if (added > LARGEST) return -EINVAL;
    if (this.#value + added > LARGEST) return -EAGAIN;
    this.#value += added;
    this.readable.wake();
    return SIZE;
  }

  poll(): number {
    return (this.#value > 0n ? POLLIN | POLLRDNORM : 0) | (this.#value < LARGEST ? POLLOUT | POLLWRNORM : 0);
  }

  release(): void {}
}

const numbers = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, SIZE);
