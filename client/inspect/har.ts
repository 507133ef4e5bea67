/** The list as an HTTP archive, HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). Pure. */
import type { Entry, Har, Header, QueryString, Response } from 'har-format';
import { BRIDGE_VERSION, type HeaderList } from '../../protocol/bridge.js';
import { hopsOf } from './hops.js';
import { durationOf, headerOf, type ListedRequest } from './listed-request.js';
import { droppedInWords } from './words.js';

/** An archive is passed on to others: it leaves out what would let them in, as those that browsers save do. */
const SECRET = new Set(['cookie', 'set-cookie', 'authorization', 'proxy-authorization']);

/** Not known, as the format writes it. */
const UNKNOWN = -1;

/** @param dropped how many earlier requests are kept no more */
export const archive = (requests: readonly ListedRequest[], dropped: number, now: number): Har => ({
  log: {
    version: '1.2',
    creator: { name: 'Portside', version: String(BRIDGE_VERSION) },
    ...(dropped > 0 && { comment: droppedInWords(dropped) }),
    entries: requests.toSorted((a, b) => a.startedAt - b.startedAt).map((request) => entry(request, now)),
  },
});

function entry(request: ListedRequest, now: number): Entry {
  const spent = { worker: 0, port: 0, accept: 0, guest: 0, body: 0 };
  for (const { name, from, to } of hopsOf(request, now)) spent[name] = to - from;
  return {
    startedDateTime: new Date(request.startedAt).toISOString(),
    time: durationOf(request, now),
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: headers(request.requestHeaders),
      queryString: queryOf(request.url),
      headersSize: UNKNOWN,
      bodySize: Number(headerOf(request.requestHeaders, 'content-length') ?? UNKNOWN),
    },
    response: response(request),
    cache: {},
    timings: {
      blocked: spent.worker + spent.port,
      dns: UNKNOWN,
      ssl: UNKNOWN,
      connect: spent.accept,
      send: 0,
      wait: spent.guest,
      receive: spent.body,
      comment: `worker ${spent.worker.toFixed(2)} ms, port ${spent.port.toFixed(2)} ms`,
    },
    ...(request.state === 'pending' && { comment: 'It was pending when this was saved.' }),
  };
}

function response(request: ListedRequest): Response {
  const { responseHeaders, failure, bytesReceived } = request;
  return {
    // 0: there was none.
    status: request.status ?? 0,
    statusText: request.statusText,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: headers(responseHeaders),
    content: { size: bytesReceived, mimeType: headerOf(responseHeaders, 'content-type') ?? '' },
    redirectURL: headerOf(responseHeaders, 'location') ?? '',
    headersSize: UNKNOWN,
    bodySize: bytesReceived,
    ...(failure && { comment: failure }),
  };
}

const headers = (list: HeaderList): Header[] =>
  list.filter(([name]) => !SECRET.has(name.toLowerCase())).map(([name, value]) => ({ name, value }));

const queryOf = (url: string): QueryString[] =>
  [...(URL.parse(url)?.searchParams ?? [])].map(([name, value]) => ({ name, value }));
