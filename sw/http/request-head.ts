/**
 * The head that a guest gets: what a browser would have sent over a socket. A service worker sees a request before the
 * network stack has added Host, Referer, Origin, Cookie, Content-Length and their like; this puts them back.
 * Pure: everything comes by argument.
 */
import type { HeaderList } from '../../protocol/bridge.js';
import { type GuestFolder, toGuest } from '../routing/guest-url.js';
import { initiatorOf, isSafe } from '../routing/initiator.js';
import { isFrameDestination } from '../routing/route.js';

export interface RequestFacts {
  readonly method: string;
  readonly mode: string;
  readonly destination: string;
  readonly cache: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly referrer: string;
  readonly referrerPolicy: string;
}

export interface BrowserFacts {
  readonly userAgent: string;
  readonly languages: readonly string[];
}

/** Content-Length and Connection belong to whoever writes the bytes; the cookie comes from the jar. */
const NOT_PASSED_ON = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'cookie',
  'accept-encoding',
]);

export function buildRequestHeaders(
  request: RequestFacts,
  space: GuestFolder,
  browser: BrowserFacts,
  cookie: string,
): HeaderList {
  const given: [string, string][] = [];
  const names = new Set<string>();
  for (const [name, value] of request.headers) {
    if (NOT_PASSED_ON.has(name)) continue;
    names.add(name);
    given.push([headerCase(name), value]);
  }
  const origin = new URL(space.origin);
  const headers: [string, string][] = [['Host', origin.host]];
  const addMissing = (name: string, value: string) => {
    if (value !== '' && !names.has(name.toLowerCase())) headers.push([name, value]);
  };
  headers.push(...given);
  addMissing('User-Agent', browser.userAgent);
  addMissing('Accept', '*/*');
  addMissing('Accept-Language', acceptLanguage(browser.languages));
  // A synthetic response is not decoded by the browser, and nothing is won by packing bytes that never leave the device.
  headers.push(['Accept-Encoding', 'identity']);
  // Fetch, "HTTP-network-or-cache fetch".
  if (request.cache === 'no-cache') addMissing('Cache-Control', 'max-age=0');
  if (request.cache === 'no-store' || request.cache === 'reload') {
    addMissing('Pragma', 'no-cache');
    addMissing('Cache-Control', 'no-cache');
  }
  headers.push(...fetchMetadata(request, origin.origin));
  addMissing('Origin', originHeader(request, space));
  addMissing('Referer', refererHeader(request, space));
  if (cookie !== '') headers.push(['Cookie', cookie]);
  if (origin.protocol === 'https:') addMissing('X-Forwarded-Proto', 'https');
  return headers;
}

/**
 * Fetch Metadata Request Headers, section 2. A frame's document counts as the tab's: it is what the tab shows, and a frame within
 * it can't be told from it. Whether a person caused a navigation (Sec-Fetch-User) a worker never hears.
 */
function fetchMetadata(request: RequestFacts, origin: string): [string, string][] {
  const { mode, destination } = request;
  return [
    ['Sec-Fetch-Site', initiatorOf(request, origin)],
    ['Sec-Fetch-Mode', mode],
    ['Sec-Fetch-Dest', isFrameDestination(destination) ? 'document' : destination || 'empty'],
  ];
}

/**
 * Fetch section 3.2, "append a request Origin header": for CORS requests and for every method but GET and HEAD. Chromium has put
 * it on navigations already.
 */
function originHeader(request: RequestFacts, { origin }: GuestFolder): string {
  if (isSafe(request.method)) return '';
  if (initiatorOf(request, origin) === 'cross-site') return URL.parse(request.referrer)?.origin ?? 'null';
  return request.referrerPolicy === 'no-referrer' && request.mode !== 'cors' ? 'null' : origin;
}

/** Referrer Policy section 8.3. All our requests go to the page's own origin, so cross-origin rules never apply. */
function refererHeader(request: RequestFacts, space: GuestFolder): string {
  if (request.referrerPolicy === 'no-referrer') return '';
  const referrer = URL.parse(request.referrer);
  if (referrer === null || (referrer.protocol !== 'http:' && referrer.protocol !== 'https:')) return '';
  if (request.referrerPolicy === 'origin' || request.referrerPolicy === 'strict-origin') return `${referrer.origin}/`;
  const seen = toGuest(referrer, space);
  return seen.origin + seen.pathname + seen.search;
}

/** As Chromium and Firefox weigh them: a tenth less for each further language. */
export function acceptLanguage(languages: readonly string[]): string {
  return languages
    .slice(0, 10)
    .map((language, index) => (index === 0 ? language : `${language};q=${(1 - index / 10).toFixed(1)}`))
    .join(',');
}

/** `Headers` lower-cases names; over HTTP/1.1 browsers send them capitalised, except client hints. */
export function headerCase(name: string): string {
  if (name.startsWith('sec-ch-')) return name;
  if (name === 'dnt') return 'DNT';
  if (name === 'last-event-id') return 'Last-Event-ID';
  return name.replace(/(^|[-_])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
