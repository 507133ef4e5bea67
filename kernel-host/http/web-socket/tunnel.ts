/**
 * Carries bytes between a page's port and a guest's connection, both ways, in bounded memory: what the page has no credit for
 * stays in the guest's socket, and the page gets a credit back when the guest has taken a chunk. What the bytes mean is no
 * concern of the kernel's: the page speaks RFC 6455.
 */
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import type { FromTunnel, ToTunnel } from '../../../protocol/tunnel.js';
import type { HostConnection } from '../connection.js';
import { Deadline } from '../deadline.js';

/** Milliseconds that a guest has to read a page's last words: as long as Chromium keeps such a socket open (net::WebSocketChannel). */
const LINGER = 2_000;

const NOTHING_TO_TRANSFER: ArrayBuffer[] = [];

/** Finds the end of a stream, or what came between two looks; leaves nothing behind. */
const scratch = new Uint8Array(4096);

export interface TunnelEvents {
  post(message: FromTunnel, transfer: ArrayBuffer[]): void;
  /** Nothing comes or goes any more; the connection is closed. Called once. */
  closed(): void;
}

export class Tunnel {
  readonly #connection: HostConnection;
  readonly #events: TunnelEvents;
  readonly #linger = new Deadline(() => this.close());
  /** What the guest has not taken, in order; of the first, `#written` bytes are gone. */
  readonly #toGuest: Uint8Array[] = [];
  #written = 0;
  #credits = WINDOW_CHUNKS;
  #state: 'open' | 'leaving' | 'closed' = 'open';

  /** @param early bytes that came with the answer to the handshake; they belong to the tunnel. */
  constructor(connection: HostConnection, early: ArrayBuffer | null, events: TunnelEvents) {
    this.#connection = connection;
    this.#events = events;
    connection.onReadable = () => this.#receive();
    connection.onWritable = () => this.#send();
    if (early) this.#passOn(early);
  }

  /** To be called once the page knows that the tunnel is open. */
  start(): void {
    this.#receive();
  }

  take(message: ToTunnel): void {
    if (this.#state !== 'open') return;
    switch (message.type) {
      case 'data':
        // A page that keeps to its credits never has more under way.
        if (this.#toGuest.length === WINDOW_CHUNKS) this.close();
        else {
          this.#toGuest.push(new Uint8Array(message.chunk));
          this.#send();
        }
        break;
      case 'credit':
        this.#credits = Math.min(WINDOW_CHUNKS, this.#credits + message.chunks);
        this.#receive();
        break;
      case 'close':
        this.#state = 'leaving';
        this.#linger.set(LINGER);
        this.#send();
        break;
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#linger.clear();
    this.#toGuest.length = 0;
    this.#connection.close();
    this.#events.closed();
  }

  #send(): void {
    let taken = 0;
    for (let bytes = this.#toGuest[0]; bytes; bytes = this.#toGuest[0]) {
      const count = this.#connection.write(this.#written === 0 ? bytes : bytes.subarray(this.#written));
      // The guest reads no more; it may still have something to say.
      if (count < 0) this.#written = bytes.length;
      else if (count === 0) break;
      else this.#written += count;
      if (this.#written < bytes.length) continue;
      this.#toGuest.shift();
      this.#written = 0;
      taken++;
    }
    if (taken > 0) this.#post({ type: 'credit', chunks: taken });
    if (this.#state === 'leaving' && this.#toGuest.length === 0) this.close();
  }

  #receive(): void {
    while (this.#state === 'open' && this.#credits > 0) {
      const { available } = this.#connection;
      const into = available > 0 ? new Uint8Array(Math.min(available, MAX_CHUNK)) : scratch;
      const count = this.#connection.read(into);
      if (count === 0) return;
      if (count < 0) {
        this.#post({ type: 'end' });
        this.close();
        return;
      }
      this.#passOn(count === into.length && into !== scratch ? into.buffer : into.slice(0, count).buffer);
    }
  }

  #passOn(chunk: ArrayBuffer): void {
    this.#credits--;
    this.#post({ type: 'data', chunk }, [chunk]);
  }

  #post(message: FromTunnel, transfer = NOTHING_TO_TRANSFER): void {
    this.#events.post(message, transfer);
  }
}
