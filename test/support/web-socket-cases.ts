/**
 * Conversations with `test/site/web-sockets/server.php`, each told as data, so that the same can be had through a browser's own
 * WebSocket with native PHP and through ours with a guest, and what a page sees be compared.
 */

export type Sent =
  | { readonly text: string }
  /** So many bytes, each its offset modulo 251, as an ArrayBuffer, a part of one, or a Blob. */
  | { readonly bytes: number; readonly as: 'buffer' | 'view' | 'blob' };

export interface Conversation {
  readonly path: string;
  readonly protocols?: string | readonly string[];
  readonly binaryType?: BinaryType;
  /** Sent as soon as the socket is open. */
  readonly send?: readonly Sent[];
  /** When the page closes: before the socket is open, as soon as it is, or after so many messages. */
  readonly closeAt?: 'start' | 'open' | number;
  readonly close?: readonly [code?: number, reason?: string];
}

/** What a page saw: an event each, in order. */
export type Seen = readonly (string | number | boolean | null)[];

/** Runs in a page. `base` ends with a slash. */
export function converse([base, conversation]: readonly [base: string, conversation: Conversation]): Promise<Seen[]> {
  const { path, protocols, binaryType, send = [], closeAt, close = [] } = conversation;
  const pattern = (length: number) => new Uint8Array(length).map((_, at) => at % 251);
  const hash = (bytes: Uint8Array) => bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, 0);
  const url = base + path;
  const seen: Seen[] = [];
  let messages = 0;
  // Those of a Blob are read in a while, and are to be in order.
  let reading: Promise<unknown> = Promise.resolve();
  return new Promise((resolve) => {
    const socket = protocols === undefined ? new WebSocket(url) : new WebSocket(url, [protocols].flat());
    if (binaryType) socket.binaryType = binaryType;
    const leave = () => socket.close(...close);
    socket.onopen = () => {
      seen.push(['open', socket.readyState, socket.protocol, socket.extensions]);
      for (const one of send) {
        if ('text' in one) socket.send(one.text);
        else if (one.as === 'buffer') socket.send(pattern(one.bytes));
        else if (one.as === 'blob') socket.send(new Blob([pattern(one.bytes)]));
        else socket.send(new DataView(pattern(one.bytes + 9).buffer, 3, one.bytes));
      }
      if (closeAt === 'open') leave();
    };
    socket.onmessage = ({ data }: MessageEvent<string | Blob | ArrayBuffer>) => {
      if (++messages === closeAt) leave();
      const kind = typeof data === 'string' ? 'text' : data instanceof Blob ? 'blob' : 'buffer';
      reading = reading.then(async () => {
        if (typeof data === 'string') return seen.push([kind, data.length > 200 ? data.length : data]);
        const bytes = new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data);
        return seen.push([kind, bytes.length, hash(bytes)]);
      });
    };
    socket.onerror = () => {
      const { readyState } = socket;
      reading = reading.then(() => seen.push(['error', readyState]));
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      const { readyState, bufferedAmount } = socket;
      reading.then(() => {
        seen.push(['close', wasClean, code, reason, readyState, bufferedAmount]);
        resolve(seen);
      });
    };
    if (closeAt === 'start') leave();
  });
}

