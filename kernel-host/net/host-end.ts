/** The host's end of a connection into a guest: what the HTTP injector works with. */
import type { HostConnection } from '../http/connection.js';
import type { Waiter } from '../poll/wait-queue.js';
import type { StreamEnd } from './stream.js';

export class HostEnd implements HostConnection {
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onAccepted: (() => void) | null = null;
  readonly #end: StreamEnd;
  readonly #enqueue: (callback: () => void) => void;
  readonly #reader: Waiter;
  readonly #writer: Waiter;
  #readable = false;
  #writable = false;

  /** @param enqueue runs a callback once the kernel is done with what it does now. */
  constructor(end: StreamEnd, enqueue: (callback: () => void) => void) {
    this.#end = end;
    this.#enqueue = enqueue;
    this.#reader = { wake: () => this.#wake('reader') };
    this.#writer = { wake: () => this.#wake('writer') };
    end.receive.readers.add(this.#reader);
    end.send.writers.add(this.#writer);
    end.receive.armReader();
  }

  get available(): number {
    return this.#end.available;
  }

  write(bytes: Uint8Array): number {
    if (this.#end.refused) return -1;
    const count = this.#end.write(bytes);
    if (count > 0 || bytes.length === 0) return count;
    this.#end.send.armWriter();
    return this.#end.room > 0 ? this.#end.write(bytes) : 0;
  }

  read(into: Uint8Array): number {
    for (let attempt = 0; ; attempt++) {
      // Looked at before the bytes: whoever closes has written all of them before.
      const { ended, reset } = this.#end;
      const count = this.#end.read(into, false);
      if (count > 0 || into.length === 0) return count;
      // Behind the bytes, as on Linux: a server may answer and close without having read the whole request.
      if (reset) return -2;
      if (ended) return -1;
      if (attempt > 0) return 0;
      this.#end.receive.armReader();
    }
  }

  shutdownWrite(): void {
    this.#end.shutdownWrite();
  }

  close(): void {
    this.onReadable = null;
    this.onWritable = null;
    this.onAccepted = null;
    this.#end.receive.readers.remove(this.#reader);
    this.#end.send.writers.remove(this.#writer);
    this.#end.close();
  }

  /** A callback that is on its way is not asked for twice. */
  #wake(who: 'reader' | 'writer'): void {
    if (who === 'reader') {
      if (this.#readable) return;
      this.#readable = true;
      this.#enqueue(() => {
        this.#readable = false;
        this.onReadable?.();
      });
    } else {
      if (this.#writable) return;
      this.#writable = true;
      this.#enqueue(() => {
        this.#writable = false;
        this.onWritable?.();
      });
    }
  }
}
