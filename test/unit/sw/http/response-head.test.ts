import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HeaderList } from '../../../../protocol/bridge.js';
import { buildResponseInit, type ResponseContext } from '../../../../sw/http/response-head.js';

const context: ResponseContext = {
  origin: 'https://example.org',
  scope: '/repo/',
  routes: [{ base: '/repo/', port: 8080 }],
  route: { base: '/repo/', port: 8080 },
  target: '/dir/page',
  destination: '',
  saveAs: undefined,
  policy: 'credentialless',
};

const build = (headers: HeaderList, overrides: Partial<ResponseContext> = {}, status = 200) =>
  buildResponseInit({ status, statusText: 'OK', headers }, { ...context, ...overrides });

test('the guest’s headers are kept, repeated ones too, those of its connection are not', () => {
  const { headers } = build([
    ['X-A', '1'],
    ['x-a', '2'],
    ['Connection', 'close'],
    ['Transfer-Encoding', 'chunked'],
    ['Set-Cookie', 'a=1'],
    ['Content-Length', '5'],
  ]);
  expect([...headers]).toEqual([
    ['content-length', '5'],
    ['x-a', '1, 2'],
  ]);
});

describe('URLs in headers', () => {
  test.each([
    ['Location', '/next', 'https://example.org/repo/next'],
    ['Location', 'http://localhost:8080/next', 'https://example.org/repo/next'],
    ['Location', 'http://[', 'http://['],
    ['Location', '/gr\xc3\xb6\xc3\x9fe', 'https://example.org/repo/gr%C3%B6%C3%9Fe'],
    ['Content-Location', 'other', 'other'],
    ['Content-Location', '/other', 'https://example.org/repo/other'],
    ['Refresh', '5; url=next', '5; url=next'],
    ['Refresh', '5; url=/next', '5; url=https://example.org/repo/next'],
    ['Refresh', "0;URL='/next'", '0;URL=https://example.org/repo/next'],
    ['Refresh', '5', '5'],
    ['Refresh', '3; url=http://127.0.0.1:9000/', '3; url=https://example.org/repo/.portside/port/9000/'],
    ['Link', '<http://[::1]:9000/a>; rel=next', '<https://example.org/repo/.portside/port/9000/a>; rel=next'],
    ['Content-Location', 'http://0.0.0.0:9000/a', 'https://example.org/repo/.portside/port/9000/a'],
    [
      'Link',
      '</a.css>; rel=preload, <http://localhost:8080/b>; rel=next',
      '<https://example.org/repo/a.css>; rel=preload, <https://example.org/repo/b>; rel=next',
    ],
  ])('%s: %s', (name, value, expected) => {
    expect(build([[name, value]]).headers.get(name)).toBe(expected);
  });
});

describe('a file name', () => {
  test.each([
    ['attachment; filename="gr\xc3\xb6\xc3\x9fe 5%.pdf"', "attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe%205%25.pdf"],
    ['attachment; filename=\xe2\x82\xac; size=1', "attachment; filename*=UTF-8''%E2%82%AC; size=1"],
    ['attachment; filename="plain.pdf"', 'attachment; filename="plain.pdf"'],
    ['attachment; filename="\xe9.pdf"', 'attachment; filename="\xe9.pdf"'],
    [
      `attachment; filename="\xc3\xa9"; filename*=UTF-8''%C3%A9`,
      `attachment; filename="\xc3\xa9"; filename*=UTF-8''%C3%A9`,
    ],
  ])('%s', (value, expected) => {
    expect(build([['Content-Disposition', value]]).headers.get('Content-Disposition')).toBe(expected);
  });
});

describe('a document in a frame', () => {
  const frame = { destination: 'iframe' };

  test('carries the embedder policy', () => {
    const { headers } = build([], frame);
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('credentialless');
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
  });

  test('keeps its own, if it isolates', () => {
    const own: HeaderList = [['Cross-Origin-Embedder-Policy', 'require-corp']];
    expect(build(own, frame).headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    const none: HeaderList = [['Cross-Origin-Embedder-Policy', 'unsafe-none']];
    expect(build(none, frame).headers.get('Cross-Origin-Embedder-Policy')).toBe('credentialless');
  });

  test.each([
    ["frame-ancestors 'none'", "frame-ancestors 'self'"],
    [
      "default-src 'self'; frame-ancestors https://a.example; img-src *",
      "default-src 'self'; frame-ancestors 'self' https://a.example; img-src *",
    ],
    ["img-src *, frame-ancestors 'none'", "img-src *, frame-ancestors 'self'"],
    ['frame-ancestors', "frame-ancestors 'self'"],
    ["script-src 'nonce-frame-ancestors'", "script-src 'nonce-frame-ancestors'"],
  ])('may be framed by its own origin as well: %s', (policy, expected) => {
    const { headers } = build(
      [
        ['Content-Security-Policy', policy],
        ['X-Frame-Options', 'DENY'],
      ],
      frame,
    );
    expect(headers.get('Content-Security-Policy')).toBe(expected);
    expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN');
  });

  test('what is no document keeps its framing rules', () => {
    expect(build([['X-Frame-Options', 'DENY']]).headers.get('X-Frame-Options')).toBe('DENY');
  });
});

describe('an answer that is to be saved', () => {
  test.each([
    ['a name of the link', undefined, 'b c(1).txt', "attachment; filename*=UTF-8''b%20c%281%29.txt"],
    ['a name of the response', 'inline; filename="x.txt"', 'y.txt', 'attachment; filename="x.txt"'],
    ['a name of the URL', 'inline', '', "attachment; filename*=UTF-8''page"],
  ])('has %s', (_, disposition, saveAs, expected) => {
    const headers: HeaderList = disposition === undefined ? [] : [['Content-Disposition', disposition]];
    expect(build(headers, { saveAs, target: '/dir/page?x=/y' }).headers.get('Content-Disposition')).toBe(expected);
  });

  test('is no file when it failed', () => {
    expect(build([], { saveAs: 'a' }, 404).headers.has('Content-Disposition')).toBe(false);
  });
});

test.each([0, 100, 199, 600, 999])('a status that no Response has is an error: %i', (status) => {
  expect(() => build([], {}, status)).toThrow(expect.objectContaining({ code: 'guest-bad-response' }));
});

test('whatever a guest writes makes a Response', () => {
  const anything = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anything, anything)),
      anything,
      fc.integer({ min: 200, max: 599 }),
      (headers, statusText, status) => {
        const init = buildResponseInit({ status, statusText, headers }, { ...context, destination: 'iframe' });
        expect(new Response(null, init).status).toBe(status);
      },
    ),
  );
});
