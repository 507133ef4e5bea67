/** The way out of a machine: what a guest says to the proxy, what is fetched by that, and what comes back. */
import { expect, it, vi } from 'vitest';
import type { HostConnection } from '../../../kernel-host/http/connection.js';
import { type ProxyOptions, serveProxy } from '../../../kernel-host/outgoing/proxy.js';

/** A guest that has sent all that it has to say, in pieces, and reads as the test wants it to. */
class Guest implements HostConnection {
  onReadable: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  onAccepted: (() => void) | null = null;
  readonly #sent: Uint8Array[];
  readonly #got: Uint8Array[] = [];
  closed = false;
  /** Bytes that it takes at once; -1: it reads no more. */
  room = 1000;

  constructor(pieces: readonly string[]) {
    this.#sent = pieces.map((piece) => Uint8Array.from(piece, (c) => c.charCodeAt(0)));
  }

  get available(): number {
    return this.#sent[0]?.length ?? 0;
  }

  read(into: Uint8Array): number {
    const first = this.#sent.shift();
    if (!first) return -1;
    into.set(first.subarray(0, into.length));
    return first.length;
  }

  write(bytes: Uint8Array): number {
    if (this.room < 0) return -1;
    const count = Math.min(bytes.length, this.room);
    this.#got.push(bytes.slice(0, count));
    if (count === 0) queueMicrotask(() => this.onWritable?.());
    // Every other time it is full.
    this.room = this.room === 0 ? 1000 : 0;
    return count;
  }

  shutdownWrite(): void {}

  close(): void {
    this.closed = true;
  }

  get answer(): string {
    return this.#got.map((bytes) => String.fromCharCode(...bytes)).join('');
  }
}

const answering = (response: () => Response | Promise<Response>) =>
  vi.fn<(url: unknown, init?: RequestInit) => Promise<Response>>(async () => response());

async function ask(
  pieces: readonly string[],
  fetch: ReturnType<typeof answering>,
  options: Partial<ProxyOptions> = {},
) {
  const guest = new Guest(pieces);
  await serveProxy(guest, { fetch, allows: () => true, ...options });
  expect(guest.closed).toBe(true);
  return guest.answer;
}

const bodyOf = (init: RequestInit | undefined) => new Response(init?.body ?? null).text();

it('asks for a whole address, without what is of the connection or of the page', async () => {
  const fetch = answering(
    () => new Response('an answer', { status: 201, headers: { 'x-kept': 'yes', 'content-length': '9' } }),
  );
  const answer = await ask(
    [
      'GET https://example.org/a?b=c HTTP/1.1\r\nHost: example.org\r\nAcc',
      'ept: text/plain\r\nCookie: a=b\r\nConnection: close\r\n\r\n',
    ],
    fetch,
  );
  const [url, init] = fetch.mock.calls[0] ?? [];
  expect(String(url)).toBe('https://example.org/a?b=c');
  expect(init).toMatchObject({ method: 'GET', credentials: 'omit' });
  expect([...new Headers(init?.headers)]).toEqual([['accept', 'text/plain']]);
  expect(answer).toBe(
    'HTTP/1.1 201 \r\ncontent-type: text/plain;charset=UTF-8\r\nx-kept: yes\r\ntransfer-encoding: chunked\r\n' +
      'connection: close\r\n\r\n9\r\nan answer\r\n0\r\n\r\n',
  );
});

it('takes several requests of a connection, with bodies of both kinds', async () => {
  const fetch = answering(() => new Response(null, { status: 204 }));
  const answer = await ask(
    [
      'POST http://a.test/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel',
      'loPUT http://b.test/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2',
      '\r\nde\r\n0\r\n\r\n',
      'HEAD http://c.test/ HTTP/1.1\r\n\r\n',
    ],
    fetch,
  );
  expect(fetch.mock.calls.map(([url, init]) => `${init?.method} ${url}`)).toEqual([
    'POST http://a.test/',
    'PUT http://b.test/',
    'HEAD http://c.test/',
  ]);
  expect(await bodyOf(fetch.mock.calls[0]?.[1])).toBe('hello');
  expect(await bodyOf(fetch.mock.calls[1]?.[1])).toBe('abcde');
  expect(answer).toBe('HTTP/1.1 204 \r\nconnection: keep-alive\r\n\r\n'.repeat(3));
});

