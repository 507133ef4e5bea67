/**
 * Reads one response from a connection and passes it on: whole with its head when it is small and at once complete, else in
 * chunks as it comes, as far as the consumer has given credit. What it may not read yet stays in the guest's socket.
 */
import { INLINE_BODY, MAX_CHUNK, WINDOW_CHUNKS } from '../../protocol/bridge.js';
import type { HostConnection } from './connection.js';
import type { ResponseHead } from './response-head.js';
import { type ResponseFailure, ResponseParser } from './response-parser.js';

export interface ResponseReceiver {
  /** The final head. A body that is no stream is complete, and no chunk follows. */
  response(head: ResponseHead, body: null | ArrayBuffer | 'stream'): void;
  /** 1 to MAX_CHUNK bytes, which spend one credit and belong to the receiver. */
  chunk(chunk: ArrayBuffer): void;
}

/** `more`: read again at once. `waiting`: for the guest or for credit. `silent`: it closed without a byte. */
export type ReadResult = 'more' | 'waiting' | 'silent' | 'complete' | ResponseFailure;

/** From this size a read goes straight into the chunk that is passed on, even when framing and more data follow it. */
const MIN_DIRECT_READ = 64 * 1024;

/** Takes heads and framing. One for all readers: each leaves nothing in it when it returns. */
const scratch = new Uint8Array(MAX_CHUNK);

export class ResponseReader {
  readonly #parser: ResponseParser;
  readonly #receiver: ResponseReceiver;
  #state: 'head' | 'inline' | 'streaming' = 'head';
  #credits = WINDOW_CHUNKS;
  /** A complete head was kept once for its body. */
  #keptHead = false;

  constructor(requestMethod: string, receiver: ResponseReceiver) {
    this.#parser = new ResponseParser(requestMethod);
    this.#receiver = receiver;
  }

  /** The guest has sent something. */
  get begun(): boolean {
    return this.#parser.begun;
  }

  /** The head was passed on, and the body goes in chunks. */
  get streaming(): boolean {
    return this.#state === 'streaming';
  }

  /** Credits beyond the window are nobody's to give. */
  giveCredit(chunks: number): void {
    this.#credits = Math.min(WINDOW_CHUNKS, this.#credits + chunks);
  }

  /** Passes on a head that was kept for its body; false when there is none. */
  releaseHead(): boolean {
    const { head } = this.#parser;
    if (!head || this.#state !== 'head') return false;
    this.#startStream(head, 0);
    return true;
  }

  /** Does one step. Nothing is passed on after `complete`, `silent` or a failure. */
  read(connection: HostConnection): ReadResult {
    return this.#state === 'head' ? this.#readHead(connection) : this.#readBody(connection);
  }

  /**
   * Reads until the head is there, and on as long as something comes at once, so that a response that is complete by then
   * goes in one piece. The body so far is held at the start of the scratch buffer, and leaves it before this returns.
   */
  #readHead(connection: HostConnection): ReadResult {
    const parser = this.#parser;
    let held = 0;
    for (;;) {
      const count = connection.read(held === 0 ? scratch : scratch.subarray(held));
      if (count < 0) {
        if (!parser.begun) return 'silent';
        parser.end(count === -2);
      } else {
        held += parser.parse(scratch, held, held + count);
      }
      const { head } = parser;
      if (!head) {
        if (parser.failure) return parser.failure;
        if (count === 0) return 'waiting';
      } else if (parser.done && held <= INLINE_BODY) {
        this.#state = 'inline';
        this.#receiver.response(head, parser.bodyless ? null : scratch.slice(0, held).buffer);
        return 'complete';
      } else if (parser.done || parser.failure || held > INLINE_BODY || (count === 0 && !this.#keepHead(held))) {
        this.#startStream(head, held);
        return this.#progress();
      } else if (count === 0) {
        return 'waiting';
      }
    }
  }

  /**
   * A small body of declared length follows its head at once, but often in a write of its own: the head is kept for it,
   * until the next bytes come (or the deadline, see `releaseHead`).
   */
  #keepHead(held: number): boolean {
    const length = this.#parser.declaredLength;
    if (this.#keptHead || held > 0 || length === null || length > INLINE_BODY) return false;
    this.#keptHead = true;
    return true;
  }

  #startStream(head: ResponseHead, held: number): void {
    const first = held > 0 ? scratch.slice(0, held).buffer : null;
    this.#state = 'streaming';
    this.#receiver.response(head, 'stream');
    if (first) this.#passOn(first);
  }

  #readBody(connection: HostConnection): ReadResult {
    if (this.#credits === 0) return 'waiting';
    const parser = this.#parser;
    const ahead = parser.bodyAhead;
    const available = Math.min(connection.available, MAX_CHUNK);
    const direct = available > 0 && (ahead >= available || ahead >= MIN_DIRECT_READ);
    const into = direct ? new Uint8Array(Math.min(available, ahead)) : scratch;
    const count = connection.read(into);
    if (count === 0) return 'waiting';
    if (count < 0) {
      parser.end(count === -2);
    } else if (direct) {
      parser.takeBody(count);
      this.#passOn(count === into.length ? into.buffer : into.buffer.slice(0, count));
    } else {
      const body = parser.parse(scratch, 0, count);
      if (body > 0) this.#passOn(scratch.slice(0, body).buffer);
    }
    return this.#progress();
  }

  #passOn(chunk: ArrayBuffer): void {
    this.#credits--;
    this.#receiver.chunk(chunk);
  }

  #progress(): ReadResult {
    return this.#parser.failure ?? (this.#parser.done ? 'complete' : 'more');
  }
}
