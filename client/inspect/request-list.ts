/** The requests of an inspector page: what is known, and what of it is to be seen. */
import { KEPT_REQUESTS, type RequestReport, type UnreachedRequest } from '../../protocol/inspect.js';
import { durationOf, type ListedRequest, listReport, listUnreached, pathOf } from './listed-request.js';

export type SortKey = 'started' | 'method' | 'path' | 'status' | 'size' | 'duration';
export type Group = 'all' | 'pending' | 'failed';

export interface Selection {
  readonly text: string;
  readonly group: Group;
  readonly sort: SortKey;
  readonly descending: boolean;
}

export class RequestList {
  readonly #requests = new Map<string, ListedRequest>();
  #unreached = 0;
  /** How many requests the kernel has taken, which it numbers from 1. */
  #taken = 0;
  /** Those of them that were cleared away or counted as dropped before. */
  #cleared = 0;
  /** What had begun by then was cleared away. */
  #clearedAt = 0;

  /** @param whole in place of all that a kernel reported before. */
  report(reports: readonly RequestReport[], whole: boolean): void {
    if (whole) for (const key of this.#requests.keys()) if (isOfKernel(key)) this.#requests.delete(key);
    for (const report of reports) {
      this.#taken = Math.max(this.#taken, report.id);
      this.#put(listReport(report));
    }
    this.#drop();
  }

  /** Some may have been told before: the worker tells a new page all, and pages learn of them together. */
  unreached(requests: readonly UnreachedRequest[]): void {
    for (const request of requests) {
      const known = [...this.#requests.values()].some(
        ({ key, startedAt, url }) =>
          key.startsWith('worker') && startedAt === request.receivedAt && url === request.url,
      );
      if (!known) this.#put(listUnreached(request, this.#unreached++));
    }
    this.#drop();
  }

  /** The kernel has gone, and what it had not answered is never answered. */
  kernelGone(now: number): void {
    this.#taken = 0;
    this.#cleared = 0;
    for (const [key, request] of this.#requests) {
      if (request.state !== 'pending') continue;
      const times = { ...request.times, endedAt: now };
      this.#requests.set(key, { ...request, state: 'failed', failure: 'kernel-lost', times });
    }
  }

  /** Forgets what is over. */
  clear(now: number): void {
    this.#clearedAt = now;
    const dropped = this.dropped;
    const before = this.#ofKernel();
    for (const [key, { state }] of this.#requests) if (state !== 'pending') this.#requests.delete(key);
    this.#cleared += dropped + before - this.#ofKernel();
  }

  /** Requests of this kernel that came before those listed, were not cleared away, and are kept no more. */
  get dropped(): number {
    return Math.max(0, this.#taken - this.#cleared - this.#ofKernel());
  }

  get(key: string): ListedRequest | undefined {
    return this.#requests.get(key);
  }

  get size(): number {
    return this.#requests.size;
  }

  all(): readonly ListedRequest[] {
    return [...this.#requests.values()];
  }

  select({ text, group, sort, descending }: Selection, now: number): readonly ListedRequest[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = this.all().filter((request) => inGroup(request, group) && words.every((word) => has(request, word)));
    const by = sortKeys[sort];
    const sign = descending ? -1 : 1;
    return shown.sort((a, b) => sign * compare(by(a, now), by(b, now)) || sign * (a.startedAt - b.startedAt));
  }

  #ofKernel(): number {
    let count = 0;
    for (const key of this.#requests.keys()) if (isOfKernel(key)) count++;
    return count;
  }

  #put(request: ListedRequest): void {
    if (request.startedAt <= this.#clearedAt && request.state !== 'pending' && !this.#requests.has(request.key)) return;
    this.#requests.set(request.key, request);
  }

  /** The kernel keeps no more either. Those that came first are over long since, or still to be seen. */
  #drop(): void {
    for (const [key, { state }] of this.#requests) {
      if (this.#requests.size <= KEPT_REQUESTS) return;
      if (state !== 'pending') this.#requests.delete(key);
    }
  }
}

const isOfKernel = (key: string): boolean => key.startsWith('kernel');

const sortKeys: Readonly<Record<SortKey, (request: ListedRequest, now: number) => number | string>> = {
  started: ({ startedAt }) => startedAt,
  method: ({ method }) => method,
  path: ({ url }) => pathOf(url),
  status: ({ status }) => status ?? 0,
  size: ({ bytesReceived }) => bytesReceived,
  duration: durationOf,
};

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

const isFailed = ({ state, status }: ListedRequest): boolean =>
  state === 'failed' || state === 'cancelled' || (status ?? 0) >= 400;

const inGroup = (request: ListedRequest, group: Group): boolean =>
  group === 'all' || (group === 'pending' ? request.state === 'pending' : isFailed(request));

const has = ({ method, url, status, failure }: ListedRequest, word: string): boolean =>
  `${method} ${url} ${status ?? ''} ${failure ?? ''}`.toLowerCase().includes(word);
