/**
 * The way out of a machine: an HTTP proxy (RFC 9112 section 3.2.2) that asks by the host's `fetch`. A guest names the whole address,
 * `GET https://example.org/ HTTP/1.1`, and gets what a script of the page would get: under the page's rules for other sites (CORS), and
 * never with its cookies.
 */
import { type ErrorCode, errorTexts } from '../../protocol/errors.js';
import type { HostConnection } from '../http/connection.js';
import { ByteStream } from './byte-stream.js';
import { type BodyLimit, readBody } from './request-body.js';
import { endOfHead, parseRequestHead, type RequestHead } from './request-head.js';

/** As nginx and others: lines and fields of a request come to less. */
const MOST_HEAD = 65_536;

export interface ProxyOptions {
  readonly fetch: typeof fetch;
  /** Which addresses may be asked. */
  readonly allows: (url: URL) => boolean;
  /** Of a request's body, in bytes. */
  readonly bodyLimit?: number;
}

/** A browser sends no body before it has all of it, where it does not speak HTTP/2 to its host: it is kept meanwhile. */
const BODY_LIMIT: BodyLimit = 64 * 1024 * 1024;

/** Of the connection alone (RFC 9110 section 7.6.1), or what `fetch` says itself. */
const NOT_PASSED_ON = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...[
    'transfer-encoding',
    'upgrade',
    'host',
    'content-length',
    'accept-encoding',
    'expect',
    'cookie',
    'origin',
    'referer',
  ],
]);
/** `fetch` has undone the coding; the length is another, and the body goes in chunks. */
const NOT_PASSED_BACK = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length', 'set-cookie', 'trailer'],
]);

const encoder = new TextEncoder();
const NO_BODY = new Set([101, 103, 204, 205, 304]);

/** Serves one connection of a guest until it ends. */
export async function serveProxy(connection: HostConnection, options: ProxyOptions): Promise<void> {
  const stream = new ByteStream(connection);
  try {
    while (await serveRequest(stream, options));
  } finally {
    stream.close();
  }
}

/** False: the connection is over. */
async function serveRequest(stream: ByteStream, options: ProxyOptions): Promise<boolean> {
  const head = await readHead(stream);
  if (head === null) return false;
  if (head === 'malformed') return refuse(stream, 400, 'outgoing-malformed');
  const values = (name: string) => head.headers.filter(([given]) => given.toLowerCase() === name).map(([, v]) => v);
  if (values('expect').some((value) => /^100-continue$/i.test(value)))
    await stream.write(encoder.encode('HTTP/1.1 100 Continue\r\n\r\n'));
  const body = await readBody(stream, head, options.bodyLimit ?? BODY_LIMIT);
  if (body === 'malformed') return refuse(stream, 400, 'outgoing-malformed');
  if (body === 'too-large') return refuse(stream, 413, 'outgoing-too-large');
  const keeps = head.minorVersion === 1 && !values('connection').some((value) => /\bclose\b/i.test(value));
  // A tunnel carries bytes that only the guest can read: a page has no way to send them.
  if (head.method === 'CONNECT') return refuse(stream, 501, 'outgoing-tunnel');
  const url = URL.canParse(head.target) ? new URL(head.target) : null;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refuse(stream, 400, 'outgoing-malformed');
  if (!options.allows(url)) return refuse(stream, 403, 'outgoing-refused', url.origin);
  let response: Response;
  try {
    response = await options.fetch(url, {
      method: head.method,
      headers: passedOn(head),
      ...(body && { body }),
      credentials: 'omit',
      redirect: 'follow',
      referrerPolicy: 'no-referrer',
    });
  } catch (error) {
    return refuse(stream, 502, 'outgoing-failed', `${url.origin}: ${error instanceof Error ? error.message : error}`);
  }
  // A `fetch` of browsers tells nobody where it is led before it has been there.
  const led = response.redirected ? new URL(response.url) : url;
  if (!options.allows(led)) {
    await response.body?.cancel();
    return refuse(stream, 403, 'outgoing-refused', led.origin);
  }
  return respond(stream, head, response, keeps);
}

async function readHead(stream: ByteStream): Promise<RequestHead | 'malformed' | null> {
  let bytes = new Uint8Array(0);
  for (;;) {
    const more = await stream.read();
    if (more === null) return bytes.length === 0 ? null : 'malformed';
    const longer = new Uint8Array(bytes.length + more.length);
    longer.set(bytes);
    longer.set(more, bytes.length);
    bytes = longer;
    const end = endOfHead(bytes);
    if (end >= 0) {
      stream.unread(bytes.slice(end));
      return parseRequestHead(bytes.subarray(0, end)) ?? 'malformed';
    }
    if (bytes.length > MOST_HEAD) return 'malformed';
  }
}

function passedOn({ headers }: RequestHead): Headers {
  const passed = new Headers();
  for (const [name, value] of headers) {
    if (NOT_PASSED_ON.has(name.toLowerCase())) continue;
    try {
      passed.append(name, value);
    } catch {
      // What is no value for `fetch` would not have gone out either.
    }
  }
  return passed;
}

async function respond(stream: ByteStream, head: RequestHead, response: Response, keeps: boolean): Promise<boolean> {
  const hasBody = head.method !== 'HEAD' && !NO_BODY.has(response.status) && response.body !== null;
  const chunked = hasBody && head.minorVersion === 1;
  const lines = [`HTTP/1.1 ${response.status} ${response.statusText}`];
  for (const [name, value] of response.headers) if (!NOT_PASSED_BACK.has(name)) lines.push(`${name}: ${value}`);
  if (chunked) lines.push('transfer-encoding: chunked');
  else if (!hasBody && !NO_BODY.has(response.status) && head.method !== 'HEAD') lines.push('content-length: 0');
  // Without chunks the end of the body is the connection's.
  const goesOn = keeps && (chunked || !hasBody);
  lines.push(`connection: ${goesOn ? 'keep-alive' : 'close'}`, '', '');
  if (!(await stream.write(latin1(lines.join('\r\n'))))) {
    await response.body?.cancel();
    return false;
  }
  if (!hasBody || !response.body) return goesOn;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.length === 0) continue;
      if (chunked) await stream.write(encoder.encode(`${value.length.toString(16)}\r\n`));
      const taken = await stream.write(value);
      if (chunked) await stream.write(encoder.encode('\r\n'));
      if (!taken) {
        await reader.cancel();
        return false;
      }
    }
  } catch {
    // It broke off: without its last chunk the guest knows.
    return false;
  }
  return chunked ? (await stream.write(encoder.encode('0\r\n\r\n'))) && goesOn : false;
}

/** Header values are byte strings. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

/** With the sentence and the remedy in plain words, as programs show what a proxy says. The connection ends. */
async function refuse(stream: ByteStream, status: number, code: ErrorCode, detail = ''): Promise<false> {
  const { sentence, remedy } = errorTexts[code];
  const text = encoder.encode(`${code}: ${sentence}${detail && ` ${detail}`}\n${remedy}\n`);
  const head = [
    `HTTP/1.1 ${status} ${code}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${text.length}`,
    'connection: close',
  ];
  await stream.write(encoder.encode(`${head.join('\r\n')}\r\n\r\n`));
  await stream.write(text);
  return false;
}
