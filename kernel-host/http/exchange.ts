/**
 * One request and its response over connections of its own. The request is written as the guest takes it and the response
 * passed on as it comes; what the consumer has no credit for stays in the guest's socket, which holds the guest back.
 */
import type { RequestTrace, ResponseTiming } from '../../protocol/bridge.js';
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import type { BridgedExchange } from './bridged-exchange.js';
import type { HostConnection, HostNetwork } from './connection.js';
import { Deadline } from './deadline.js';
import type { ExchangeMoment, ExchangeObserver, ExchangeRecord } from './exchange-record.js';
import { RequestUpload, type UnknownLength, type UploadRequest } from './request-upload.js';
import { ResponseReader, type ResponseReceiver } from './response-reader.js';

export interface ExchangeRequest extends UploadRequest {
  /** Guest TCP port. */
  readonly port: number;
  /**
   * Milliseconds that the guest has for the response's head, counted while it is the guest's turn: from the connection, and
   * anew whenever it reads some of the request.
   */
  readonly headTimeout: number;
  readonly trace?: RequestTrace;
}

/** Where the response goes. None of these may throw. Nothing follows an inline response, `end` or `failed`. */
export interface ExchangeSink extends ResponseReceiver {
  end(): void;
  /** Before `response`: there is none. After it: the body stays incomplete. */
  failed(code: ErrorCode, detail: string | undefined): void;
  /** The guest took `chunks` chunks of the request's body. */
  credit(chunks: number): void;
}

export interface ExchangeOptions {
  /** Milliseconds to wait for something to listen on the port, in place of the two limits below. */
  readonly listenTimeout?: number;
  /** Whether guests are still being started: says why nothing listens, and whether to expect that something will. */
  readonly booting?: () => boolean;
  readonly unknownLength?: UnknownLength;
  /** How often an idempotent request is sent again when the guest closes without a byte of response. */
  readonly emptyResponseRetries?: number;
  readonly observer?: ExchangeObserver;
}

/** Cold boot to a listening PHP takes a second or two here; a page that says so and asks again is better than a longer blank. */
export const BOOT_TIMEOUT = 10_000;
/** When nothing is being started: long enough for a server that crashed to be started again, which takes half a second. */
export const RESTART_TIMEOUT = 2_000;

