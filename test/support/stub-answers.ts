/** What the stub kernel answers, by path. Nothing in it waits for time to pass: what is slow is let go by another request. */
import { type HeaderList, MAX_CHUNK } from '../../protocol/bridge.js';
import { savePath } from '../../protocol/site.js';

export interface StubRequest {
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly declaredLength: number | undefined;
  /** Ids of exchanges that were given up so far. */
  readonly cancelled: readonly number[];
}

export interface StubAnswer {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeaderList;
  readonly body?: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>;
}

const encoder = new TextEncoder();
const text = (body: string, type = 'text/plain', headers: HeaderList = []): StubAnswer => ({
  headers: [['Content-Type', type], ...headers],
  body: encoder.encode(body),
});
const json = (value: unknown): StubAnswer => text(JSON.stringify(value), 'application/json');
const page = (title: string, headers: HeaderList = [], body = ''): StubAnswer =>
  text(`<!doctype html><title>${title}</title><h1>${title}</h1>${body}`, 'text/html', headers);

/** Bodies that are sent here are counted and dropped. */
export const SINK = '/sink';

const ONE_KIBIBYTE = new Uint8Array(1024).fill(0x61);

/** Takes a body no further than the window until the gate of this name is open. */
export const SLOW_SINK = '/slow-sink';
/** Chunks that the slow sink has got. */
export const slowSink = { chunks: 0 };

/** A gate a name: whoever waits at it is let go by a request for `/open?name`. */
const gates = new Map<string, PromiseWithResolvers<void>>();
export function gate(name: string): PromiseWithResolvers<void> {
  const existing = gates.get(name);
  if (existing) return existing;
  const created = Promise.withResolvers<void>();
  gates.set(name, created);
  return created;
}

/** A prime, so that a lost or doubled chunk shifts everything after it. */
const PERIOD = 251;
const PATTERN = new Uint8Array(MAX_CHUNK + PERIOD).map((_, index) => index % PERIOD);