it('ends the body with the connection for HTTP/1.0', async () => {
  const answer = await ask(
    ['GET http://a.test/ HTTP/1.0\r\n\r\n'],
    answering(() => new Response('old')),
  );
  expect(answer).toMatch(/\r\nconnection: close\r\n\r\nold$/);
});

it.each([
  ['a path', 'GET / HTTP/1.1\r\n\r\n', 400, 'outgoing-malformed'],
  ['another scheme', 'GET file:///etc/passwd HTTP/1.1\r\n\r\n', 400, 'outgoing-malformed'],
  ['no HTTP', 'hello\r\n\r\n', 400, 'outgoing-malformed'],
  ['a head that ends early', 'GET http://a.test/ HTTP/1.1\r\nA:', 400, 'outgoing-malformed'],
  ['a field without a name', 'GET http://a.test/ HTTP/1.1\r\n: x\r\n\r\n', 400, 'outgoing-malformed'],
  [
    'two lengths',
    'POST http://a.test/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    400,
    'outgoing-malformed',
  ],
  [
    'a length and chunks',
    'POST http://a.test/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'outgoing-malformed',
  ],
  ['a body that ends early', 'POST http://a.test/ HTTP/1.1\r\nContent-Length: 9\r\n\r\nxx', 400, 'outgoing-malformed'],
  ['a body that is too large', 'POST http://a.test/ HTTP/1.1\r\nContent-Length: 11\r\n\r\n', 413, 'outgoing-too-large'],
  [
    'chunks without an end',
    `POST http://a.test/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n`,
    413,
    'outgoing-too-large',
  ],
  ['a tunnel', 'CONNECT a.test:443 HTTP/1.1\r\n\r\n', 501, 'outgoing-tunnel'],
  ['what is not allowed', 'GET http://other.test/ HTTP/1.1\r\n\r\n', 403, 'outgoing-refused'],
  ['what has no end', `GET http://a.test/ HTTP/1.1\r\nA: ${'a'.repeat(70_000)}`, 400, 'outgoing-malformed'],
])('refuses %s', async (_what, request, status, code) => {
  const fetch = answering(() => new Response());
  const answer = await ask([request], fetch, { bodyLimit: 10, allows: ({ host }) => host === 'a.test' });
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} ${code}\r\n`));
  expect(answer).toContain(`\r\n\r\n${code}: `);
  expect(fetch).not.toHaveBeenCalled();
});

it('does not pass on what an address that may be asked leads to, where that may not be', async () => {
  const led = (url: string) =>
    answering(() =>
      Object.defineProperties(new Response('secret'), { redirected: { value: true }, url: { value: url } }),
    );
  const request = ['GET http://a.test/x HTTP/1.1\r\nConnection: close\r\n\r\n'];
  const allows = ({ host }: URL) => host === 'a.test';
  const refused = await ask(request, led('http://b.test/y'), { allows });
  expect(refused).toMatch(/^HTTP\/1.1 403 outgoing-refused\r\n/);
  expect(refused).toContain('http://b.test');
  expect(refused).not.toContain('secret');
  expect(await ask(request, led('http://a.test/y'), { allows })).toContain('secret');
});

it('says what fetch says', async () => {
  const fetch = answering(() => Promise.reject(new TypeError('Failed to fetch')));
  const answer = await ask(['GET http://a.test/x HTTP/1.1\r\n\r\n'], fetch);
  expect(answer).toMatch(/^HTTP\/1.1 502 outgoing-failed\r\n/);
  expect(answer).toContain('http://a.test: Failed to fetch');
});

it('lets a body that breaks off end without its last chunk', async () => {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new Uint8Array([120]));
      else controller.error(new Error('gone'));
    },
  });
  const answer = await ask(
    ['GET http://a.test/ HTTP/1.1\r\n\r\n'],
    answering(() => new Response(body)),
  );
  expect(answer).toMatch(/\r\n\r\n1\r\nx\r\n$/);
});

it('asks for no more than a guest reads', async () => {
  const cancelled = vi.fn();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: cancelled,
  });
  const guest = new Guest(['GET http://a.test/ HTTP/1.1\r\n\r\n']);
  const taken = guest.write.bind(guest);
  let writes = 0;
  guest.write = (bytes) => (++writes > 20 ? -1 : taken(bytes));
  await serveProxy(guest, { fetch: answering(() => new Response(body)), allows: () => true });
  expect(cancelled).toHaveBeenCalled();
});
