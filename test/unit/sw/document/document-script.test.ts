import { describe, expect, test } from 'vitest';
import { DocumentScript, type GuestDocument, scriptJson } from '../../../../sw/document/document-script.js';

const script = new DocumentScript({
  origin: 'https://example.org',
  scope: '/',
  source: 'run(portsideDocument)',
  cookies: async () => ({ version: 7, cookies: [] }),
});

async function add(fields: Readonly<Record<string, string>>, overrides: Partial<GuestDocument> = {}) {
  const headers = new Headers({ 'Content-Length': '3', ...fields });
  const document = {
    request: { mode: 'navigate', method: 'GET' },
    route: { base: '/shop/', port: 8080 },
    status: 200,
    ...overrides,
    headers,
  };
  const body = await script.addTo(new TextEncoder().encode('<p>').buffer, document);
  if (!(body instanceof ArrayBuffer)) throw new Error('A buffer became something else.');
  return { text: new TextDecoder().decode(body), headers };
}

describe('a document', () => {
  test.each([
    ['text/html', 200],
    ['text/html; charset=UTF-8', 404],
    ['TEXT/HTML;charset=iso-8859-1', 500],
    ['text/html', 302],
  ])('%s with status %i', async (type, status) => {
    const { text, headers } = await add({ 'Content-Type': type, ETag: '"a"' }, { status });
    expect(text).toMatch(
      /^<script>\(function\(portsideDocument\){run\(portsideDocument\)}\)\({.*"port":8080.*}\)<\/script><p>$/,
    );
    expect([...headers.keys()]).toEqual(['content-type', 'etag']);
  });

  test('has a policy’s nonce, or a new one at each time', async () => {
    const type = { 'Content-Type': 'text/html' };
    expect((await add({ ...type, 'Content-Security-Policy': "script-src 'nonce-x'" })).text).toContain(
      '<script nonce="x">',
    );
    const fresh = async () =>
      /nonce="([^"]+)"/.exec((await add({ ...type, 'Content-Security-Policy': "script-src 'self'" })).text)?.[1];
    expect(await fresh()).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(await fresh()).not.toBe(await fresh());
  });
});

describe('as it is', () => {
  test.each<[Record<string, string>, Partial<GuestDocument>]>([
    [{ 'Content-Type': 'text/html' }, { request: { mode: 'cors', method: 'GET' } }],
    [{ 'Content-Type': 'text/html' }, { status: 206 }],
    [{ 'Content-Type': 'text/html', Location: '/' }, { status: 302 }],
    [{ 'Content-Type': 'text/html', 'Content-Disposition': 'attachment; filename=a.html' }, {}],
    [{ 'Content-Type': 'text/html', 'Content-Encoding': 'br' }, {}],
    [{ 'Content-Type': 'text/html; charset="UTF-16LE"' }, {}],
    [{ 'Content-Type': 'text/html', 'Content-Security-Policy': 'sandbox' }, {}],
    [{ 'Content-Type': 'application/xhtml+xml' }, {}],
    [{ 'Content-Type': 'text/htmlx' }, {}],
    [{}, {}],
  ])('%o %o', async (fields, overrides) => {
    const { text, headers } = await add(fields, overrides);
    expect(text).toBe('<p>');
    expect(headers.get('Content-Length')).toBe('3');
  });
});

test('the configuration is ASCII, ends no script, and is read as it was written', () => {
  const value = { a: '</script><!-- <script>', b: 'ä\u2028\u2029😀\x7f', c: '"\\u003c' };
  const written = scriptJson(value);
  expect(written).toMatch(/^[\x20-\x7e]*$/);
  expect(written).not.toContain('<');
  expect(JSON.parse(written)).toEqual(value);
});
