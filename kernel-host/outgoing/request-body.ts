/** The body of a guest's request, whole (RFC 9112 section 6). */
import { ChunkedDecoder } from '../http/chunked-decoder.js';
import type { ByteStream } from './byte-stream.js';
import type { RequestHead } from './request-head.js';

export type BodyLimit = number;

/** null: there is none. */
export async function readBody(
  stream: ByteStream,
  { headers }: RequestHead,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer> | null | 'malformed' | 'too-large'> {
  const all = (name: string) => headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
  const codings = all('transfer-encoding');
  const lengths = new Set(all('content-length'));
  // RFC 9112 section 6.3: both, or two lengths, are an attempt to be read in two ways.
  if ((codings.length > 0 && lengths.size > 0) || lengths.size > 1) return 'malformed';
  if (codings.length > 0)
    return codings.length === 1 && /^chunked$/i.test(codings[0] ?? '') ? readChunked(stream, limit) : 'malformed';
  const [length] = lengths;
  if (length === undefined) return null;
  if (!/^\d+$/.test(length)) return 'malformed';
  return Number(length) > limit ? 'too-large' : readLength(stream, Number(length));
}

async function readLength(stream: ByteStream, length: number): Promise<Uint8Array<ArrayBuffer> | null | 'malformed'> {
  if (length === 0) return null;
  const body = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const bytes = await stream.read();
    if (bytes === null) return 'malformed';
    const count = Math.min(bytes.length, length - done);
    body.set(bytes.subarray(0, count), done);
    done += count;
    if (count < bytes.length) stream.unread(bytes.subarray(count));
  }
  return body;
}

/** What follows the last chunk in the same piece is dropped: clients that wait for no answer are not served. */
async function readChunked(
  stream: ByteStream,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer> | 'malformed' | 'too-large'> {
  const decoder = new ChunkedDecoder();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (!decoder.done) {
    const bytes = await stream.read();
    if (bytes === null || decoder.error !== '') return 'malformed';
    const count = decoder.decode(bytes, 0, bytes.length);
    parts.push(bytes.subarray(0, count));
    length += count;
    if (length > limit) return 'too-large';
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
