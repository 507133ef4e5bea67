/**
 * An incremental HTTP/1.x response parser (RFC 9112). It keeps no byte of the body: the caller reads into a buffer of its
 * own, and the parser moves what is body down over what was framing, in place. Nothing that a guest sends makes it throw,
 * or hold more than one head.
 */
import type { ErrorCode } from '../../protocol/errors.js';
import { ChunkedDecoder } from './chunked-decoder.js';
import { type BodyFraming, bodyFraming, parseResponseHead, type ResponseHead } from './response-head.js';

/**
 * All heads of one response together, 1xx included. Chromium's own limit (net::HttpStreamParser, kMaxHeaderBufSize):
 * a head that a browser takes from the network is taken here.
 */
export const MAX_HEAD = 256 * 1024;

const CR = 0x0d;
const LF = 0x0a;
/** First size of the buffer for a head that comes in pieces. */
const FIRST_HEAD_BUFFER = 4096;

const OTHER_PROTOCOL: BodyFraming = { kind: 'until-close' };

export interface ResponseFailure {
  readonly code: ErrorCode;
  readonly detail: string;
}

export class ResponseParser {
  readonly #method: string;
  readonly #upgrade: boolean;
  readonly #chunked = new ChunkedDecoder();
  #state: 'head' | 'body' | 'done' | 'failed' = 'head';
  #head: ResponseHead | null = null;
  #framing: BodyFraming = { kind: 'none' };
  #failure: ResponseFailure | null = null;
  /** Bytes still to come of a body with a length. */
  #remaining = 0;

  /** What came of a head so far when it is in pieces; its count; and the count of head bytes in the whole response. */
  #partial: Uint8Array<ArrayBuffer> | null = null;
  #partialLength = 0;
  #headBytes = 0;
  /** The line that is being read holds nothing (but perhaps a CR): its LF ends the head. */
  #lineEmpty = true;
  /** A byte of a status line was seen: empty lines before it are passed over. */
  #started = false;

  /**
   * `requestMethod`: a response to HEAD has no body. `upgrade`: the request asked for another protocol, whose bytes follow the
   * head of a 101: they are given as body.
   */
  constructor(requestMethod: string, upgrade = false) {
    this.#method = requestMethod;
    this.#upgrade = upgrade;
  }

  /** The final head (or that of a 101), once it is complete. */
  get head(): ResponseHead | null {
    return this.#head;
  }

  /** False as long as the guest has sent nothing at all. */
  get begun(): boolean {
    return this.#headBytes > 0;
  }

  /** True when the response never has a body, whatever its fields say. */
  get bodyless(): boolean {
    return this.#framing.kind === 'none';
  }

  /** Length of the body where the head declares one. */
  get declaredLength(): number | null {
    return this.#framing.kind === 'length' ? this.#framing.length : null;
  }

  /** The response is complete; bytes behind it are passed over. */
  get done(): boolean {
    return this.#state === 'done';
  }

  get failure(): ResponseFailure | null {
    return this.#failure;
  }

