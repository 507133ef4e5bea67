/**
 * What is acknowledged is stored: the last piece of a response to a request that may write is held until the changes made before it are
 * committed. Whoever has the whole response knows that what it tells of has outlived a crash.
 */

import { INLINE_BODY } from '../../protocol/bridge.js';
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import { Deadline } from './deadline.js';
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

/**
 * Milliseconds for which a response that has begun, and may still fail for want of room, is gathered: one that is complete by then becomes
 * an error page if need be, where a longer one can only break off. PHP's server writes head and body a moment apart.
 */
const GATHERING = 50;

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
  /** A response of which nothing was passed on yet. */
  #gathered: { readonly head: ResponseHead; readonly chunks: ArrayBuffer[]; size: number } | null = null;
  readonly #deadline = new Deadline(() => this.#passOn());
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
    if (this.#barrier.changes === this.#before) {
      this.#sink.response(head, body);
      return;
    }
    this.#gathered = { head, chunks: [], size: 0 };
    this.#deadline.set(GATHERING);
  }

  chunk(chunk: ArrayBuffer): void {
    if (this.#gathered) {
      this.#gathered.chunks.push(chunk);
      this.#gathered.size += chunk.byteLength;
      if (this.#gathered.size > INLINE_BODY) this.#passOn();
      return;
    }
    this.#passChunk(chunk);
  }

  #passChunk(chunk: ArrayBuffer): void {
    this.#left -= chunk.byteLength;
    if (this.#left === 0) this.#whenStored(() => this.#sink.chunk(chunk));
    else this.#sink.chunk(chunk);
  }

  end(): void {
    const gathered = this.#takeGathered();
    if (gathered) this.#whenStored(() => this.#sink.response(gathered.head, whole(gathered.chunks)));
    else this.#whenStored(() => this.#sink.end());
  }

  failed(code: ErrorCode, detail: string | undefined): void {
    this.#takeGathered();
    this.#sink.failed(code, detail);
  }

  credit(chunks: number): void {
    this.#sink.credit(chunks);
  }

  #takeGathered(): { readonly head: ResponseHead; readonly chunks: readonly ArrayBuffer[] } | null {
    const gathered = this.#gathered;
    this.#gathered = null;
    this.#deadline.clear();
    return gathered;
  }

  /** It takes too long to be held: what is held from now on is its end. */
  #passOn(): void {
    const gathered = this.#takeGathered();
    if (!gathered || !this.#open()) return;
    this.#sink.response(gathered.head, 'stream');
    for (const chunk of gathered.chunks) this.#passChunk(chunk);
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

function whole(chunks: readonly ArrayBuffer[]): ArrayBuffer | null {
  const [only] = chunks;
  if (chunks.length < 2) return only ?? null;
  const bytes = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(new Uint8Array(chunk), at);
    at += chunk.byteLength;
  }
  return bytes.buffer;
}
