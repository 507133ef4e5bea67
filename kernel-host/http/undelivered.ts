import type { Asker, Unanswered } from '../../protocol/bridge.js';
import type { BridgedExchange } from './bridged-exchange.js';

interface Kept {
  readonly asker: Asker;
  readonly method: string;
  readonly exchange: Pick<BridgedExchange, 'reachedGuest'>;
}

/** The requests of one port whose answers have not been delivered yet, as far as somebody must hear of it when they never are. */
export class Undelivered {
  readonly #kept = new Map<number, Kept>();

  keep(id: number, method: string, asker: Asker, exchange: Kept['exchange']): void {
    this.#kept.set(id, { asker, method, exchange });
  }

  /** The asker has its answer, or wants none. */
  forget(id: number): void {
    this.#kept.delete(id);
  }

  /**
   * What is lost if the port's other end is dead. A request of which no guest has seen anything can simply be made again;
   * a navigation can't, for nobody would.
   */
  lost(): Unanswered[] {
    return [...this.#kept.values()]
      .filter(({ asker, exchange }) => asker.navigation || exchange.reachedGuest)
      .map(({ asker, method }) => ({ ...asker, method }));
  }
}
