/**
 * What is acknowledged is stored: the last piece of a response to a request that may write is held until the changes made before it are
 * committed. Whoever has the whole response knows that what it tells of has outlived a crash.
 */
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import type { ExchangeSink } from './exchange.js';
import type { ResponseHead } from './response-head.js';

/** The store, as far as responses wait for it. */
export interface WriteBarrier {
  /** How often files have changed. */
  readonly changes: number;
  /** Resolves when all changes so far are stored as safely as the site asks; null when they are. */
  flush(): Promise<void> | null;
  /** Why they were not. */
  codeOf(error: unknown): ErrorCode;
}

/** RFC 9110 section 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * @param open whether the exchange still is: what was held is dropped when it was cancelled meanwhile.
 */
export function acknowledgeWrites(
  method: string,
  sink: ExchangeSink,
  barrier: WriteBarrier | undefined,
  open: () => boolean,
): ExchangeSink {
  return barrier && !SAFE_METHODS.has(method) ? new HeldSink(sink, barrier, open) : sink;
}

class HeldSink implements ExchangeSink {
  readonly #sink: ExchangeSink;
  readonly #barrier: WriteBarrier;
  readonly #open: () => boolean;
  /** Nothing is waited for when nothing has changed since. */
  readonly #before: number;
  /** Bytes of the body that are still to come; NaN where the response does not say. */
  #left = Number.NaN;
  /** Resolves with whether it could be stored. */
  #held: Promise<boolean> | null = null;

  constructor(sink: ExchangeSink, barrier: WriteBarrier, open: () => boolean) {
    this.#sink = sink;
    this.#barrier = barrier;
    this.#open = open;
    this.#before = barrier.changes;
  }

  response(head: ResponseHead, body: null | ArrayBuffer | 'stream'): void {
    if (body !== 'stream') {
      this.#whenStored(() => this.#sink.response(head, body));
      return;
    }
    this.#left = Number(head.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? Number.NaN);
    this.#sink.response(head, body);
  }

  chunk(chunk: ArrayBuffer): void {
    this.#left -= chunk.byteLength;
    if (this.#left === 0) this.#whenStored(() => this.#sink.chunk(chunk));
    else this.#sink.chunk(chunk);
  }

  end(): void {
    this.#whenStored(() => this.#sink.end());
  }

  failed(code: ErrorCode, detail: string | undefined): void {
    this.#sink.failed(code, detail);
  }

  credit(chunks: number): void {
    this.#sink.credit(chunks);
  }

  /** Once in the order of the calls. */
  #whenStored(release: () => void): void {
    const releaseOpen = () => {
      if (this.#open()) release();
    };
    if (this.#held) {
      this.#held = this.#held.then((stored) => {
        if (stored) releaseOpen();
        return stored;
      });
      return;
    }
    const stored = this.#barrier.changes === this.#before ? null : this.#barrier.flush();
    if (stored)
      this.#held = stored.then(releaseOpen).then(
        () => true,
        (error: unknown) => this.#fail(error),
      );
    else release();
  }

  #fail(error: unknown): false {
    const detail = error instanceof PortsideError ? error.detail : undefined;
    if (this.#open()) this.#sink.failed(this.#barrier.codeOf(error), detail);
    return false;
  }
}
