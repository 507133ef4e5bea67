/** A request for the machine's own files: measures them, sends them out as an archive, or takes one in. */
import { ArchiveQuery } from '../../protocol/archive.js';
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { BridgedExchange } from '../http/bridged-exchange.js';
import type { ExchangeRequest, ExchangeSink } from '../http/exchange.js';
import type { ResponseHead } from '../http/response-head.js';
import type { Kernel } from '../kernel.js';
import { exportTree, measureTree } from './export-tree.js';
import { importTree } from './import-tree.js';

type Bytes = Uint8Array<ArrayBuffer>;

export class ArchiveExchange implements BridgedExchange {
  readonly timing = undefined;
  /** No guest sees it. */
  readonly reachedGuest = false;
  readonly #kernel: Kernel;
  readonly #request: ExchangeRequest;
  readonly #sink: ExchangeSink;
  /** Chunks of the response that may be sent, and of the request's body that may come. */
  #credits = WINDOW_CHUNKS;
  #granted = WINDOW_CHUNKS;
  #credited: (() => void) | undefined;
  #upload: ReadableStreamDefaultController<Bytes> | undefined;
  #download: ReadableStreamDefaultReader<Bytes> | undefined;
  #ended = false;

  constructor(kernel: Kernel, request: ExchangeRequest, sink: ExchangeSink) {
    this.#kernel = kernel;
    this.#request = request;
    this.#sink = sink;
  }

  start(): void {
    this.#answer().catch((error: unknown) => {
      if (this.#ended) return;
      this.#ended = true;
      const [code, detail] =
        error instanceof PortsideError ? [error.code, error.detail] : (['unexpected-failure', String(error)] as const);
      this.#sink.failed(code, detail);
    });
  }

  pushBody(chunk: ArrayBuffer): void {
    if (--this.#granted < 0) this.failBody();
    this.#upload?.enqueue(new Uint8Array(chunk));
  }

  endBody(): void {
    this.#upload?.close();
    this.#upload = undefined;
  }

  failBody(): void {
    this.#upload?.error(new PortsideError('request-body-failed'));
    this.#upload = undefined;
  }

  giveCredit(chunks: number): void {
    this.#credits += chunks;
    this.#credited?.();
    this.#credited = undefined;
  }

  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.failBody();
    void this.#download?.cancel();
    this.giveCredit(1);
  }

  async #answer(): Promise<void> {
    const { method, target } = this.#request;
    const { pathname, searchParams } = new URL(target, 'http://machine');
    const path = searchParams.get(ArchiveQuery.path) ?? '/';
    const kernel = this.#kernel;
    switch (`${method} ${pathname}`) {
      case 'GET /size':
        return this.#tell(await measureTree(kernel, path));
      case 'GET /export.tar':
        return this.#send(path);
      case 'POST /import': {
        const replace = searchParams.has(ArchiveQuery.replace);
        return this.#tell(await importTree(kernel, this.#body(), { path, replace }));
      }
      default:
        throw new PortsideError('bad-request', `The machine knows no ${method} of ${pathname}.`);
    }
  }

  #tell(result: object): void {
    if (this.#ended) return;
    this.#ended = true;
    const body = new TextEncoder().encode(JSON.stringify(result)).buffer;
    this.#sink.response(head('application/json'), body);
  }

  async #send(path: string): Promise<void> {
    // What cannot be exported is told before the answer has begun.
    await measureTree(this.#kernel, path);
    if (this.#ended) return;
    this.#download = exportTree(this.#kernel, path).getReader();
    this.#sink.response(head('application/x-tar'), 'stream');
    for await (const chunk of regrouped(this.#download)) {
      while (this.#credits === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#credited = resolve));
      if (this.#ended) return;
      this.#credits--;
      this.#sink.chunk(chunk);
    }
    if (this.#ended) return;
    this.#ended = true;
    this.#sink.end();
  }

  #body(): ReadableStream<Bytes> {
    const { body } = this.#request;
    if (body !== 'stream') return new Blob(body === null ? [] : [body]).stream();
    return new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#upload = controller;
        },
        // A chunk was taken out of the queue, which is the sender's window.
        pull: ({ desiredSize }) => {
          const free = (desiredSize ?? 0) - this.#granted;
          if (free <= 0 || this.#ended) return;
          this.#granted += free;
          this.#sink.credit(free);
        },
        cancel: () => {
          this.#upload = undefined;
        },
      },
      { highWaterMark: WINDOW_CHUNKS },
    );
  }
}

const head = (type: string): ResponseHead => ({
  status: 200,
  statusText: 'OK',
  headers: [['Content-Type', type]],
  minorVersion: 1,
});

/** Headers of an archive are half a kilobyte each: put together, a message carries hundreds of small files. */
async function* regrouped(reader: ReadableStreamDefaultReader<Bytes>): AsyncGenerator<ArrayBuffer, void, void> {
  let chunk = new Uint8Array(MAX_CHUNK);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (let taken = 0; taken < value.length; ) {
      const count = Math.min(chunk.length - filled, value.length - taken);
      chunk.set(value.subarray(taken, taken + count), filled);
      filled += count;
      taken += count;
      if (filled < chunk.length) continue;
      yield chunk.buffer;
      chunk = new Uint8Array(MAX_CHUNK);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.slice(0, filled).buffer;
}
