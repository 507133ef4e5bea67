/** The request of a WebSocket's handshake as a browser writes it: RFC 6455 section 4.1 and the WebSockets Standard. */
import type { HeaderList } from '../../protocol/bridge.js';
import { acceptLanguage, type BrowserFacts } from '../http/request-head.js';

export interface HandshakeFacts {
  /** Host and port that the page named. */
  readonly host: string;
  /** Of the page. */
  readonly origin: string;
  readonly key: string;
  readonly protocols: readonly string[];
  /** Value of the Cookie header; empty when there is none. */
  readonly cookie: string;
}

/** Without those that concern the connection: who writes the bytes knows them. No extension is offered. */
export function buildHandshakeHeaders(facts: HandshakeFacts, browser: BrowserFacts): HeaderList {
  const { host, origin, key, protocols, cookie } = facts;
  const headers: [string, string][] = [
    ['Host', host],
    ['Pragma', 'no-cache'],
    ['Cache-Control', 'no-cache'],
    ['User-Agent', browser.userAgent],
    ['Origin', origin],
    ['Accept-Language', acceptLanguage(browser.languages)],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', key],
  ];
  if (protocols.length > 0) headers.push(['Sec-WebSocket-Protocol', protocols.join(', ')]);
  if (cookie !== '') headers.push(['Cookie', cookie]);
  return headers.filter(([, value]) => value !== '');
}

/** 16 bytes that nobody can foresee: an answer to them was made for this request. */
export const newKey = (): string => base64(crypto.getRandomValues(new Uint8Array(16)));

/** RFC 6455 section 4.2.2, 5.4. */
export async function acceptFor(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return base64(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)));
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
