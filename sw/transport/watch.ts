/**
 * Looks after open exchanges, and does nothing while there are none. A stalled exchange gives no event of its own: a page that
 * aborts before the head fires no signal, and a port whose other end died with its page fires no `close` (both measured in
 * Chromium 156). So every few seconds it is asked who is still there.
 */
import { PortsideError } from '../../protocol/errors.js';
import type { KernelLink, PageClients } from './link.js';

/**
 * Well under the 30 s after which an idle worker is stopped; most exchanges are over before the first look, so
 * short ones cost no message.
 */
const INTERVAL = 5_000;

/** What a kernel has over its own time limit before it is taken for dead, in milliseconds. */
const GRACE = 2 * INTERVAL;

export class ExchangeWatch {
  readonly #clients: PageClients;
  #timer: ReturnType<typeof setInterval> | undefined;
  #announced = false;

  constructor(clients: PageClients) {
    this.#clients = clients;
  }

  /** Called when the first exchange opens and when the last one ends. */
  busy(link: KernelLink, busy: boolean): void {
    if (busy) {
      this.#timer ??= setInterval(() => void this.#look(link), INTERVAL);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#announced) void link.announce(false);
    this.#announced = false;
  }

  async #look(link: KernelLink): Promise<void> {
    await link.prune();
    // Again at each look: another page may have taken the kernel over.
    this.#announced = true;
    await link.announce(true);
    for (const connection of [...link.connections()]) {
      for (const exchange of [...connection.exchanges()]) {
        if (exchange.clientId !== '' && !(await this.#clients.get(exchange.clientId))) exchange.cancel();
        else if (exchange.headWait > exchange.headTimeout + GRACE) {
          exchange.fail(new PortsideError('guest-timeout'));
        }
      }
    }
  }
}
