/**
 * The receiving end of a streamed response body. The stream's own queue is the window: what the browser has taken out of it goes
 * back to the sender as credits, so a slow reader stops the guest.
 */
import { WINDOW_CHUNKS } from '../../protocol/bridge.js';

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
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  /** Credits that the sender holds. */
  #granted = WINDOW_CHUNKS;

  constructor(events: ResponseStreamEvents) {
    this.#events = events;
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#replenish(controller),
        cancel: () => {
          this.#controller = undefined;
          events.cancelled();
        },
      },
      { highWaterMark: WINDOW_CHUNKS },
    );
  }

  push(chunk: ArrayBuffer): void {
    this.#granted--;
    this.#controller?.enqueue(new Uint8Array(chunk));
  }

  /** The consumer sees the end once it has taken what was pushed. */
  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  error(reason: Error): void {
    this.#controller?.error(reason);
    this.#controller = undefined;
  }

  #replenish({ desiredSize }: ReadableStreamDefaultController): void {
    const free = (desiredSize ?? 0) - this.#granted;
    if (free < CREDIT_BATCH) return;
    this.#granted += free;
    this.#events.credit(free);
  }
}
