import type { RequestReport } from '../../../../protocol/inspect.js';

const AT = Date.UTC(2026, 10, 25, 12);

/** A request that went well; times are milliseconds after noon. */
export const report = (id: number, change: Partial<RequestReport> = {}): RequestReport => ({
  id,
  port: 8080,
  method: 'GET',
  url: `https://example.org/page-${id}?q=a%20b&q=c`,
  receivedAt: AT + id,
  sentAt: AT + id + 1,
  takenAt: AT + id + 2,
  connectedAt: AT + id + 2,
  acceptedAt: AT + id + 4,
  firstByteAt: AT + id + 8,
  endedAt: AT + id + 16,
  status: 200,
  statusText: 'OK',
  bytesSent: 300,
  bytesReceived: 1000,
  retries: 0,
  outcome: 'complete',
  requestHeaders: [
    ['Host', 'example.org'],
    ['Cookie', 'session=secret'],
  ],
  responseHeaders: [
    ['Content-Type', 'text/html'],
    ['Set-Cookie', 'session=secret'],
  ],
  ...change,
});

export const pending = (id: number): RequestReport =>
  report(id, {
    firstByteAt: null,
    endedAt: null,
    status: null,
    statusText: '',
    outcome: 'open',
    bytesReceived: 0,
    responseHeaders: null,
  });

export const NOON = AT;
