/**
 * A request's body, of known length and readable more than once.
 *
 * Guests want a Content-Length (PHP reads no multipart form without one), and a service worker never sees the header.
 * `Request.blob()` answers that: a form with files or a Blob is handed over by the browser process as a handle, with no byte
 * copied, and what has to be collected spills to disk there. So 50 MB or 1 GiB costs the worker one chunk at a time,
 * and a request that has to be repeated is read again. Text the page had in memory as one string is taken in one go:
 * for small bodies that saves the trip to the browser process.
 */
import { INLINE_BODY, MAX_CHUNK } from '../protocol/bridge.js';

export type RequestBody = Blob | ArrayBuffer | null;

const TEXT_TYPES = /^(?:application\/(?:x-www-form-urlencoded|json)|text\/plain)\b/i;

/** Methods whose requests carry a Content-Length even without a body (Fetch section 4.5, "HTTP-network-or-cache fetch"). */
const ALWAYS_HAS_LENGTH = new Set(['POST', 'PUT', 'PATCH']);

export async function readRequestBody(request: Request): Promise<RequestBody> {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  if (TEXT_TYPES.test(request.headers.get('Content-Type') ?? '')) return orNull(await request.arrayBuffer(), request);
  const blob = await request.blob();
  return blob.size <= INLINE_BODY ? orNull(await blob.arrayBuffer(), request) : blob;
}

const orNull = (bytes: ArrayBuffer, request: Request): ArrayBuffer | null =>
  bytes.byteLength === 0 && !ALWAYS_HAS_LENGTH.has(request.method) ? null : bytes;

export const bodyLength = (body: Blob | ArrayBuffer): number => (body instanceof Blob ? body.size : body.byteLength);

/** Chunks of at most MAX_CHUNK bytes, each one's buffer its own. The next is read while the last is under way. */
export async function* chunksOf(body: Blob | ArrayBuffer): AsyncGenerator<ArrayBuffer, void, undefined> {
  const length = bodyLength(body);
  let next = length > 0 ? read(body, 0) : undefined;
  for (let offset = MAX_CHUNK; next; offset += MAX_CHUNK) {
    const chunk: ArrayBuffer = await next;
    next = offset < length ? read(body, offset) : undefined;
    yield chunk;
  }
}

async function read(body: Blob | ArrayBuffer, offset: number): Promise<ArrayBuffer> {
  const part = body.slice(offset, offset + MAX_CHUNK);
  return part instanceof Blob ? part.arrayBuffer() : part;
}
