/** One request and its answer over a kernel's port. */
import { type Asker, type FromKernel, INLINE_BODY, type ResponseTiming, type ToKernel } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import { chunksOf, type RequestBody } from '../http/request-body.js';
import type { GuestHead } from '../http/response-head.js';
import { ResponseStream } from '../http/response-stream.js';
import { Credits } from './credits.js';
import { deferred } from './deferred.js';

export type RequestHead = Omit<
  Extract<ToKernel, { type: 'request' }>,
  'type' | 'id' | 'body' | 'bodyLength' | 'chunked'
>;

/** Bytes as the guest sent them, its transfer coding undone. */
export type GuestBody = null | ArrayBuffer | ReadableStream<Uint8Array<ArrayBuffer>>;

export interface GuestResponse extends GuestHead {
  readonly body: GuestBody;
  readonly timing: ResponseTiming | undefined;
}

/** The port went away before the answer's head had come: whether to ask again is the caller's choice. */
export class PortLostError extends Error {
  override readonly name = 'PortLostError';
}

/** Nobody waits for the answer any more: no page is made for it. */
export const clientGone = (): DOMException => new DOMException('The client went away.', 'AbortError');

export const isClientGone = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

export type FromKernelForExchange = Exclude<FromKernel, { type: 'hello' | 'refused' | 'upgraded' }>;

export interface ExchangeClient {
  /** `Client.id` of who asked; empty for navigations. */
  readonly id: string;
  /** Where the answer must not be lost unnoticed. */
  readonly asker?: Asker | undefined;
  /** `FetchEvent.handled`, where the browser has it: settles when the answer's head has been given to who asked. */
  readonly handled?: Promise<unknown> | undefined;
}

export interface ExchangeOptions {
  readonly id: number;
  readonly head: RequestHead;
  readonly body: RequestBody;
  readonly client: ExchangeClient;
  readonly post: (message: ToKernel, transfer?: Transferable[]) => void;
  /** Called once, when no more messages will come or go. */
  readonly closed: (id: number) => void;
}

const ignore = (): void => undefined;

type State = 'waiting' | 'streaming' | 'closed';

export class Exchange {
  readonly id: number;
  readonly clientId: string;
  readonly headTimeout: number;
  readonly response: Promise<GuestResponse>;
  readonly #post: ExchangeOptions['post'];
  readonly #closed: ExchangeOptions['closed'];
  readonly #uploadCredits = new Credits();
  readonly #settle: { resolve(response: GuestResponse): void; reject(reason: Error): void };
  readonly #ended = deferred<void>();
  #stream: ResponseStream | undefined;
  #waitsSince = performance.now();
  #state: State = 'waiting';

  constructor(options: ExchangeOptions) {
    const { promise, resolve, reject } = deferred<GuestResponse>();
    this.id = options.id;
    this.clientId = options.client.id;
    this.headTimeout = options.head.headTimeout;
    this.response = promise;
    this.#settle = { resolve, reject };
    this.#post = options.post;
    this.#closed = options.closed;
    const { asker } = options.client;
    this.#send(asker ? { ...options.head, asker } : options.head, options.body);
    if (asker) void this.#tellDelivery(options.client.handled, asker.navigation);
  }

  /** Milliseconds that the guest has had all of the request, or has taken nothing more of it, without answering. */
  get headWait(): number {
    return this.#state === 'waiting' ? performance.now() - this.#waitsSince : 0;
  }

  receive(message: FromKernelForExchange): void {
    switch (message.type) {
      case 'response':
        this.#answer(message);
        break;
      case 'chunk':
        this.#stream?.push(message.chunk);
        break;
      case 'end':
        this.#stream?.end();
        this.#close();
        break;
      case 'failed':
        this.fail(new PortsideError(message.code, message.detail));
        break;
      case 'credit':
        this.#uploadCredits.give(message.chunks);
        break;
    }
  }

  /** The client is gone or wants no more: the guest's socket is closed. */
  cancel(): void {
    if (this.#state === 'closed') return;
    this.#post({ type: 'cancel', id: this.id });
    this.#settle.reject(clientGone());
    this.#close();
  }

  fail(reason: Error): void {
    if (this.#state === 'closed') return;
    this.#settle.reject(reason);
    this.#stream?.error(reason);
    this.#close();
  }

  #answer({ status, statusText, headers, body, timing }: Extract<FromKernel, { type: 'response' }>): void {
    if (this.#state !== 'waiting') return;
    if (body !== 'stream') {
      this.#settle.resolve({ status, statusText, headers, body, timing });
      this.#close();
      return;
    }
    this.#state = 'streaming';
    this.#stream = new ResponseStream({
      credit: (chunks) => {
        if (this.#state === 'streaming') this.#post({ type: 'credit', id: this.id, chunks });
      },
      cancelled: () => this.cancel(),
    });
    this.#settle.resolve({ status, statusText, headers, body: this.#stream.readable, timing });
  }

  async #tellDelivery(handled: Promise<unknown> | undefined, whole: boolean): Promise<void> {
    // However these end, there is nothing that a worker after this one would have to know.
    const settled = (promise: Promise<unknown>) => promise.then(ignore, ignore);
    await settled(this.response);
    if (handled) await settled(handled);
    if (whole) await this.#ended.promise;
    this.#post({ type: 'delivered', id: this.id });
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#ended.resolve();
    // An upload that waits for credits sees that it is over.
    this.#uploadCredits.give(1);
    this.#closed(this.id);
  }

  #send(head: RequestHead, body: RequestBody): void {
    const { id } = this;
    if (body === null || (body instanceof ArrayBuffer && body.byteLength <= INLINE_BODY)) {
      // Copied, not transferred: the request may have to be repeated.
      this.#post({ type: 'request', id, ...head, body });
      return;
    }
    if (body instanceof ReadableStream) this.#post({ type: 'request', id, ...head, body: 'stream', chunked: true });
    else {
      const bodyLength = body instanceof ArrayBuffer ? body.byteLength : body.length;
      this.#post({ type: 'request', id, ...head, body: 'stream', bodyLength });
    }
    void this.#upload(body);
  }

  async #upload(body: NonNullable<RequestBody>): Promise<void> {
    const { id } = this;
    try {
      for await (const chunk of chunksOf(body)) {
        await this.#uploadCredits.take();
        // A guest may answer without reading everything it was sent.
        if (this.#state === 'closed') return;
        this.#waitsSince = performance.now();
        this.#post({ type: 'body', id, chunk }, [chunk]);
      }
      if (this.#state !== 'closed') this.#post({ type: 'body-end', id });
    } catch (error) {
      // The file under the blob changed or vanished.
      if (this.#state === 'closed') return;
      this.#post({ type: 'body-error', id });
      this.fail(new PortsideError('request-body-failed', error instanceof Error ? error.message : undefined));
    }
  }
}
