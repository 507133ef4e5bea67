import type { GuestRoute } from './route.js';

/** Far more documents than a worker's short life sees. */
const CAPACITY = 1_000;

/**
 * Which guest each document belongs to, by its client id, so that requests that leave their folder can be brought back without
 * asking anyone. Forgotten when the worker stops. The next one asks for its clients as it starts, but the request that woke it is
 * decided before they have answered: for that one the referrer has to do.
 */
export class ClientRoutes {
  readonly #routes = new Map<string, GuestRoute>();

  remember(clientId: string, route: GuestRoute): void {
    if (clientId === '') return;
    this.#routes.set(clientId, route);
    if (this.#routes.size <= CAPACITY) return;
    const [oldest] = this.#routes.keys();
    if (oldest !== undefined) this.#routes.delete(oldest);
  }

  of(clientId: string): GuestRoute | undefined {
    return this.#routes.get(clientId);
  }
}
