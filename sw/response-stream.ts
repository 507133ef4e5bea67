/**
 * The receiving end of a streamed response body. Chunks wait here, at most a window of them, until the browser pulls; each one
 * taken becomes a credit. With no size limit on the stream's own queue (high-water mark 0) a slow reader stops the guest.
 */
import { WINDOW_CHUNKS } from '../protocol/bridge.js';

/** Credits go back in halves of the window: fewer messages, and the sender never runs dry. */
const CREDIT_BATCH = WINDOW_CHUNKS / 2;

export interface ResponseStreamEvents {
  credit(chunks: number): void;
  /** The consumer wants no more: the page went away, aborted, or took only the head. */
  cancelled(): void;
}

export class ResponseStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #events: ResponseStreamEvents;
  readonly #queue: ArrayBuffer[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #pulled: (() => void) | undefined;
  #owed = 0;
  #ended = false;

  constructor(events: ResponseStreamEvents) {
    this.#events = events;
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => {
          this.#queue.length = 0;
          this.#ended = true;
          this.#events.cancelled();
        },
      },
      { highWaterMark: 0 },
    );
  }

  push(chunk: ArrayBuffer): void {
    if (this.#ended) return;
    this.#queue.push(chunk);
    this.#wake();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake();
  }

  error(reason: Error): void {
    if (this.#ended && this.#queue.length === 0) return;
    this.#ended = true;
    this.#queue.length = 0;
    this.#controller?.error(reason);
    this.#settlePull();
  }

  /** A pending pull stays pending until there is something to give. */
  #pull(): Promise<void> | undefined {
    if (this.#deliver()) return undefined;
    return new Promise((resolve) => {
      this.#pulled = resolve;
    });
  }

  #wake(): void {
    if (this.#pulled === undefined) {
      // Nobody pulls, but an empty stream should read as closed at once.
      if (this.#ended && this.#queue.length === 0) this.#controller?.close();
      return;
    }
    if (this.#deliver()) this.#settlePull();
  }

  #settlePull(): void {
    const resolve = this.#pulled;
    this.#pulled = undefined;
    resolve?.();
  }

  /** True when the pull was served. */
  #deliver(): boolean {
    const chunk = this.#queue.shift();
    if (chunk === undefined) {
      if (!this.#ended) return false;
      this.#controller?.close();
      return true;
    }
    this.#controller?.enqueue(new Uint8Array(chunk));
    if (this.#ended) {
      // The sender is done: it needs no more credits.
      if (this.#queue.length === 0) this.#controller?.close();
    } else if (++this.#owed >= CREDIT_BATCH) {
      this.#events.credit(this.#owed);
      this.#owed = 0;
    }
    return true;
  }
}
