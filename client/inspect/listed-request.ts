/** A request as the list shows it, whether a kernel reported it or the worker, which had none. Pure. */
import type { HeaderList } from '../../protocol/bridge.js';
import { type ErrorCode, errorTexts } from '../../protocol/errors.js';
import type { RequestReport, UnreachedRequest } from '../../protocol/inspect.js';

/** Milliseconds since the epoch; null: has not happened, or is not known. */
export interface RequestTimes {
  readonly receivedAt: number | null;
  readonly sentAt: number | null;
  readonly takenAt: number | null;
  readonly acceptedAt: number | null;
  readonly firstByteAt: number | null;
  readonly endedAt: number | null;
}

export type RequestState = 'pending' | 'done' | 'cancelled' | 'failed';

export interface ListedRequest {
  /** Names it among those of one kernel and the worker. */
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly port: number | null;
  readonly state: RequestState;
  readonly failure: ErrorCode | null;
  readonly detail: string;
  readonly status: number | null;
  readonly statusText: string;
  readonly startedAt: number;
  readonly times: RequestTimes;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly retries: number;
  readonly requestHeaders: HeaderList;
  readonly responseHeaders: HeaderList;
}

export function listReport(report: RequestReport): ListedRequest {
  const { id, outcome, receivedAt, sentAt, takenAt, acceptedAt, firstByteAt, endedAt } = report;
  const failure = outcome === 'open' || outcome === 'complete' || outcome === 'cancelled' ? null : outcome;
  return {
    ...report,
    key: `kernel ${id}`,
    state: outcome === 'open' ? 'pending' : outcome === 'complete' ? 'done' : failure ? 'failed' : 'cancelled',
    failure,
    detail: '',
    // What the worker answers then.
    status: report.status ?? (failure && statusOf(failure)),
    startedAt: receivedAt ?? takenAt,
    times: { receivedAt, sentAt, takenAt, acceptedAt, firstByteAt, endedAt },
    responseHeaders: report.responseHeaders ?? [],
  };
}

/** @param count of those that the worker told of before. */
export function listUnreached(request: UnreachedRequest, count: number): ListedRequest {
  const { method, url, status, code, detail, receivedAt, endedAt } = request;
  return {
    key: `worker ${count}`,
    method,
    url,
    port: null,
    state: 'failed',
    failure: code,
    detail: detail ?? '',
    status,
    statusText: '',
    startedAt: receivedAt,
    times: { receivedAt, sentAt: null, takenAt: null, acceptedAt: null, firstByteAt: null, endedAt },
    bytesSent: 0,
    bytesReceived: 0,
    retries: 0,
    requestHeaders: [],
    responseHeaders: [],
  };
}

const statusOf = (code: ErrorCode): number | null => {
  const text = errorTexts[code];
  return 'status' in text ? text.status : null;
};

/** Milliseconds that it took, or has taken by `now`. */
export const durationOf = ({ startedAt, times }: ListedRequest, now: number): number =>
  Math.max(0, (times.endedAt ?? now) - startedAt);

/** Path and query; the whole of what is no URL. */
export function pathOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed ? parsed.pathname + parsed.search : url;
}

export const headerOf = (headers: HeaderList, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name)?.[1];
