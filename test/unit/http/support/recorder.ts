/** A sink that keeps everything, and can be waited on. */

import type { HostNetwork } from '../../../../kernel-host/http/connection.js';
import {
  Exchange,
  type ExchangeOptions,
  type ExchangeRequest,
  type ExchangeSink,
} from '../../../../kernel-host/http/exchange.js';
import type { ResponseHead } from '../../../../kernel-host/http/response-head.js';
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../../protocol/bridge.js';
import type { ErrorCode } from '../../../../protocol/errors.js';

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytesOf = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);

export class Recorder implements ExchangeSink {
  exchange: Exchange | null = null;
  head: ResponseHead | null = null;
  inline = false;
  chunks: Uint8Array[] = [];
  received = 0;
  creditsGiven = 0;
  failure: { code: ErrorCode; detail: string | undefined } | null = null;
  /** Chunks that came and were not credited; and the most there ever were. */
  outstanding = 0;
  mostOutstanding = 0;
  /** Gives a credit back at once for each chunk. */
  autoCredit = true;
  /** Keeps no chunk: for bodies larger than a test should hold. */
  discard = false;
  ended = false;
  #waiters: { until: () => boolean; resolve: () => void }[] = [];

  response(head: ResponseHead, body: null | ArrayBuffer | 'stream'): void {
    this.#alive();
    if (this.head) throw new Error('A second response');
    this.head = head;
    this.inline = body !== 'stream';
    if (body instanceof ArrayBuffer) this.#keep(body);
    if (this.inline) this.ended = true;
    this.#look();
  }

  chunk(chunk: ArrayBuffer): void {
    this.#alive();
    if (!this.head) throw new Error('A chunk before the head');
    if (chunk.byteLength === 0 || chunk.byteLength > MAX_CHUNK) throw new Error(`A chunk of ${chunk.byteLength}`);
    this.#keep(chunk);
    this.mostOutstanding = Math.max(this.mostOutstanding, ++this.outstanding);
    if (this.outstanding > WINDOW_CHUNKS) throw new Error('More chunks than the window has');
    if (this.autoCredit) this.giveCredit(1);
    this.#look();
  }

  end(): void {
    this.#alive();
    this.ended = true;
    this.#look();
  }

  failed(code: ErrorCode, detail: string | undefined): void {
    this.#alive();
    this.failure = { code, detail };
    this.ended = true;
    this.#look();
  }

  credit(chunks: number): void {
    this.creditsGiven += chunks;
    this.#look();
  }

  giveCredit(chunks: number): void {
    this.outstanding -= chunks;
    this.exchange?.giveCredit(chunks);
  }

  get body(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.chunks));
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ until: condition, resolve });
      this.#look();
    });
  }

  async finished(): Promise<this> {
    await this.until(() => this.ended);
    return this;
  }

  #keep(chunk: ArrayBuffer): void {
    this.received += chunk.byteLength;
    if (!this.discard) this.chunks.push(new Uint8Array(chunk));
  }

  #alive(): void {
    if (this.ended) throw new Error('Something came after the end');
  }

  #look(): void {
    this.#waiters = this.#waiters.filter(({ until, resolve }) => {
      if (!until()) return true;
      resolve();
      return false;
    });
  }
}

const GET: ExchangeRequest = {
  port: 80,
  method: 'GET',
  target: '/',
  headers: [['Host', 'localhost']],
  body: null,
  headTimeout: 30_000,
};

/** Starts a GET, with what `request` changes about it. */
export function exchangeWith(
  network: HostNetwork,
  request: Partial<ExchangeRequest> = {},
  options: ExchangeOptions = {},
  recorder = new Recorder(),
): Recorder & { exchange: Exchange } {
  const exchange = new Exchange(network, { ...GET, ...request }, recorder, options);
  const withExchange = Object.assign(recorder, { exchange });
  exchange.start();
  return withExchange;
}
