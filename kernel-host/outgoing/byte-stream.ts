/** A connection whose other end a guest has, as bytes that are waited for. */
import type { HostConnection } from '../http/connection.js';

const CHUNK = 65_536;

export class ByteStream {
  readonly #connection: HostConnection;
  /** Read, and not taken yet. */
  #ahead: Uint8Array = new Uint8Array(0);
  #wakeReader: () => void = () => {};
  #wakeWriter: () => void = () => {};

  constructor(connection: HostConnection) {
    this.#connection = connection;
    connection.onReadable = () => this.#wakeReader();
    connection.onWritable = () => this.#wakeWriter();
  }

  /** What has come, a copy; null at the end. */
  async read(): Promise<Uint8Array<ArrayBufferLike> | null> {
    if (this.#ahead.length > 0) {
      const ahead = this.#ahead;
      this.#ahead = new Uint8Array(0);
      return ahead;
    }
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
      const count = this.#connection.read(buffer);
      if (count > 0) return buffer.slice(0, count);
      if (count < 0) return null;
      await changed;
    }
  }

  /** Comes first with the next `read`. */
  unread(bytes: Uint8Array): void {
    this.#ahead = bytes;
  }

  /** False when the guest reads no more. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (let done = 0; done < bytes.length; ) {
      const changed = new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
      const count = this.#connection.write(bytes.subarray(done));
      if (count < 0) return false;
      done += count;
      if (count === 0) await changed;
    }
    return true;
  }

  close(): void {
    this.#connection.close();
    this.#wakeReader();
    this.#wakeWriter();
  }
}
