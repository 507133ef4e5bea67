/** The requests that a kernel has taken: those that are open, and the last of those that are over. */
import { KEPT_REQUESTS, type RequestReport } from '../../protocol/inspect.js';
import type { ExchangeMoment, ExchangeRecord } from '../http/exchange-record.js';
import type { ObservedRequest, Watchers } from './changes.js';
import { withoutSecrets } from './secrets.js';

class LoggedExchange implements ObservedRequest {
  readonly id: number;
  readonly #record: ExchangeRecord;

  constructor(id: number, record: ExchangeRecord) {
    this.id = id;
    this.#record = record;
  }

  report(): RequestReport {
    const { trace, takenAt, connectedAt, acceptedAt, firstByteAt, endedAt, target, ...facts } = this.#record;
    const { requestHeaders, responseHeaders } = facts;
    return {
      ...facts,
      requestHeaders: withoutSecrets(requestHeaders),
      responseHeaders: responseHeaders && withoutSecrets(responseHeaders),
      id: this.id,
      url: trace?.url ?? target,
      receivedAt: trace?.receivedAt ?? null,
      sentAt: trace?.sentAt ?? null,
      takenAt: performance.timeOrigin + takenAt,
      connectedAt: sinceEpoch(connectedAt),
      acceptedAt: sinceEpoch(acceptedAt),
      firstByteAt: sinceEpoch(firstByteAt),
      endedAt: sinceEpoch(endedAt),
    };
  }
}

const sinceEpoch = (at: number | null): number | null => (at === null ? null : performance.timeOrigin + at);

export class ExchangeLog {
  readonly #watchers: Watchers;
  readonly #open = new Map<ExchangeRecord, LoggedExchange>();
  /** In the order in which they ended; the oldest is overwritten first. */
  readonly #ended: LoggedExchange[] = [];
  #oldest = 0;
  #lastId = 0;

  constructor(watchers: Watchers) {
    this.#watchers = watchers;
  }

  /** An `ExchangeObserver`. It is on the way of every request: while nobody watches it makes one object for each. */
  readonly observe = (moment: ExchangeMoment, record: ExchangeRecord): void => {
    if (moment === 'taken') this.#open.set(record, new LoggedExchange(++this.#lastId, record));
    if (moment !== 'ended' && this.#watchers.size === 0) return;
    const exchange = this.#open.get(record);
    if (!exchange) return;
    if (moment === 'ended') {
      this.#open.delete(record);
      this.#keep(exchange);
    }
    for (const watcher of this.#watchers) watcher.changed(exchange);
  };

  /** In the order in which they were taken. */
  all(): readonly ObservedRequest[] {
    return [...this.#ended, ...this.#open.values()].sort((a, b) => a.id - b.id);
  }

  #keep(exchange: LoggedExchange): void {
    if (this.#ended.length < KEPT_REQUESTS) {
      this.#ended.push(exchange);
      return;
    }
    this.#ended[this.#oldest] = exchange;
    this.#oldest = (this.#oldest + 1) % KEPT_REQUESTS;
  }
}
