import type { Unanswered } from '../../protocol/bridge.js';
import { type BridgePort, BridgeServer, type BridgeServerOptions } from './bridge-server.js';
import type { HostNetwork } from './connection.js';
import type { SocketLives } from './web-socket/socket-lives.js';
import { Upgrades } from './web-socket/upgrades.js';

export interface BridgeServersOptions extends BridgeServerOptions {
  /** Takes ports that speak `protocol/inspect.ts`; they are closed where nobody does. */
  readonly inspected?: (port: MessagePort) => void;
  /** How the ends of WebSockets learn that the other is gone. */
  readonly socketLives?: SocketLives;
}

/** What a platform knows of service workers, and of who should hear of their end. */
export interface WorkerLives {
  /** Calls `ended` once, when the service worker of this name is not there any more. */
  watch(worker: string, ended: () => void): void;
  /** A service worker has died, and these requests with it. */
  lost(requests: readonly Unanswered[]): void;
}

/**
 * Milliseconds for which a successor is told of what was lost. Chromium gives it the requests again as soon as it runs (measured on
 * a busy machine: after 57 ms to 1.4 s); what a person sends again comes later.
 */
const REPEATED_WITHIN = 5_000;

/**
 * All ports that were handed to a kernel. Ports tell nobody when their other end has died (Chromium 156 has no `close` event on
 * them), and a service worker that is stopped in the middle of a download would hold a guest for ever. So its end closes what it
 * left behind: as soon as the platform tells of it, else with the first hello of its successor.
 */
export class BridgeServers {
  readonly #network: HostNetwork;
  readonly #options: BridgeServersOptions;
  readonly #lives: WorkerLives | undefined;
  readonly #upgrades: Upgrades;
  /** With the name of the service worker behind each, once it has said hello. */
  readonly #servers = new Map<BridgeServer, string | undefined>();
  /** The service worker that said hello last. */
  #current: string | undefined;
  #lost: { readonly until: number; readonly requests: readonly Unanswered[] }[] = [];

  constructor(network: HostNetwork, options: BridgeServersOptions = {}, lives?: WorkerLives) {
    this.#network = network;
    this.#options = options;
    this.#lives = lives;
    this.#upgrades = new Upgrades(network, options);
  }

  get size(): number {
    return this.#servers.size;
  }

  /** Exchanges that are open. */
  get open(): number {
    let open = 0;
    for (const server of this.#servers.keys()) open += server.counters.open;
    return open;
  }

  /** WebSockets that are open, or about to be. */
  get webSockets(): number {
    return this.#upgrades.size;
  }

  connect(port: BridgePort): void {
    const server = new BridgeServer(port, this.#network, this.#upgrades, this.#options, {
      greeted: (greeting, worker) => this.#greeted(greeting, worker),
      closed: (closed) => this.#servers.delete(closed),
      inspected: (inspector) => (this.#options.inspected ? this.#options.inspected(inspector) : inspector.close()),
    });
    this.#servers.set(server, undefined);
  }

  close(): void {
    for (const server of [...this.#servers.keys()]) server.close();
    this.#upgrades.close();
  }

  /** There is one service worker at a time: those before it are dead. */
  #greeted(server: BridgeServer, worker: string): readonly Unanswered[] {
    this.#servers.set(server, worker);
    this.#bury((name) => name !== worker);
    // It may have several ports, one after another: it is told once.
    if (worker === this.#current) return [];
    this.#current = worker;
    this.#lives?.watch(worker, () => this.#bury((name) => name === worker));
    const now = performance.now();
    this.#lost = this.#lost.filter(({ until }) => until > now);
    return this.#lost.flatMap(({ requests }) => requests);
  }

  #bury(isDead: (worker: string) => boolean): void {
    const requests: Unanswered[] = [];
    for (const [server, name] of [...this.#servers]) {
      if (name === undefined || !isDead(name)) continue;
      requests.push(...server.lost);
      server.close();
    }
    if (requests.length === 0) return;
    this.#lost.push({ until: performance.now() + REPEATED_WITHIN, requests });
    this.#lives?.lost(requests);
  }
}