const hex = (...bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const raw = (...bytes: readonly number[]): string => `raw?hex=${hex(...bytes)}`;
/** A Close frame that lets a case end. */
const BYE = [0x88, 0x02, 0x03, 0xe8];
const closeFrame = (...payload: readonly number[]): string => raw(0x88, payload.length, ...payload);

/** By name. Many are after the cases of the Autobahn test suite, whose numbers they bear. */
export const conversations: Readonly<Record<string, Conversation>> = {
  'text comes back': { path: 'echo', send: [{ text: 'hällo €😀' }, { text: '' }], closeAt: 2, close: [1000, 'bye'] },
  'a lone surrogate is replaced': { path: 'echo', send: [{ text: 'a\ud800b' }], closeAt: 1 },
  'a byte order mark stays': { path: 'echo', send: [{ text: '\ufefftext' }], closeAt: 1 },
  'buffers come back as buffers': {
    path: 'echo',
    binaryType: 'arraybuffer',
    send: [
      { bytes: 0, as: 'buffer' },
      { bytes: 125, as: 'buffer' },
      { bytes: 126, as: 'view' },
      { bytes: 65_535, as: 'view' },
      { bytes: 65_536, as: 'buffer' },
      { bytes: 1 << 20, as: 'buffer' },
    ],
    closeAt: 6,
    close: [3000],
  },
  'blobs come back as blobs, in order with the rest': {
    path: 'echo',
    send: [
      { bytes: 700_001, as: 'blob' },
      { text: 'behind the blob' },
      { bytes: 5, as: 'buffer' },
      { bytes: 0, as: 'blob' },
      { text: 'last' },
    ],
    closeAt: 5,
    close: [4999, 'ü'.repeat(61)],
  },
  'all that was sent goes before the Close frame': {
    path: 'echo',
    send: [{ bytes: 300_000, as: 'blob' }, { text: 'and this' }],
    closeAt: 'open',
    close: [1000],
  },
  'a page closes before the socket is open': { path: 'echo', closeAt: 'start' },
  'a page closes without a code': { path: 'echo', closeAt: 'open' },
  'the server pushes, then closes': { path: 'push?n=20' },
  'the server closes with a code of its own': { path: 'close?code=4321&reason=enough' },
  'the server closes without a code': { path: raw(0x88, 0) },
  'the server drops the connection': { path: `${raw(0x81, 2, ...utf8('hi'))}&drop=1` },
  'the server drops the connection in a frame': { path: `${raw(0x81, 5, ...utf8('hi'))}&drop=1` },
  'the server closes, then goes on': { path: raw(...BYE, 0x81, 2, ...utf8('no')) },
  'a subprotocol is chosen': { path: 'echo?protocol=two', protocols: ['one', 'two'], closeAt: 'open' },
  'one that was not offered is chosen': { path: 'echo?protocol=three', protocols: ['one', 'two'] },
  'one is chosen though none was offered': { path: 'echo?protocol=one' },
  'none is chosen of those that were offered': { path: 'echo', protocols: ['one'] },
  'an extension is chosen that was not offered': { path: 'echo?extension=x-none' },
  'the key is not answered': { path: 'echo?key=another' },
  'the handshake is refused': { path: 'refuse' },
  'the handshake is answered by a redirect': { path: 'refuse?status=302%20Found' },
  'the answer is no HTTP': { path: 'garbage' },
  '1.1.6: 126 characters and more': {
    path: 'echo',
    send: [126, 127, 65_535, 65_536].map((n) => ({ text: 'x'.repeat(n) })),
    closeAt: 4,
  },
  '2.1: a ping between messages': { path: raw(0x89, 3, ...utf8('abc'), 0x81, 1, 0x78, ...BYE) },
  '2.7: a pong that nobody asked for': { path: raw(0x8a, 0, 0x81, 1, 0x78, ...BYE) },
  '2.5: a ping of 126 bytes': { path: raw(0x89, 126, 0, 126, ...new Array<number>(126).fill(0xfe)) },
  '3.1: a reserved bit': { path: raw(0xc1, 1, 0x78) },
  '4.1: an unknown data opcode': { path: raw(0x83, 0) },
  '4.2: an unknown control opcode': { path: raw(0x8b, 0) },
  '5.1: a fragmented ping': { path: raw(0x09, 1, 0x78, 0x80, 1, 0x79) },
  '5.3: a message in two fragments': { path: raw(0x01, 2, ...utf8('ab'), 0x80, 2, ...utf8('cd'), ...BYE) },
  '5.6: a ping between fragments': {
    path: raw(0x01, 2, ...utf8('ab'), 0x89, 1, 0x70, 0x00, 0, 0x80, 2, ...utf8('cd'), ...BYE),
  },
  '5.9: a continuation of nothing': { path: raw(0x80, 1, 0x78) },
  '5.18: a message inside another': { path: raw(0x01, 1, 0x61, 0x81, 1, 0x62) },
  '6.2: a character split between fragments': { path: raw(0x01, 2, 0xe2, 0x82, 0x80, 1, 0xac, ...BYE) },
  '6.3: invalid UTF-8': { path: raw(0x81, 3, 0xff, 0xfe, 0x78) },
  '6.3: invalid UTF-8 in a first fragment': { path: raw(0x01, 2, 0xc0, 0xaf, 0x80, 1, 0x78) },
  '6.3: a message that ends inside a character': { path: raw(0x81, 2, 0xe2, 0x82, ...BYE) },
  '7.3.2: a Close frame of one byte': { path: closeFrame(0x03) },
  '7.3.4: a Close frame with a reason': { path: closeFrame(0x03, 0xe8, ...utf8('gründlich')) },
  '7.5.1: a reason that is not UTF-8': { path: closeFrame(0x03, 0xe8, 0xff, 0xfe) },
  ...Object.fromEntries(
    [0, 999, 1001, 1003, 1004, 1005, 1006, 1007, 1011, 1012, 1013, 1015, 1016, 2999, 3000, 4999, 5000, 65_535].map(
      (code) => [`7.9: the server closes with ${code}`, { path: closeFrame(code >> 8, code & 0xff) }],
    ),
  ),
  'a masked frame': { path: raw(0x81, 0x81, 1, 2, 3, 4, 0x79) },
  'a length of 64 bits': { path: raw(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0) },
};
