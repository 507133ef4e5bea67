/** A WebSocket into a guest, as the WebSockets Standard has it, over a tunnel. What a page sees of it is in install.ts. */
import { CLOSE, isForbidden } from './close-codes.js';
import { FrameReader, type FrameReceiver, type Parts } from './frame-reader.js';
import { OPCODE } from './frames.js';
import { Outbox } from './outbox.js';
import { Tunnel, type Upgrade } from './tunnel.js';

export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** Milliseconds for the other side's Close frame, and then for the end of the connection: Chromium's (net::WebSocketChannel). */
const CLOSING_HANDSHAKE_LIMIT = 10_000;
const CONNECTION_CLOSE_LIMIT = 2_000;

/** RFC 6455 section 5.5: 125 bytes with the code's two. */
const LONGEST_REASON = 123;

const NO_BYTES = new Uint8Array();

export class GuestSocket {
  readyState: number = CONNECTING;
  protocol = '';
  /** None is offered. */
  readonly extensions = '';
  binaryType: BinaryType = 'blob';
  readonly url: string;
  readonly #events: EventTarget;
  readonly #tunnel: Tunnel;
  readonly #reader: FrameReader;
  readonly #outbox: Outbox;
  /** What the close event will tell, once the other side's Close frame has come. */
  #received: { readonly code: number; readonly reason: string } | undefined;
  #limit: ReturnType<typeof setTimeout> | undefined;
  readonly #ended: () => void;

  /** @param events where events are dispatched; `ended` is called when there will be no more. */
  constructor(events: EventTarget, request: Upgrade, ended: () => void) {
    this.#events = events;
    this.#ended = ended;
    this.url = request.url;
    const receiver: FrameReceiver = {
      message: (data) => this.#beforeClose() && this.#message(data),
      control: (opcode, payload) => this.#beforeClose() && this.#control(opcode, payload),
      failed: (code, reason) => this.#fail(reason, code),
    };
    this.#reader = new FrameReader(receiver);
    this.#tunnel = new Tunnel(request, {
      open: (protocol) => this.#opened(protocol),
      data: (chunk) => {
        this.#reader.push(new Uint8Array(chunk));
        this.#tunnel.credit();
      },
      credit: (chunks) => this.#outbox.credit(chunks),
      end: () => this.#finish(),
      failed: (reason) => this.#fail(reason),
    });
    this.#outbox = new Outbox(
      (chunk) => this.#tunnel.send(chunk),
      (reason) => this.#fail(`a Blob could not be read: ${reason}`),
    );
  }

  get bufferedAmount(): number {
    return this.#outbox.bufferedAmount;
  }

  /** Throws InvalidStateError. */
  send(data: unknown): void {
    if (this.readyState === CONNECTING) {
      throw new DOMException(
        "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
        'InvalidStateError',
      );
    }
    const [opcode, payload] = messageOf(data);
    if (this.readyState === OPEN) this.#outbox.send(opcode, payload);
    else this.#outbox.drop('size' in payload ? payload.size : payload.length);
  }

  /** Throws InvalidAccessError for a code that is not a page's to use, SyntaxError for a reason that is too long. */
  close(code?: unknown, reason?: unknown): void {
    const status = code === undefined ? undefined : clampToShort(code);
    if (status !== undefined && status !== CLOSE.normal && (status < 3000 || status > 4999)) {
      throw new DOMException(
        `Failed to execute 'close' on 'WebSocket': The code must be either 1000, or between 3000 and 4999. ${status} is neither.`,
        'InvalidAccessError',
      );
    }
    const words = reason === undefined ? NO_BYTES : new TextEncoder().encode(String(reason));
    if (words.length > LONGEST_REASON) {
      throw new DOMException(
        `Failed to execute 'close' on 'WebSocket': The close reason must not be greater than ${LONGEST_REASON} UTF-8 bytes.`,
        'SyntaxError',
      );
    }
    if (this.readyState === CONNECTING) {
      this.readyState = CLOSING;
      this.#tunnel.close();
      // Its events are fired in a task of their own.
      setTimeout(() => this.#fail('WebSocket is closed before the connection is established.'));
    } else if (this.readyState === OPEN) {
      this.readyState = CLOSING;
      this.#sendClose(status, words);
      this.#limit = setTimeout(() => this.#finish(), CLOSING_HANDSHAKE_LIMIT);
    }
  }

  /** The document is left: WebSockets Standard, "make disappear". */
  leave(): void {
    if (this.readyState === OPEN) this.#sendClose(CLOSE.goingAway, NO_BYTES);
    this.#tunnel.close();
    // Runs if the document comes back from the back/forward cache.
    setTimeout(() => this.#finish());
  }

  #opened(protocol: string): void {
    this.readyState = OPEN;
    this.protocol = protocol;
    this.#events.dispatchEvent(new Event('open'));
  }

  /** RFC 6455 section 5.5.1: nothing comes behind a Close frame. */
  #beforeClose(): boolean {
    if (this.#received) this.#fail('a frame came behind a Close frame');
    return this.readyState !== CLOSED;
  }

  #message(data: string | Parts): void {
    if (this.readyState !== OPEN) return;
    const { origin } = new URL(this.url);
    const value = typeof data === 'string' ? data : this.binaryType === 'blob' ? new Blob([...data]) : joined(data);
    this.#events.dispatchEvent(new MessageEvent('message', { data: value, origin }));
  }

  #control(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode === OPCODE.ping && this.readyState === OPEN) this.#outbox.pong(payload);
    if (opcode === OPCODE.close) this.#closedByGuest(payload);
  }

  /** RFC 6455 section 5.5.1. */
  #closedByGuest(payload: Uint8Array<ArrayBuffer>): void {
    const [high, low] = payload;
    const code = low === undefined ? CLOSE.noStatus : high * 256 + low;
    const reason = readReason(payload);
    if (reason === undefined || payload.length === 1 || (payload.length > 0 && isForbidden(code))) {
      this.#fail('a Close frame is invalid', CLOSE.protocolError);
      return;
    }
    this.#received = { code, reason };
    if (this.readyState === OPEN) {
      this.readyState = CLOSING;
      this.#outbox.send(OPCODE.close, payload.subarray(0, 2));
    }
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.#finish(), CONNECTION_CLOSE_LIMIT);
  }

  #sendClose(code: number | undefined, reason: Uint8Array): void {
    const body = new Uint8Array(code === undefined ? 0 : 2 + reason.length);
    if (code !== undefined) {
      new DataView(body.buffer).setUint16(0, code);
      body.set(reason, 2);
    }
    this.#outbox.send(OPCODE.close, body);
  }

  /** RFC 6455 section 7.1.7; `code` is for the guest, pages are never told (1006). */
  #fail(reason: string, code?: number): void {
    if (this.readyState === CLOSED) return;
    console.error(`WebSocket connection to '${this.url}' failed: ${reason}`);
    if (code !== undefined && this.readyState === OPEN) this.#sendClose(code, NO_BYTES);
    this.#received = undefined;
    this.#finish(true);
  }

  /** The connection is closed, or given up. */
  #finish(failed = false): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    clearTimeout(this.#limit);
    this.#reader.end();
    this.#tunnel.close();
    this.#outbox.close();
    this.#ended();
    if (failed) this.#events.dispatchEvent(new Event('error'));
    const { code, reason } = this.#received ?? { code: CLOSE.abnormal, reason: '' };
    const wasClean = this.#received !== undefined;
    this.#events.dispatchEvent(new CloseEvent('close', { wasClean, code, reason }));
  }
}

