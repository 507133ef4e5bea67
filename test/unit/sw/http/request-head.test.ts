import { describe, expect, test } from 'vitest';
import { buildRequestHeaders, headerCase, type RequestFacts } from '../../../../sw/http/request-head.js';

const space = { origin: 'https://example.org', route: { base: '/repo/', port: 8080 } };
const browser = { userAgent: 'Agent/1', languages: ['de-AT', 'de', 'en'] };

function headersOf(overrides: Partial<RequestFacts> = {}, cookie = '', inSpace = space): Map<string, string> {
  const request: RequestFacts = {
    method: 'GET',
    mode: 'no-cors',
    destination: 'image',
    cache: 'default',
    headers: new Headers({ accept: 'text/html' }),
    referrer: '',
    referrerPolicy: '',
    ...overrides,
  };
  return new Map(buildRequestHeaders(request, inSpace, browser, cookie));
}

describe('what the network stack would have added', () => {
  test('is added', () => {
    expect([...headersOf({}, 'a=1')]).toEqual([
      ['Host', 'example.org'],
      ['Accept', 'text/html'],
      ['User-Agent', 'Agent/1'],
      ['Accept-Language', 'de-AT,de;q=0.9,en;q=0.8'],
      ['Accept-Encoding', 'identity'],
      ['Sec-Fetch-Site', 'same-origin'],
      ['Sec-Fetch-Mode', 'no-cors'],
      ['Sec-Fetch-Dest', 'image'],
      ['Cookie', 'a=1'],
      ['X-Forwarded-Proto', 'https'],
    ]);
  });

  test('gives way to what the page set', () => {
    const headers = headersOf({ headers: new Headers({ 'user-agent': 'Page/2', 'accept-language': 'fr' }) });
    expect(headers.get('User-Agent')).toBe('Page/2');
    expect(headers.get('Accept-Language')).toBe('fr');
  });

  test('an http origin has its port in Host and no X-Forwarded-Proto', () => {
    const headers = headersOf({}, '', { ...space, origin: 'http://127.0.0.1:5000' });
    expect(headers.get('Host')).toBe('127.0.0.1:5000');
    expect(headers.has('X-Forwarded-Proto')).toBe(false);
  });
});

test.each([
  ['', 'none'],
  ['https://example.org/repo/', 'same-origin'],
  ['https://other.example/', 'cross-site'],
])('a navigation of the frame from %j is the tab’s', (referrer, site) => {
  const headers = headersOf({ mode: 'navigate', destination: 'iframe', referrer });
  expect([headers.get('Sec-Fetch-Site'), headers.get('Sec-Fetch-Dest')]).toEqual([site, 'document']);
});

test.each([
  ['default', undefined, undefined],
  ['no-cache', 'max-age=0', undefined],
  ['no-store', 'no-cache', 'no-cache'],
  ['reload', 'no-cache', 'no-cache'],
])('cache mode %s', (cache, control, pragma) => {
  const headers = headersOf({ cache });
  expect([headers.get('Cache-Control'), headers.get('Pragma')]).toEqual([control, pragma]);
});

describe('Referer', () => {
  const referrer = 'https://example.org/repo/blog/?p=1#top';
  test.each([
    ['', 'https://example.org/blog/?p=1'],
    ['same-origin', 'https://example.org/blog/?p=1'],
    ['origin', 'https://example.org/'],
    ['strict-origin', 'https://example.org/'],
    ['no-referrer', undefined],
  ])('with policy %j', (referrerPolicy, expected) => {
    expect(headersOf({ referrer, referrerPolicy }).get('Referer')).toBe(expected);
  });

  test.each(['', 'about:client'])('without one: %j', (none) => {
    expect(headersOf({ referrer: none }).has('Referer')).toBe(false);
  });
});

describe('Origin', () => {
  test.each([
    ['GET', 'cors', '', undefined],
    ['HEAD', 'cors', '', undefined],
    ['POST', 'cors', '', 'https://example.org'],
    ['POST', 'navigate', '', 'https://example.org'],
    ['DELETE', 'cors', 'no-referrer', 'https://example.org'],
    ['POST', 'navigate', 'no-referrer', 'null'],
  ])('%s %s %s', (method, mode, referrerPolicy, expected) => {
    expect(headersOf({ method, mode, referrerPolicy, destination: 'iframe' }).get('Origin')).toBe(expected);
  });

  test.each([
    ['https://other.example/page', 'https://other.example'],
    ['', 'null'],
  ])('of a form that another site sends by the whole tab, from %j', (referrer, expected) => {
    const headers = headersOf({ method: 'POST', mode: 'navigate', destination: 'document', referrer });
    expect([headers.get('Origin'), headers.get('Sec-Fetch-Site')]).toEqual([expected, 'cross-site']);
  });
});

test('names are written as browsers write them', () => {
  expect(['content-type', 'x-requested-with', 'dnt', 'sec-ch-ua', 'a'].map(headerCase)).toEqual([
    'Content-Type',
    'X-Requested-With',
    'DNT',
    'sec-ch-ua',
    'A',
  ]);
});
