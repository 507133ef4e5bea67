import type { HostNetwork } from '../connection.js';
import { type Handshake, Upgrade, type UpgradeOptions } from './upgrade.js';

/** All WebSockets of a kernel. They outlive the service workers, and so the ports, that brought them. */
export class Upgrades {
  readonly #network: HostNetwork;
  readonly #options: UpgradeOptions;
  readonly #open = new Set<Upgrade>();

  constructor(network: HostNetwork, options: UpgradeOptions = {}) {
    this.#network = network;
    this.#options = options;
  }

  /** Names the life of this kernel, where the platform has lives. */
  get life(): string | undefined {
    return this.#options.socketLives?.own;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @param answered gets the Set-Cookie values of the guest's answer; none where there is no answer. */
  start(request: Handshake, answered: (setCookies: readonly string[]) => void): void {
    const upgrade = new Upgrade(this.#network, request, this.#options, {
      answered,
      closed: (closed) => this.#open.delete(closed),
    });
    this.#open.add(upgrade);
    void upgrade.start();
  }

  close(): void {
    for (const upgrade of [...this.#open]) upgrade.close();
  }
}
