/**
 * One request and its response over connections of its own. The request is written as the guest takes it and the response
 * passed on as it comes; what the consumer has no credit for stays in the guest's socket, which holds the guest back.
 */
import { INLINE_BODY, MAX_CHUNK, WINDOW_CHUNKS } from '../../protocol/bridge.js';
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import type { HostConnection, HostNetwork } from './connection.js';
import { Deadline } from './deadline.js';
import type { ExchangeMoment, ExchangeObserver, ExchangeRecord } from './exchange-record.js';
import { RequestUpload, type UnknownLength, type UploadRequest } from './request-upload.js';
import type { ResponseHead } from './response-head.js';
import { ResponseParser } from './response-parser.js';

export interface ExchangeRequest extends UploadRequest {
  /** Guest TCP port. */
  readonly port: number;
  /**
   * Milliseconds that the guest has for the response's head, counted while it is the guest's turn: from the connection, and
   * anew whenever it reads some of the request.
   */
  readonly headTimeout: number;
}

/** Where the response goes. None of these may throw. Nothing follows `end` or `failed`. */
export interface ExchangeSink {
  /** The final head. A body that is no stream is complete, and nothing follows. */
  response(head: ResponseHead, body: null | ArrayBuffer | 'stream'): void;
  /** At most MAX_CHUNK bytes, which spend one credit and belong to the sink. */
  chunk(chunk: ArrayBuffer): void;
  end(): void;
  /** Before `response`: there is none. After it: the body stays incomplete. */
  failed(code: ErrorCode, detail: string | undefined): void;
  /** The guest took `chunks` chunks of the request's body. */
  credit(chunks: number): void;
}

export interface ExchangeOptions {
  /** Milliseconds to wait for something to listen on the port. */
  readonly listenTimeout?: number;
  /** Whether guests are still being started: says why nothing listens. */
  readonly booting?: () => boolean;
  readonly unknownLength?: UnknownLength;
  /** How often an idempotent request is sent again when the guest closes without a byte of response. */
  readonly emptyResponseRetries?: number;
  readonly observer?: ExchangeObserver;
}

/** Cold boot to a listening PHP takes a second or two here; a page that says so and asks again is better than a longer blank. */
export const LISTEN_TIMEOUT = 10_000;

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** From this size a read goes straight into the chunk that is sent, even when more than one chunk's framing is there. */
const MIN_DIRECT_READ = 64 * 1024;

