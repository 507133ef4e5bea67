/**
 * When a worker dies, Chromium gives the requests that it was answering to the next one, once, as if they were new, a POST
 * too (seen in Chromium 156). The kernel knows which of them the guest has had: those must not reach it twice.
 */
import type { Unanswered } from '../../protocol/bridge.js';

/**
 * Milliseconds in which they come again: they are what starts the worker. A request that comes later is another, even when it
 * looks the same.
 */
const WITHIN = 5_000;

export class Repetitions {
  /** How often each may come. */
  readonly #expected = new Map<string, number>();
  #until = 0;

  expect(requests: readonly Unanswered[]): void {
    for (const request of requests) {
      const key = keyOf(request);
      this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1);
    }
    this.#until = performance.now() + WITHIN;
  }

  /** Whether this is a request that came before; it is expected once less then. */
  take(request: Omit<Unanswered, 'navigation'>): boolean {
    if (this.#expected.size === 0 || performance.now() > this.#until) return false;
    const key = keyOf(request);
    const left = this.#expected.get(key) ?? 0;
    if (left === 0) return false;
    this.#expected.set(key, left - 1);
    return true;
  }
}

const keyOf = ({ method, client, url }: Omit<Unanswered, 'navigation'>): string =>
  JSON.stringify([method, client, url]);
