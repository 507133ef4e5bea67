import type { GuestBody } from '../transport/exchange.js';

const DECODERS: ReadonlyMap<string, CompressionFormat> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
]);

/** Browsers decode what comes from the network, not what comes from a worker. */
export function decoded(body: GuestBody, headers: Headers): GuestBody {
  const format = DECODERS.get((headers.get('Content-Encoding') ?? '').trim().toLowerCase());
  if (format === undefined || body === null) return body;
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  const stream = body instanceof ArrayBuffer ? new Blob([body]).stream() : body;
  return stream.pipeThrough(new DecompressionStream(format));
}