/** Takes heads and framing. One for all exchanges: each leaves it empty when it returns to its caller. */
const scratch = new Uint8Array(MAX_CHUNK);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Exchange {
  readonly #network: HostNetwork;
  readonly #request: ExchangeRequest;
  readonly #sink: ExchangeSink;
  readonly #options: ExchangeOptions;
  readonly #upload: RequestUpload;
  readonly #record: Writable<ExchangeRecord>;
  readonly #deadline = new Deadline(() => this.#expire());
  #parser: ResponseParser;
  #connection: HostConnection | null = null;
  /** What is waited for before there is a connection. */
  #queuing: { readonly for: 'listener' | 'room'; readonly abort: AbortController } | null = null;
  /** The guest has read all there is so far: it is the browser's turn. */
  #starved = false;
  #responded = false;
  #credits = WINDOW_CHUNKS;
  /** A complete head was kept once for its body. */
  #keptHead = false;
  #receiving = false;

  /** Nothing happens before `start`. Throws PortsideError `bad-request`. */
  constructor(network: HostNetwork, request: ExchangeRequest, sink: ExchangeSink, options: ExchangeOptions = {}) {
    this.#network = network;
    this.#request = request;
    this.#sink = sink;
    this.#options = options;
    this.#upload = new RequestUpload(request, options.unknownLength ?? 'collect');
    this.#parser = new ResponseParser(request.method);
    this.#record = {
      port: request.port,
      method: request.method,
      target: request.target,
      acceptedAt: performance.now(),
      connectedAt: null,
      firstByteAt: null,
      endedAt: null,
      status: null,
      bytesSent: 0,
      bytesReceived: 0,
      retries: 0,
      outcome: 'open',
    };
  }

  /** Call once. The sink may be called before this returns. */
  start(): void {
    this.#tell('accepted');
    if (this.#upload.ready) this.#connect();
  }

  get ended(): boolean {
    return this.#record.outcome !== 'open';
  }

  /** A chunk of a streamed request body. */
  pushBody(chunk: ArrayBuffer): void {
    this.#changeUpload(() => {
      const credits = this.#upload.push(chunk);
      if (credits > 0) this.#sink.credit(credits);
    });
  }

  /** A streamed request body is complete. */
  endBody(): void {
    this.#changeUpload(() => this.#upload.end());
  }

  /** The request's body cannot be completed: the guest's connection is closed. */
  failBody(): void {
    if (!this.ended) this.#fail('request-body-failed');
  }

  /** The consumer took `chunks` chunks of the response. */
  giveCredit(chunks: number): void {
    // More than the window is nobody's to give.
    this.#credits = Math.min(WINDOW_CHUNKS, this.#credits + chunks);
    this.#receive();
  }

  /** Closes the guest's connection; the sink hears nothing more. */
  cancel(): void {
    if (!this.ended) this.#close('cancelled');
  }

  #changeUpload(change: () => void): void {
    if (this.ended) return;
    try {
      change();
    } catch (error) {
      if (!(error instanceof PortsideError)) throw error;
      this.#fail(error.code, error.detail);
      return;
    }
    if (this.#connection) this.#send();
    else if (!this.#queuing && this.#upload.ready) this.#connect();
  }

  #connect(): void {
    const { port, headTimeout } = this.#request;
    const connection = this.#network.connect(port);
    if (connection) {
      this.#open(connection);
      return;
    }
    const waitFor = this.#network.isListening(port) ? 'room' : 'listener';
    if (this.#queuing?.for !== waitFor) {
      this.#queuing = { for: waitFor, abort: new AbortController() };
      this.#deadline.set(waitFor === 'room' ? headTimeout : (this.#options.listenTimeout ?? LISTEN_TIMEOUT));
    }
    const { signal } = this.#queuing.abort;
    const change =
      waitFor === 'room' ? this.#network.whenRoom(port, signal) : this.#network.whenListening(port, signal);
    change.then(
      () => this.ended || this.#connect(),
      () => this.ended || this.#fail('guest-not-listening'),
    );
  }

  #open(connection: HostConnection): void {
    this.#queuing = null;
    this.#connection = connection;
    this.#record.connectedAt = performance.now();
    this.#deadline.set(this.#request.headTimeout);
    connection.onReadable = () => this.#receive();
    connection.onWritable = () => this.#send();
    this.#send();
    this.#receive();
  }

  #send(): void {
    if (!this.#connection) return;
    const before = this.#upload.written;
    let credits = 0;
    const state = this.#upload.writeTo(this.#connection, () => credits++);
    const progress = this.#upload.written > before;
    this.#record.bytesSent = this.#upload.written;
    if (credits > 0) this.#sink.credit(credits);
    if (this.#responded) return;
    if (state === 'starved') this.#deadline.clear();
    else if (progress || this.#starved) this.#deadline.set(this.#request.headTimeout);
    this.#starved = state === 'starved';
  }

  #receive(): void {
    // A sink may give credit from inside `chunk`: the loop below sees it.
    if (this.#receiving) return;
    this.#receiving = true;
    while (
      this.#connection &&
      (this.#responded ? this.#receiveBody(this.#connection) : this.#receiveHead(this.#connection))
    );
    this.#receiving = false;
  }

  /**
   * Reads until the head is there, and on as long as something comes at once: a response that is complete by then is passed on
   * in one piece. Returns whether there may be more to read.
   */
  #receiveHead(connection: HostConnection): boolean {
    const parser = this.#parser;
    let held = 0;
    for (;;) {
      const count = connection.read(held === 0 ? scratch : scratch.subarray(held));
      if (count === 0) {
        if (!parser.head || (held === 0 && this.#keepHead())) return false;
        return this.#respond(parser.head, held);
      }
      if (count < 0) {
        if (!parser.begun && this.#retry()) return false;
        parser.end(count === -2);
      } else {
        this.#sawByte();
        held += parser.parse(scratch, held, held + count);
      }
      if (parser.done && parser.head && held <= INLINE_BODY) {
        const { head } = parser;
        const body = parser.bodyless ? null : scratch.slice(0, held).buffer;
        this.#record.status = head.status;
        this.#record.bytesReceived = held;
        this.#close('complete');
        this.#sink.response(head, body);
        return false;
      }
      if (parser.head && (held > INLINE_BODY || parser.done || parser.failure)) return this.#respond(parser.head, held);
      if (parser.failure) {
        this.#fail(parser.failure.code, parser.failure.detail || undefined);
        return false;
      }
    }
  }

  /**
   * A small body of known length follows its head at once, but in a write of its own: the head waits for it, once. Only for
   * the next bytes, or the deadline.
   */
  #keepHead(): boolean {
    const length = this.#parser.declaredLength;
    if (this.#keptHead || length === null || length > INLINE_BODY) return false;
    this.#keptHead = true;
    return true;
  }

  /** Passes on the head and the `held` bytes of body in the scratch buffer; the rest will stream. */
  #respond(head: ResponseHead, held: number): boolean {
    const first = held > 0 ? scratch.slice(0, held).buffer : null;
    this.#responded = true;
    this.#deadline.clear();
    this.#record.status = head.status;
    this.#sink.response(head, 'stream');
    // The sink may have cancelled.
    if (first && !this.ended) this.#passOn(first);
    return this.#continues();
  }

  #receiveBody(connection: HostConnection): boolean {
    if (this.#credits === 0) return false;
    const parser = this.#parser;
    const ahead = parser.bodyAhead;
    const available = Math.min(connection.available, MAX_CHUNK);
    const direct = available > 0 && (ahead >= available || ahead >= MIN_DIRECT_READ);
    const into = direct ? new Uint8Array(Math.min(available, ahead)) : scratch;
    const count = connection.read(into);
    if (count === 0) return false;
    if (count < 0) parser.end(count === -2);
    else if (direct) {
      parser.takeBody(count);
      this.#passOn(count === into.length ? into.buffer : into.buffer.slice(0, count));
    } else {
      const body = parser.parse(scratch, 0, count);
      if (body > 0) this.#passOn(scratch.slice(0, body).buffer);
    }
    return this.#continues();
  }

  #passOn(chunk: ArrayBuffer): void {
    this.#credits--;
    this.#record.bytesReceived += chunk.byteLength;
    this.#sink.chunk(chunk);
  }

  /** Ends the exchange where the parser is at an end; returns whether there is more to read. */
  #continues(): boolean {
    if (this.ended) return false;
    const { failure } = this.#parser;
    if (failure) this.#fail(failure.code, failure.detail || undefined);
    else if (this.#parser.done) {
      this.#close('complete');
      this.#sink.end();
    }
    return !this.ended;
  }

  /** Sends the request once more if it may be: RFC 9110 section 9.2.2 allows it for idempotent methods alone. */
  #retry(): boolean {
    const { method } = this.#request;
    if (this.#record.retries >= (this.#options.emptyResponseRetries ?? 1)) return false;
    if (!IDEMPOTENT_METHODS.has(method) || !this.#upload.replayable) return false;
    this.#record.retries++;
    this.#dropConnection();
    this.#upload.rewind();
    this.#parser = new ResponseParser(method);
    // Not from inside the read loop that found the end.
    queueMicrotask(() => this.ended || this.#connect());
    return true;
  }

  #expire(): void {
    if (this.#queuing?.for === 'listener') {
      this.#fail(this.#options.booting?.() ? 'kernel-booting' : 'guest-not-listening', `Port ${this.#request.port}.`);
    } else if (this.#parser.head) {
      // A head that waited for its body has waited long enough.
      this.#respond(this.#parser.head, 0);
    } else {
      this.#fail('guest-timeout');
    }
  }

  #fail(code: ErrorCode, detail?: string): void {
    this.#close(code);
    this.#sink.failed(code, detail);
  }

  #close(outcome: ExchangeRecord['outcome']): void {
    this.#record.outcome = outcome;
    this.#record.endedAt = performance.now();
    this.#deadline.clear();
    this.#queuing?.abort.abort();
    this.#dropConnection();
    this.#tell('ended');
  }

  #dropConnection(): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#connection = null;
    connection.onReadable = null;
    connection.onWritable = null;
    connection.close();
  }

  #sawByte(): void {
    if (this.#record.firstByteAt !== null) return;
    this.#record.firstByteAt = performance.now();
    this.#tell('first-byte');
  }

  #tell(moment: ExchangeMoment): void {
    this.#options.observer?.(moment, this.#record);
  }
}
