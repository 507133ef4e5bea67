/**
 * Content codings. Browsers undo them on what comes from the network, not on what comes from a worker; guests are asked for none
 * (request-head.ts), and some send one all the same.
 */
import { PortsideError } from '../../protocol/errors.js';
import type { GuestBody } from '../transport/exchange.js';
import { inflated } from './deflate.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Format = CompressionFormat;

/** IANA's registry of content codings, by the names that Compression Streams give them. `deflate` is told apart by its first bytes. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'brotli'],
  ['zstd', 'zstd'],
]);

/**
 * The body without its codings; `headers` then tell of none, nor of a length. The entity tag stays: the guest knows it again when it
 * is asked with. Throws `guest-coding-unsupported` where this browser cannot undo one: what it would show is noise.
 */
export function decoded(body: GuestBody, headers: Headers): GuestBody {
  const header = headers.get('Content-Encoding');
  if (header === null || body === null) return body;
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const empty = body instanceof ArrayBuffer && body.byteLength === 0;
  const formats = codings.map(formatOf).reverse();
  headers.delete('Content-Encoding');
  if (formats.length === 0 || empty) return body;
  headers.delete('Content-Length');
  // Fails on what ends too early: a page cut short must not pass for whole.
  return formats.reduce<ReadableStream<Bytes>>(undo, body instanceof ArrayBuffer ? new Blob([body]).stream() : body);
}

function formatOf(coding: string): Format {
  const format = FORMATS.get(coding);
  // Which of them a browser knows, only asking tells.
  if (format !== undefined && isKnown(format)) return format;
  throw new PortsideError('guest-coding-unsupported', `It was ${coding}.`);
}

function isKnown(format: string): format is Format {
  if (format === 'deflate') return true;
  try {
    Reflect.construct(DecompressionStream, [format]);
    return true;
  } catch {
    return false;
  }
}

const undo = (source: ReadableStream<Bytes>, format: Format): ReadableStream<Bytes> =>
  format === 'deflate' ? inflated(source) : source.pipeThrough(new DecompressionStream(format));