/** Web IDL: BufferSource, Blob or USVString, in this order. Throws TypeError for shared memory. */
function messageOf(data: unknown): [opcode: number, payload: Uint8Array<ArrayBuffer> | Blob] {
  if (isBlob(data)) return [OPCODE.binary, data];
  const buffer = ArrayBuffer.isView(data) ? data.buffer : data;
  if (isArrayBuffer(buffer)) {
    return [
      OPCODE.binary,
      ArrayBuffer.isView(data) ? new Uint8Array(buffer, data.byteOffset, data.byteLength) : new Uint8Array(buffer),
    ];
  }
  if (buffer !== data) {
    throw new TypeError("Failed to execute 'send' on 'WebSocket': The ArrayBufferView must not be shared.");
  }
  // A lone surrogate becomes U+FFFD, as in every USVString.
  return [OPCODE.text, new TextEncoder().encode(String(data))];
}

/** By tag: `instanceof` fails for what another realm has made. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isBlob = (value: unknown): value is Blob => /^(Blob|File)$/.test(tagOf(value));
const isArrayBuffer = (value: unknown): value is ArrayBuffer => tagOf(value) === 'ArrayBuffer';

/** Web IDL, [Clamp] unsigned short. */
const clampToShort = (value: unknown): number => Math.min(Math.max(Math.round(Number(value)) || 0, 0), 65_535);

function readReason(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload.subarray(2));
  } catch {
    return undefined;
  }
}

function joined(parts: Parts): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}