/** `length` bytes, each its offset modulo 251. */
async function* pattern(length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < length; offset += MAX_CHUNK) {
    const start = offset % PERIOD;
    yield PATTERN.subarray(start, start + Math.min(MAX_CHUNK, length - offset));
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function* pieces(name: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode('first');
  await gate(name).promise;
  yield encoder.encode('second');
}

async function* documentPieces(html: string): AsyncGenerator<Uint8Array> {
  for (const piece of html.split('|')) yield encoder.encode(piece);
}

/** Two events, the second when the gate opens; ids go on after the last that was seen. */
async function* events(name: string, last: number): AsyncGenerator<Uint8Array> {
  yield encoder.encode(`retry: 10\nid: ${last + 1}\ndata: after ${last}\n\n`);
  await gate(name).promise;
  yield encoder.encode(`id: ${last + 2}\ndata: open\n\n`);
}

/** What was asked for under `/seen/…`, by its path: a page can't see the requests that its elements make. */
const seen = new Map<
  string,
  { readonly method: string; readonly headers: HeaderList; readonly body: string | null }[]
>();

/** `/seen/TYPE/…` is recorded, and answered with a file of that type. */
function record({ method, target, headers, body }: StubRequest): StubAnswer {
  const { pathname, searchParams } = new URL(target, 'http://stub');
  const records = seen.get(pathname) ?? [];
  seen.set(pathname, records);
  records.push({ method, headers, body: body?.byteLength ? new TextDecoder().decode(body) : null });
  const [, , type = ''] = pathname.split('/');
  const files: Readonly<Record<string, StubAnswer>> = {
    css: text(searchParams.get('text') ?? 'body { margin: 1px }', 'text/css'),
    html: page('seen'),
    js: text(searchParams.get('text') ?? '', 'text/javascript'),
    svg: text('<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>', 'image/svg+xml'),
    vtt: text('WEBVTT', 'text/vtt'),
  };
  return files[type] ?? text('seen');
}

const isFormat = (format: string | null): format is CompressionFormat =>
  format === 'gzip' || format === 'deflate' || format === 'deflate-raw';

type Handler = (
  request: StubRequest,
  query: URLSearchParams,
) => StubAnswer | 'silence' | Promise<StubAnswer | 'silence'>;

const echo: Handler = ({ port, method, target, headers, body, declaredLength }) =>
  json({ port, method, target, headers, declaredLength, body: body && new TextDecoder().decode(body) });

const handlers: Readonly<Record<string, Handler>> = {
  '/': () => page('front'),
  '/floor': () => ({ headers: [['Content-Type', 'text/plain']], body: ONE_KIBIBYTE }),
  '/echo': echo,
  '/echo-page': (request) =>
    page('echo', [], `<pre>${request.method} ${new TextDecoder().decode(request.body ?? undefined)}</pre>`),
  '/hash': async ({ body, declaredLength }) =>
    json({ length: body?.byteLength ?? 0, declaredLength, sha256: await sha256(body ?? new Uint8Array()) }),
  [SINK]: ({ declaredLength }) => json({ declaredLength }),
  [SLOW_SINK]: ({ declaredLength }) => json({ declaredLength }),
  '/slow-sink/chunks': () => json(slowSink.chunks),
  '/bytes': (_, query) => ({
    headers: [['Content-Type', 'application/octet-stream']],
    body: pattern(Number(query.get('n'))),
  }),
  '/pieces': (_, query) => ({ headers: [['Content-Type', 'text/plain']], body: pieces(query.get('gate') ?? '') }),
  '/events': ({ headers }, query) => ({
    headers: [['Content-Type', 'text/event-stream']],
    body: events(query.get('gate') ?? '', Number(new Map(headers).get('Last-Event-ID') ?? 0)),
  }),
  '/open': (_, query) => {
    gate(query.get('gate') ?? '').resolve();
    return json(null);
  },
  '/gated': async (_, query) => {
    await gate(query.get('gate') ?? '').promise;
    return text('through');
  },
  '/silence': () => 'silence',
  '/cancelled': ({ cancelled }) => json(cancelled.length),
  '/status': (_, query) => ({ status: Number(query.get('code')), headers: [['X-Stub', 'yes']] }),
  '/redirect': (_, query) => ({
    status: Number(query.get('code') ?? 302),
    headers: [['Location', query.get('to') ?? '/']],
  }),
  '/set-cookie': (_, query) => ({
    status: 302,
    headers: [...query.getAll('c').map((value) => ['Set-Cookie', value] as const), ['Location', '/echo']],
  }),
  '/no-frames': () =>
    page('framed', [
      ['X-Frame-Options', 'DENY'],
      ['Content-Security-Policy', "frame-ancestors 'none'; default-src 'self' 'unsafe-inline'"],
    ]),
  '/form': (_, query) => {
    const action = (query.get('action') ?? 'echo-page').replaceAll('&', '&amp;');
    const form = `<form method="post" target="_top" action="${action}"><input name="a" value="b c"><button>Go</button></form>`;
    return page('form', [], form);
  },
  '/post-redirect': () => ({ status: 303, headers: [['Location', '/echo-page']] }),
  '/links': () =>
    page(
      'links',
      [],
      `<a id="attached" href="attachment">a</a><a id="named" href="${savePath('/', '/floor', 'b c.txt')}">b</a>`,
    ),
  '/attachment': () => text('to keep', 'text/plain', [['Content-Disposition', 'attachment; filename="kept.txt"']]),
  /** What `html` says, in pieces that `|` ends; `header` may be repeated, each as `Name: value`. */
  '/document': (_, query) => ({
    headers: query.getAll('header').map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
    }),
    body: documentPieces(query.get('html') ?? ''),
  }),
  '/escape': () => page('escape', [], '<script src="/outside.js"></script>'),
  // What frames that scripts fill link to: the host has none of it.
  '/picture.svg': () => text('<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>', 'image/svg+xml'),
  '/sheet.css': () =>
    text('@import "more.css"; body { color: rgb(1, 2, 3); background-image: url(picture.svg?sheet) }', 'text/css'),
  '/more.css': () => text('@import "sheet.css"; body { margin-left: 33px }', 'text/css'),
  '/counts.js': () =>
    text('document.documentElement.dataset.ran = (+document.documentElement.dataset.ran || 0) + 1', 'text/javascript'),
  /** `?text=` in a content coding that Compression Streams know; `bytes`: only so many of them. */
  '/coded': async (_, query) => {
    const plain = new Blob([query.get('text') ?? '']);
    const format = query.get('format');
    const coded = isFormat(format) ? plain.stream().pipeThrough(new CompressionStream(format)) : plain.stream();
    const whole = new Uint8Array(await new Response(coded).arrayBuffer());
    const body = whole.slice(0, Number(query.get('bytes') ?? whole.byteLength));
    return { headers: [['Content-Encoding', query.get('coding') ?? '']], body };
  },
  /** The requests for `?path=` so far. */
  '/seen': (_, query) => json(seen.get(query.get('path') ?? '') ?? []),
  '/headers': (_, query) => ({
    headers: query.getAll('header').map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
    }),
    body: encoder.encode(query.get('text') ?? 'text'),
  }),
  '/tagged': ({ headers }) => {
    const known = headers.some(([name, value]) => name.toLowerCase() === 'if-none-match' && value === '"tag"');
    return {
      ...text('tagged', 'text/plain', [['ETag', '"tag"']]),
      ...(known && { status: 304, body: new Uint8Array() }),
    };
  },
  '/leaving': (_, query) =>
    page(
      'leaving',
      [['Referrer-Policy', query.get('policy') ?? '']],
      `<a id="link" href="/landed?by=link">link</a> <a id="top" href="/about" target="_top">top</a>
      <form method="post" action="/landed"><input name="a" value="b c"><button>Go</button></form>`,
    ),
  '/landed': ({ method, target, body }) =>
    page(
      'landed',
      [],
      `<pre>${method} ${target} ${new TextDecoder().decode(body ?? undefined)}</pre><a href="next">n</a>`,
    ),
  '/outside.js': () => text('document.documentElement.dataset.outside = "served"', 'text/javascript'),
};

export async function answerTo(request: StubRequest): Promise<StubAnswer | 'silence'> {
  const answer = await handlerOf(request);
  if (answer === 'silence' || !(answer.body instanceof Uint8Array)) return answer;
  return { ...answer, headers: [...(answer.headers ?? []), ['Content-Length', String(answer.body.byteLength)]] };
}

function handlerOf(request: StubRequest): ReturnType<Handler> {
  const url = new URL(request.target, 'http://stub');
  if (url.pathname.startsWith('/seen/')) return record(request);
  const handler = handlers[url.pathname];
  return handler ? handler(request, url.searchParams) : { ...page('not found'), status: 404 };
}
