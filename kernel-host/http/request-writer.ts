/**
 * Writes the head of an HTTP/1.1 request (RFC 9112 section 3). One request, one connection: `Connection: close` always, but for
 * the request that turns its connection into another protocol's.
 */
import type { HeaderList } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';

/** How the request's body is delimited. `none`: there is no body, and the method expects none. */
export type RequestFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** There is no body: the connection is to speak WebSocket from the answer on (RFC 6455 section 4.1). */
  | { readonly kind: 'upgrade' };

export interface RequestHead {
  readonly method: string;
  /** Origin-form (path and query), or `*` for OPTIONS. */
  readonly target: string;
  /** Host and the like are among them: this module adds only what concerns the connection. */
  readonly headers: HeaderList;
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What a request target may hold: no control, no blank; RFC 3986 asks for ASCII, and browsers send it so. */
const TARGET = /^(?:\/[\x21-\x7e]*|\*)$/;
/** Bytes other than CR, LF and NUL: those would end the field, and begin another that the sender chose. */
const FIELD_VALUE = /^[^\r\n\0\u0100-\uffff]*$/;

/**
 * Fields that concern one connection (RFC 9110 section 7.6.1) and ours is another; `content-length`, because the framing
 * decides; `expect`, because the body goes without waiting.
 */
const CONNECTION_FIELDS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110 section 8.6: a method that gives content a meaning says so when there is none. */
const METHODS_WITH_CONTENT = new Set(['POST', 'PUT', 'PATCH']);

/** Framing of a request without body. */
export function emptyBodyFraming(method: string): RequestFraming {
  return METHODS_WITH_CONTENT.has(method) ? { kind: 'length', length: 0 } : { kind: 'none' };
}

/** Throws PortsideError `bad-request` for what would not arrive as the one request that it is. */
export function formatRequestHead(request: RequestHead, framing: RequestFraming): Uint8Array<ArrayBuffer> {
  const { method, target, headers } = request;
  // CONNECT asks for a tunnel, not for a response.
  if (!TOKEN.test(method) || method.toUpperCase() === 'CONNECT') throw badRequest('method', method);
  if (!TARGET.test(target)) throw badRequest('target', target);

  const dropped = connectionFields(headers);
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const [name, value] of headers) {
    if (!TOKEN.test(name)) throw badRequest('header name', name);
    if (!FIELD_VALUE.test(value)) throw badRequest(`value of ${name}`, value);
    if (!dropped.has(name.toLowerCase())) head += `${name}: ${value}\r\n`;
  }
  if (framing.kind === 'length') head += `Content-Length: ${framing.length}\r\n`;
  else if (framing.kind === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  const connection = framing.kind === 'upgrade' ? 'Upgrade: websocket\r\nConnection: Upgrade' : 'Connection: close';
  return stringToBytes(`${head}${connection}\r\n\r\n`);
}

function badRequest(what: string, value: string): PortsideError {
  return new PortsideError('bad-request', `Its ${what} is ${JSON.stringify(value.slice(0, 60))}.`);
}

/** The fixed set and what `Connection` itself names. */
function connectionFields(headers: HeaderList): ReadonlySet<string> {
  let fields: Set<string> | null = null;
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'connection') continue;
    fields ??= new Set(CONNECTION_FIELDS);
    for (const option of value.split(',')) fields.add(option.trim().toLowerCase());
  }
  return fields ?? CONNECTION_FIELDS;
}

/** One byte for each character: fields are byte strings (checked above). */
export function stringToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
