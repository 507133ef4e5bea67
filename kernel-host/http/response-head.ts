/**
 * Reads the head of an HTTP/1.x response (RFC 9112 sections 2.2, 4 and 5), as tolerant as browsers are: a bare LF ends a
 * line, the reason may be missing, lines that are no field are skipped.
 */
import type { HeaderList } from '../../protocol/bridge.js';

export interface ResponseHead {
  readonly status: number;
  /** The reason phrase; may be empty. */
  readonly statusText: string;
  /** Names and values are byte strings: each character is one byte, as in the Fetch standard. */
  readonly headers: HeaderList;
  /** 0 or 1: the version is HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: number;
}

/** How a body ends (RFC 9112 section 6.3). */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** What is wrong with a head, in words for the `detail` of an error. */
export interface HeadError {
  readonly error: string;
}

/** String.fromCharCode takes its bytes as arguments: engines limit how many (JavaScriptCore: 65,536). */
const ARGUMENTS_AT_ONCE = 8192;

/** One character for each byte. TextDecoder cannot do it: its `latin1` is windows-1252. */
export function bytesToString(bytes: Uint8Array): string {
  if (bytes.length <= ARGUMENTS_AT_ONCE) return String.fromCharCode(...bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += ARGUMENTS_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + ARGUMENTS_AT_ONCE));
  }
  return text;
}

/** A three-digit status may be followed by the end of the line at once (seen in the wild: no space, no reason). */
const STATUS_LINE = /^HTTP\/1\.(\d) +(\d{3})(?:[ \t]+(.*))?$/i;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** `head` holds the status line and the fields, with or without the empty line behind them. */
export function parseResponseHead(head: Uint8Array): ResponseHead | HeadError {
  const lines = bytesToString(head).split('\n');
  const statusLine = clean(lines[0] ?? '');
  const match = STATUS_LINE.exec(statusLine);
  if (!match) return { error: `It began with ${JSON.stringify(statusLine.slice(0, 40))}.` };
  const status = Number(match[2]);
  // RFC 9110 section 15: anything else is invalid, and no Response can be made of it.
  if (status < 100 || status > 599) return { error: `It has the status ${status}.` };

  const headers: [name: string, value: string][] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const last = headers.at(-1);
    if (line.startsWith(' ') || line.startsWith('\t')) {
      // obs-fold, RFC 9112 section 5.2: joined to the value before it by a space. Before the first field: skipped.
      const more = clean(line);
      if (last && more) last[1] = last[1] ? `${last[1]} ${more}` : more;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trimEnd();
    if (TOKEN.test(name)) headers.push([name, clean(line.slice(colon + 1))]);
  }
  return { status, statusText: match[3] ?? '', headers, minorVersion: match[1] === '0' ? 0 : 1 };
}

/** RFC 9110 section 5.5: a CR or NUL inside a value becomes a space; white space around it goes. */
function clean(line: string): string {
  let from = 0;
  let to = line.length;
  // By hand: an expression for trailing blanks takes quadratic time on a long run of them.
  while (from < to && isBlank(line.charCodeAt(from))) from++;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to--;
  return line.slice(from, to).replace(/[\r\0]/g, ' ');
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

/** The values of `name` as one list (RFC 9110 section 5.3), in lower case; empty when it does not occur. */
function listOf(headers: HeaderList, name: string): string[] {
  const items: string[] = [];
  for (const [key, value] of headers) {
    if (key.toLowerCase() !== name) continue;
    for (const item of value.split(',')) items.push(item.trim().toLowerCase());
  }
  return items;
}

/** RFC 9112 section 6.3, in its order; and 205, whose body no browser can show (Fetch, null body status). */
export function bodyFraming(head: ResponseHead, requestMethod: string): BodyFraming | HeadError {
  const { status, headers } = head;
  if (requestMethod === 'HEAD' || status < 200 || status === 204 || status === 205 || status === 304) {
    return { kind: 'none' };
  }
  // A chunked HTTP/1.0 response is a leftover of some proxy: browsers pass over the field.
  const codings = head.minorVersion === 0 ? [] : listOf(headers, 'transfer-encoding').filter((c) => c !== 'identity');
  if (codings.length > 0) {
    if (codings.length === 1 && codings[0] === 'chunked') return { kind: 'chunked' };
    return {
      error: `Its transfer coding is ${JSON.stringify(codings.join(', ').slice(0, 60))}, which nothing asked for.`,
    };
  }
  const lengths = new Set(listOf(headers, 'content-length'));
  if (lengths.size === 0) return { kind: 'until-close' };
  const [length = ''] = lengths;
  if (lengths.size > 1 || !/^\d+$/.test(length) || !Number.isSafeInteger(Number(length))) {
    return { error: `Its Content-Length is ${JSON.stringify([...lengths].join(', ').slice(0, 60))}.` };
  }
  return { kind: 'length', length: Number(length) };
}