/** How long to wait for something to listen. */
export const listenTimeout = (options: Pick<ExchangeOptions, 'listenTimeout' | 'booting'>): number =>
  options.listenTimeout ?? (options.booting?.() === false ? RESTART_TIMEOUT : BOOT_TIMEOUT);

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Exchange implements BridgedExchange {
  readonly #network: HostNetwork;
  readonly #request: ExchangeRequest;
  readonly #sink: ExchangeSink;
  readonly #options: ExchangeOptions;
  readonly #upload: RequestUpload;
  readonly #record: Writable<ExchangeRecord>;
  readonly #deadline = new Deadline(() => this.#expire());
  #reader: ResponseReader;
  #connection: HostConnection | null = null;
  /** What is waited for before there is a connection. */
  #queuing: { readonly for: 'listener' | 'room'; readonly abort: AbortController } | null = null;
  /** The guest has read all there is so far: it is the browser's turn. */
  #starved = false;
  #receiving = false;

  /** Nothing happens before `start`. Throws PortsideError `bad-request`. */
  constructor(network: HostNetwork, request: ExchangeRequest, sink: ExchangeSink, options: ExchangeOptions = {}) {
    this.#network = network;
    this.#request = request;
    this.#sink = sink;
    this.#options = options;
    this.#upload = new RequestUpload(request, request.chunked ? 'chunked' : (options.unknownLength ?? 'collect'));
    this.#reader = this.#newReader();
    this.#record = {
      port: request.port,
      method: request.method,
      target: request.target,
      requestHeaders: request.headers,
      trace: request.trace,
      takenAt: performance.now(),
      connectedAt: null,
      acceptedAt: null,
      firstByteAt: null,
      endedAt: null,
      status: null,
      statusText: '',
      responseHeaders: null,
      bytesSent: 0,
      bytesReceived: 0,
      retries: 0,
      outcome: 'open',
    };
  }

  /** Call once. The sink may be called before this returns. */
  start(): void {
    this.#tell('taken');
    if (this.#upload.ready) this.#connect();
  }

  get ended(): boolean {
    return this.#record.outcome !== 'open';
  }

  /** Of a response that has begun; a guest that answers is one that has accepted. */
  get timing(): ResponseTiming {
    const { takenAt, acceptedAt, firstByteAt } = this.#record;
    const firstByte = (firstByteAt ?? performance.now()) - takenAt;
    const accepted = acceptedAt === null ? firstByte : acceptedAt - takenAt;
    return { takenAt: performance.timeOrigin + takenAt, accepted, firstByte };
  }

  /** Something of the request was written to a guest: it may have been carried out. */
  get reachedGuest(): boolean {
    return this.#record.bytesSent > 0;
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
    this.#reader.giveCredit(chunks);
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
      this.#deadline.set(waitFor === 'room' ? headTimeout : listenTimeout(this.#options));
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
    this.#record.acceptedAt = null;
    this.#deadline.set(this.#request.headTimeout);
    connection.onReadable = () => this.#receive();
    connection.onWritable = () => this.#send();
    connection.onAccepted = () => {
      this.#record.acceptedAt = performance.now();
      this.#tell('accepted');
    };
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
    if (progress) this.#tell('progress');
    if (credits > 0) this.#sink.credit(credits);
    if (this.ended || this.#reader.streaming) return;
    if (state === 'starved') this.#deadline.clear();
    else if (progress || this.#starved) this.#deadline.set(this.#request.headTimeout);
    this.#starved = state === 'starved';
  }

  #receive(): void {
    // The sink may give credit from inside `chunk`: the loop below sees it.
    if (this.#receiving) return;
    this.#receiving = true;
    while (this.#connection && this.#receiveStep(this.#connection));
    this.#receiving = false;
  }

  /** Returns whether there may be more to read. */
  #receiveStep(connection: HostConnection): boolean {
    const result = this.#reader.read(connection);
    if (this.#reader.begun && this.#record.firstByteAt === null && !this.ended) this.#sawFirstByte();
    if (result === 'more' || result === 'waiting') return result === 'more';
    // The sink may have cancelled.
    if (this.ended) return false;
    if (result === 'complete') {
      this.#close('complete');
      if (this.#reader.streaming) this.#sink.end();
    } else if (result !== 'silent') {
      this.#fail(result.code, result.detail);
    } else if (!this.#retry()) {
      this.#fail('guest-closed-early');
    }
    return false;
  }

  #newReader(): ResponseReader {
    return new ResponseReader(this.#request.method, {
      response: (head, body) => {
        this.#deadline.clear();
        this.#record.status = head.status;
        this.#record.statusText = head.statusText;
        this.#record.responseHeaders = head.headers;
        // The reader passes a head on before it says that there was a first byte.
        if (this.#record.firstByteAt === null) this.#sawFirstByte();
        if (body instanceof ArrayBuffer) this.#record.bytesReceived = body.byteLength;
        this.#sink.response(head, body);
      },
      chunk: (chunk) => {
        if (this.ended) return;
        this.#record.bytesReceived += chunk.byteLength;
        this.#tell('progress');
        this.#sink.chunk(chunk);
      },
    });
  }

  /** Sends the request once more if it may be: RFC 9110 section 9.2.2 allows it for idempotent methods alone. */
  #retry(): boolean {
    const { method } = this.#request;
    if (this.#record.retries >= (this.#options.emptyResponseRetries ?? 1)) return false;
    if (!IDEMPOTENT_METHODS.has(method) || !this.#upload.replayable) return false;
    this.#record.retries++;
    this.#dropConnection();
    this.#upload.rewind();
    this.#reader = this.#newReader();
    // Not from inside the read loop that found the end.
    queueMicrotask(() => this.ended || this.#connect());
    return true;
  }

  #expire(): void {
    if (this.#queuing?.for === 'listener') {
      this.#fail(this.#options.booting?.() ? 'kernel-booting' : 'guest-not-listening', `Port ${this.#request.port}.`);
    } else if (!this.#reader.releaseHead()) {
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
    connection.onAccepted = null;
    connection.close();
  }

  #sawFirstByte(): void {
    this.#record.firstByteAt = performance.now();
    this.#tell('first-byte');
  }

  #tell(moment: ExchangeMoment): void {
    this.#options.observer?.(moment, this.#record);
  }
}
