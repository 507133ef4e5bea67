/**
 * Ranges for guests that know none, as PHP's built-in server: media elements can seek only where parts can be asked for, and Safari
 * plays nothing that comes without (it probes with `bytes=0-1`). A guest that answers a range by itself is left alone.
 */
import type { GuestBody } from '../../transport/exchange.js';
import type { ResponseHead } from '../response-head.js';
import { sliceBody } from './byte-slice.js';
import { holdsSameVersion } from './if-range.js';
import { select } from './range-header.js';

/** An answer on its way to the browser. */
export interface Answer {
  readonly init: ResponseHead;
  readonly body: GuestBody;
}

/** The same answer, or the part of it that was asked for. Adds `Accept-Ranges` where it gives parts. */
export function withRanges(request: Request, answer: Answer): Answer {
  const { init, body } = answer;
  const { headers } = init;
  if (init.status !== 200 || headers.has('Content-Range') || headers.has('Content-Encoding')) return answer;
  // A document is shown as a whole, and may be given a script.
  if (request.mode === 'navigate' || (request.method !== 'GET' && request.method !== 'HEAD')) return answer;
  const offered = headers.get('Accept-Ranges');
  // RFC 9110 section 14.3: "none" is a guest's word that parts of this make no sense.
  if (offered !== null && !/\bbytes\b/i.test(offered)) return answer;
  const length = lengthOf(body, headers);
  // Content-Range has to name the last byte before the first is sent: of a body without a known length only the whole can be had.
  if (length === undefined) return answer;
  if (offered === null) headers.set('Accept-Ranges', 'bytes');

  // Section 14.2: the header means something to GET alone.
  const range = request.method === 'GET' ? request.headers.get('Range') : null;
  if (range === null || body === null) return answer;
  const ifRange = request.headers.get('If-Range');
  if (ifRange !== null && !holdsSameVersion(ifRange, headers)) return answer;
  const selection = select(range, length);
  if (selection.kind === 'whole') return answer;
  if (selection.kind === 'unsatisfiable') return unsatisfiable(answer, length);
  const { first, last } = selection.range;
  headers.set('Content-Range', `bytes ${first}-${last}/${length}`);
  headers.set('Content-Length', String(last - first + 1));
  return {
    init: { ...init, status: 206, statusText: 'Partial Content' },
    body: sliceBody(body, selection.range),
  };
}

/** Undefined where only the end of the body will tell. */
function lengthOf(body: GuestBody, headers: Headers): number | undefined {
  if (body instanceof ArrayBuffer) return body.byteLength;
  const declared = headers.get('Content-Length')?.trim() ?? '';
  return /^\d+$/.test(declared) ? Number(declared) : undefined;
}

/** RFC 9110 section 15.5.17. What the whole says of itself (its type, its disposition) is not said of this. */
function unsatisfiable({ init, body }: Answer, length: number): Answer {
  if (body instanceof ReadableStream) void body.cancel();
  const headers = new Headers({
    'Content-Range': `bytes */${length}`,
    'Accept-Ranges': 'bytes',
    'Content-Length': '0',
  });
  for (const name of KEPT_ON_ERROR) {
    const value = init.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return { init: { status: 416, statusText: 'Range Not Satisfiable', headers }, body: new ArrayBuffer(0) };
}

/** About the resource and who may read it, not about the bytes of its body. */
const KEPT_ON_ERROR = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Expose-Headers',
  'Cache-Control',
  'Cross-Origin-Resource-Policy',
  'Date',
  'ETag',
  'Last-Modified',
  'Server-Timing',
  'Timing-Allow-Origin',
  'Vary',
];