  /** How many of the next bytes on the connection are body without doubt; Infinity for a body that ends with it. */
  get bodyAhead(): number {
    if (this.#state !== 'body') return 0;
    if (this.#framing.kind === 'chunked') return this.#chunked.dataAhead;
    return this.#framing.kind === 'length' ? this.#remaining : Number.POSITIVE_INFINITY;
  }

  /** `count` bytes of body, at most `bodyAhead`, were read past the parser. */
  takeBody(count: number): void {
    if (this.#framing.kind === 'length') this.#takeLength(count);
    else if (this.#framing.kind === 'chunked') this.#chunked.takeData(count);
  }

  /** Reads `bytes[from..to)`, moves the body among them down to `bytes[from..]`, and returns its count. */
  parse(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (this.#state === 'head' && at < to) at = this.#parseHead(bytes, at, to);
    if (this.#state !== 'body' || at === to) return 0;
    const count = this.#parseBody(bytes, at, to);
    if (at !== from) bytes.copyWithin(from, at, at + count);
    return count;
  }

  /** The guest ended the connection; `reset`: not in an orderly way. */
  end(reset: boolean): void {
    if (this.#state === 'head') {
      this.#fail('guest-closed-early', this.begun ? 'It stopped before the end of the head.' : 'It sent nothing.');
    } else if (this.#state === 'body') {
      if (this.#framing.kind === 'until-close' && !reset) this.#state = 'done';
      else if (this.#framing.kind === 'length') {
        this.#fail('guest-truncated-response', `${this.#remaining} of ${this.#framing.length} bytes did not come.`);
      } else
        this.#fail('guest-truncated-response', reset ? 'The connection was reset.' : 'The last chunk did not come.');
    }
  }

  #fail(code: ErrorCode, detail: string): void {
    this.#state = 'failed';
    this.#failure = { code, detail };
    this.#partial = null;
  }

  #takeLength(count: number): void {
    this.#remaining -= count;
    if (this.#remaining === 0) this.#state = 'done';
  }

  #parseBody(bytes: Uint8Array, from: number, to: number): number {
    if (this.#framing.kind === 'chunked') {
      const count = this.#chunked.decode(bytes, from, to);
      if (this.#chunked.done) this.#state = 'done';
      else if (this.#chunked.error) this.#fail('guest-bad-response', this.#chunked.error);
      return count;
    }
    if (this.#framing.kind === 'until-close') return to - from;
    const count = Math.min(this.#remaining, to - from);
    this.#takeLength(count);
    return count;
  }

  /** Looks for the end of a head; returns where the bytes behind it begin, or `to`. */
  #parseHead(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (!this.#started && at < to && (bytes[at] === CR || bytes[at] === LF)) at++;
    const start = at;
    if (at < to) this.#started = true;
    let complete = false;
    while (at < to && !complete) {
      const byte = bytes[at++];
      if (byte === LF) {
        complete = this.#lineEmpty;
        this.#lineEmpty = true;
      } else if (byte !== CR) this.#lineEmpty = false;
    }
    this.#headBytes += at - from;
    if (this.#headBytes > MAX_HEAD) this.#fail('guest-bad-response', `Its head is larger than ${MAX_HEAD} bytes.`);
    else if (complete) this.#takeHead(this.#wholeHead(bytes.subarray(start, at)));
    else this.#keep(bytes.subarray(start, at));
    return at;
  }

  #keep(piece: Uint8Array): void {
    const length = this.#partialLength + piece.length;
    if (!this.#partial || this.#partial.length < length) {
      const larger = new Uint8Array(Math.max(FIRST_HEAD_BUFFER, length * 2));
      if (this.#partial) larger.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = larger;
    }
    this.#partial.set(piece, this.#partialLength);
    this.#partialLength = length;
  }

  #wholeHead(lastPiece: Uint8Array): Uint8Array {
    if (!this.#partial) return lastPiece;
    this.#keep(lastPiece);
    const whole = this.#partial.subarray(0, this.#partialLength);
    this.#partial = null;
    this.#partialLength = 0;
    return whole;
  }

  #takeHead(bytes: Uint8Array): void {
    this.#started = false;
    const head = parseResponseHead(bytes);
    if ('error' in head) {
      this.#fail('guest-bad-response', head.error);
      return;
    }
    // RFC 9110 section 15.2: any number of interim responses comes before the final one. 101 is final: the protocol ends.
    if (head.status < 200 && head.status !== 101) return;
    const framing = head.status === 101 && this.#upgrade ? OTHER_PROTOCOL : bodyFraming(head, this.#method);
    if ('error' in framing) {
      this.#fail('guest-bad-response', framing.error);
      return;
    }
    this.#head = head;
    this.#framing = framing;
    this.#remaining = framing.kind === 'length' ? framing.length : 0;
    this.#state = framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0) ? 'done' : 'body';
  }
}
