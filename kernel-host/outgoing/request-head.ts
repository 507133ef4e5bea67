/** The head of a request that a guest sends to a proxy (RFC 9112 sections 3 and 5). */
import type { HeaderList } from '../../protocol/bridge.js';
import { bytesToString } from '../http/response-head.js';

export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  /** 0 or 1. */
  readonly minorVersion: number;
  readonly headers: HeaderList;
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S+) HTTP\/1\.([01])$/;
const LF = 0x0a;
const CR = 0x0d;

/** Where the empty line behind a head ends; -1 when it has not come. */
export function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** null: it is none. A proxy that guesses what was meant is one that others can be led astray by (RFC 9112 section 11). */
export function parseRequestHead(bytes: Uint8Array): RequestHead | null {
  const lines = bytesToString(bytes)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  const match = REQUEST_LINE.exec(lines[0] ?? '');
  if (!match) return null;
  const headers: [name: string, value: string][] = [];
  for (const line of lines.slice(1)) {
    if (line === '') break;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) return null;
    headers.push([name, line.slice(colon + 1).trim()]);
  }
  return { method: match[1] ?? '', target: match[2] ?? '', minorVersion: Number(match[3]), headers };
}
