/** A HostNetwork over real TCP to this machine: what is behind the port is not ours. */
import { connect, type Socket } from 'node:net';
import type { HostConnection, HostNetwork } from '../../../../kernel-host/http/connection.js';

class NetConnection implements HostConnection {
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onAccepted: (() => void) | null = null;
  readonly #socket: Socket;
  #end: 0 | -1 | -2 = 0;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('connect', () => this.onAccepted?.());
    this.#socket.on('readable', () => this.onReadable?.());
    this.#socket.on('drain', () => this.onWritable?.());
    this.#socket.on('end', () => this.#ended(-1));
    this.#socket.on('error', () => this.#ended(-2));
  }

  get available(): number {
    return this.#socket.readableLength;
  }

  write(bytes: Uint8Array): number {
    if (!this.#socket.writable) return -1;
    if (this.#socket.writableNeedDrain) return 0;
    const count = Math.min(bytes.length, 64 * 1024);
    this.#socket.write(bytes.slice(0, count));
    return count;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#socket.readableLength);
    // Asking for nothing makes the stream look for its end.
    const bytes: Buffer | null = this.#socket.read(count);
    if (!bytes || bytes.length === 0) return this.#end;
    into.set(bytes);
    return bytes.length;
  }

  shutdownWrite(): void {
    this.#socket.end();
  }

  close(): void {
    if (this.#socket.readableLength > 0) this.#socket.resetAndDestroy();
    else this.#socket.destroySoon();
  }

  #ended(how: -1 | -2): void {
    this.#end = this.#end || how;
    this.onReadable?.();
    this.onWritable?.();
  }
}

export const netNetwork: HostNetwork = {
  connect: (port) => new NetConnection(port),
  isListening: () => true,
  whenListening: () => Promise.resolve(),
  whenRoom: () => Promise.resolve(),
};
