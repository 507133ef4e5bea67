import { expect, test } from 'vitest';
import type { ExchangeRecord } from '../../../kernel-host/http/exchange-record.js';
import type { ObservedRequest, Watcher } from '../../../kernel-host/inspect/changes.js';
import { ExchangeLog } from '../../../kernel-host/inspect/exchange-log.js';
import { KEPT_REQUESTS } from '../../../protocol/inspect.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const record = (target: string): Mutable<ExchangeRecord> => ({
  port: 80,
  method: 'GET',
  target,
  requestHeaders: [],
  trace: undefined,
  takenAt: performance.now(),
  connectedAt: null,
  acceptedAt: null,
  firstByteAt: null,
  endedAt: null,
  status: null,
  statusText: '',
  responseHeaders: null,
  bytesSent: 0,
  bytesReceived: 0,
  retries: 0,
  outcome: 'open',
});

const urls = (log: ExchangeLog) => log.all().map((request) => request.report().url);

function watched(): { readonly log: ExchangeLog; readonly seen: ObservedRequest[]; readonly watchers: Set<Watcher> } {
  const seen: ObservedRequest[] = [];
  const watchers = new Set<Watcher>([{ changed: (request) => seen.push(request), wrote: () => {} }]);
  return { log: new ExchangeLog(watchers), seen, watchers };
}

test('keeps what is open and the last that ended, in the order in which they were taken', () => {
  const { log } = watched();
  const open = record('/open');
  log.observe('taken', open);
  for (let index = 0; index < KEPT_REQUESTS + 3; index++) {
    const short = record(`/${index}`);
    log.observe('taken', short);
    log.observe('ended', short);
  }
  const kept = urls(log);
  expect(kept).toHaveLength(KEPT_REQUESTS + 1);
  expect(kept.slice(0, 2)).toEqual(['/open', '/3']);
  expect(kept.at(-1)).toBe(`/${KEPT_REQUESTS + 2}`);
});

test('tells its watchers of each change, and reports what is so at the time', () => {
  const { log, seen } = watched();
  const exchange = record('/a');
  log.observe('taken', exchange);
  exchange.bytesReceived = 10;
  log.observe('progress', exchange);
  expect(new Set(seen).size).toBe(1);
  expect(seen).toHaveLength(2);
  expect(seen[0]?.report()).toMatchObject({ id: 1, url: '/a', bytesReceived: 10, outcome: 'open', receivedAt: null });
});

test('times are since the epoch', () => {
  const { log, seen } = watched();
  log.observe('taken', record('/a'));
  expect(Math.abs((seen[0]?.report().takenAt ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('a request that ends is kept though nobody watched it', () => {
  const { log, watchers } = watched();
  watchers.clear();
  const exchange = record('/unseen');
  log.observe('taken', exchange);
  log.observe('first-byte', exchange);
  log.observe('ended', exchange);
  expect(urls(log)).toEqual(['/unseen']);
});
