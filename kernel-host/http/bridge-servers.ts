import { type BridgePort, BridgeServer } from './bridge-server.js';
import type { HostNetwork } from './connection.js';
import type { ExchangeOptions } from './exchange.js';

export interface BridgeServersOptions extends ExchangeOptions {
  /** Takes ports that speak `protocol/inspect.ts`; they are closed where nobody does. */
  readonly inspected?: (port: MessagePort) => void;
}

/**
 * All ports that were handed to a kernel. Ports tell nobody when their other end has died (Chromium 156 has no `close` event on
 * them), and a service worker that is stopped in the middle of a download would hold a guest for ever: the first hello of its
 * successor closes what it left behind.
 */
export class BridgeServers {
  readonly #network: HostNetwork;
  readonly #options: BridgeServersOptions;
  /** With the name of the service worker behind each, once it has said hello. */
  readonly #servers = new Map<BridgeServer, string | undefined>();

  constructor(network: HostNetwork, options: BridgeServersOptions = {}) {
    this.#network = network;
    this.#options = options;
  }

  get size(): number {
    return this.#servers.size;
  }

  connect(port: BridgePort): void {
    const server = new BridgeServer(port, this.#network, this.#options, {
      greeted: (greeting, worker) => this.#closeOthers(greeting, worker),
      closed: (closed) => this.#servers.delete(closed),
      inspected: (inspector) => (this.#options.inspected ? this.#options.inspected(inspector) : inspector.close()),
    });
    this.#servers.set(server, undefined);
  }

  close(): void {
    for (const server of [...this.#servers.keys()]) server.close();
  }

  #closeOthers(server: BridgeServer, worker: string): void {
    this.#servers.set(server, worker);
    for (const [other, name] of [...this.#servers]) if (name !== undefined && name !== worker) other.close();
  }
}
