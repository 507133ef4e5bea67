/**
 * What is to be written to the guest: the head and the body of one request. Holds at most the window's chunks, but for a
 * body of unknown length that is collected.
 */
import { WINDOW_CHUNKS } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { HostConnection } from './connection.js';
import {
  emptyBodyFraming,
  formatRequestHead,
  type RequestFraming,
  type RequestHead,
  stringToBytes,
} from './request-writer.js';

export interface UploadRequest extends RequestHead {
  /** `null`: no body. Bytes: the whole body. `'stream'`: it comes by `push` and `end`. */
  readonly body: null | ArrayBuffer | Uint8Array<ArrayBuffer> | 'stream';
  /** Length of a streamed body in bytes, where known. */
  readonly bodyLength?: number | undefined;
  /** The guest reads chunked requests, whatever the default is. */
  readonly chunked?: true;
}

/**
 * What becomes of a streamed body of unknown length. `collect`: it is kept until it has ended, then sent with its length, for
 * PHP's built-in server and others do not read chunked requests (RFC 9112 section 7.1 says they must): memory grows with the body.
 * `chunked`: it is sent as it comes, in bounded memory, to servers that can read it.
 */
export type UnknownLength = 'collect' | 'chunked';

interface Piece {
  readonly bytes: Uint8Array;
  /** It is a chunk of the stream: its sender gets a credit for it. */
  readonly isChunk: boolean;
}

/** `waiting`: for the guest to read. `starved`: for more body. `written`: all is. `refused`: the guest reads no more. */
export type UploadState = 'waiting' | 'starved' | 'written' | 'refused';

const CRLF = stringToBytes('\r\n');
const LAST_CHUNK = stringToBytes('0\r\n\r\n');

export class RequestUpload {
  readonly #request: UploadRequest;
  readonly #collecting: boolean;
  readonly #framing: RequestFraming;
  #pieces: Piece[] = [];
  /** Bytes of the first piece that are written. */
  #offset = 0;
  #ended: boolean;
  /** Bytes of a streamed body so far, and of all that was written. */
  #received = 0;
  #written = 0;

  /** Throws PortsideError `bad-request`. */
  constructor(request: UploadRequest, unknownLength: UnknownLength) {
    const { body, bodyLength, method } = request;
    this.#request = request;
    this.#ended = body !== 'stream';
    this.#collecting = body === 'stream' && bodyLength === undefined && unknownLength === 'collect';
    if (body === null) this.#framing = emptyBodyFraming(method);
    else if (body !== 'stream') this.#framing = { kind: 'length', length: body.byteLength };
    else if (bodyLength !== undefined) this.#framing = { kind: 'length', length: bodyLength };
    else this.#framing = { kind: 'chunked' };
    const head = formatRequestHead(request, this.#framing);
    if (!this.#collecting) this.#pieces.push({ bytes: head, isChunk: false });
    this.#addWholeBody();
  }

  /** False while a body is collected: nothing may be written yet, and no connection is needed. */
  get ready(): boolean {
    return !this.#collecting || this.#ended;
  }

  /** Whether the request can be sent once more on another connection. */
  get replayable(): boolean {
    return this.#request.body !== 'stream';
  }

  /** Bytes written to guests so far, heads included. */
  get written(): number {
    return this.#written;
  }

  /** Begins again, for another connection. Only a `replayable` request may. */
  rewind(): void {
    this.#pieces = [{ bytes: formatRequestHead(this.#request, this.#framing), isChunk: false }];
    this.#offset = 0;
    this.#addWholeBody();
  }

  /**
   * Takes a chunk of the stream; returns the credits that its sender gets back at once. Throws PortsideError
   * `request-body-failed` when it is more than was announced, or more than the window.
   */
  push(chunk: ArrayBuffer): number {
    this.#received += chunk.byteLength;
    if (this.#ended || this.#received > (this.#request.bodyLength ?? Number.POSITIVE_INFINITY)) {
      throw new PortsideError('request-body-failed', 'It is longer than was announced.');
    }
    // An empty chunk would end a chunked body.
    if (chunk.byteLength === 0) return 1;
    const piece = { bytes: new Uint8Array(chunk), isChunk: !this.#collecting };
    if (this.#collecting) {
      this.#pieces.push(piece);
      return 1;
    }
    if (this.#pieces.filter((held) => held.isChunk).length >= WINDOW_CHUNKS) {
      throw new PortsideError('request-body-failed', 'It was sent faster than its window allows.');
    }
    if (this.#framing.kind === 'chunked') {
      const size = stringToBytes(`${chunk.byteLength.toString(16)}\r\n`);
      this.#pieces.push({ bytes: size, isChunk: false }, piece, { bytes: CRLF, isChunk: false });
    } else {
      this.#pieces.push(piece);
    }
    return 0;
  }

  /** The stream has ended. Throws PortsideError `request-body-failed` when it is less than was announced. */
  end(): void {
    if (this.#ended) return;
    if (this.#received < (this.#request.bodyLength ?? 0)) {
      throw new PortsideError('request-body-failed', 'It is shorter than was announced.');
    }
    this.#ended = true;
    if (this.#collecting) {
      const head = formatRequestHead(this.#request, { kind: 'length', length: this.#received });
      this.#pieces.unshift({ bytes: head, isChunk: false });
    } else if (this.#framing.kind === 'chunked') this.#pieces.push({ bytes: LAST_CHUNK, isChunk: false });
  }

  /** Writes what the connection takes now; `onChunk` is called for each chunk that went whole. */
  writeTo(connection: HostConnection, onChunk: () => void): UploadState {
    for (let piece = this.#pieces[0]; piece; piece = this.#pieces[0]) {
      const count = connection.write(this.#offset === 0 ? piece.bytes : piece.bytes.subarray(this.#offset));
      if (count < 0) {
        this.#pieces = [];
        return 'refused';
      }
      if (count === 0) return 'waiting';
      this.#written += count;
      this.#offset += count;
      if (this.#offset < piece.bytes.length) continue;
      this.#offset = 0;
      this.#pieces.shift();
      if (piece.isChunk) onChunk();
    }
    return this.#ended ? 'written' : 'starved';
  }

  #addWholeBody(): void {
    const { body } = this.#request;
    if (body === null || body === 'stream' || body.byteLength === 0) return;
    this.#pieces.push({ bytes: body instanceof ArrayBuffer ? new Uint8Array(body) : body, isChunk: false });
  }
}
