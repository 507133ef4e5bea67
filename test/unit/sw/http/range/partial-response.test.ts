import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, withRanges } from '../../../../../sw/http/range/partial-response.js';

type Bytes = Uint8Array<ArrayBuffer>;

const filled = (length: number): Bytes => new Uint8Array(length).map((_, index) => index % 251);

interface Source {
  readonly stream: ReadableStream<Bytes>;
  /** Bytes that were taken out of it so far. */
  read(): number;
  cancelled(): boolean;
}

/** Gives `bytes` in chunks of these sizes, the rest as one more, each only when it is asked for. */
function source(bytes: Bytes, sizes: readonly number[] = []): Source {
  let offset = 0;
  let cancelled = false;
  const left = [...sizes];
  const stream = new ReadableStream<Bytes>(
    {
      pull(controller) {
        if (offset === bytes.byteLength) {
          controller.close();
          return;
        }
        const chunk = bytes.slice(offset, offset + Math.max(1, left.shift() ?? bytes.byteLength));
        offset += chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel: () => {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, read: () => offset, cancelled: () => cancelled };
}

const answer = (body: Answer['body'], headers: Record<string, string> = {}, status = 200): Answer => ({
  init: { status, statusText: 'OK', headers: new Headers(headers) },
  body,
});
const asked = (range?: string, init: RequestInit = {}, more: Record<string, string> = {}) =>
  new Request('http://x/', { ...init, headers: { ...(range !== undefined && { Range: range }), ...more } });
const lengthOf = ({ byteLength }: Bytes) => ({ 'Content-Length': String(byteLength) });

describe('a part', () => {
  test('is what a slice of the whole is, however the whole comes', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(199),
        fc.nat(250),
        sizes,
        async (length, a, b, sizes) => {
          const bytes = filled(length);
          const [first, last] = [Math.min(a, length - 1), Math.max(a, b)];
          for (const body of [bytes.slice().buffer, source(bytes, sizes).stream]) {
            const served = withRanges(asked(`bytes=${first}-${last}`), answer(body, lengthOf(bytes)));
            const expected = bytes.slice(first, last + 1);
            const response = new Response(served.body, served.init);
            expect(response.status).toBe(206);
            expect(response.headers.get('Content-Length')).toBe(String(expected.byteLength));
            const end = first + expected.byteLength - 1;
            expect(response.headers.get('Content-Range')).toBe(`bytes ${first}-${end}/${length}`);
            expect(new Uint8Array(await response.arrayBuffer())).toEqual(expected);
          }
        },
      ),
    );
  });

  test('takes from the guest no more than it needs, and gives the rest up', async () => {
    const whole = filled(1000);
    const from = source(
      whole,
      Array.from({ length: 100 }, () => 10),
    );
    const { body, init } = withRanges(asked('bytes=25-54'), answer(from.stream, lengthOf(whole)));
    expect(from.read()).toBe(0);
    expect((await new Response(body, init).arrayBuffer()).byteLength).toBe(30);
    expect(from.read()).toBe(60);
    expect(from.cancelled()).toBe(true);
  });

  test('that nobody wants any more gives the guest up', async () => {
    const whole = filled(100);
    const from = source(whole, [10, 10]);
    const { body } = withRanges(asked('bytes=5-'), answer(from.stream, lengthOf(whole)));
    await new Response(body).body?.cancel();
    expect(from.cancelled()).toBe(true);
  });

  test('that breaks off is an error, not an end', async () => {
    const from = source(filled(10));
    const { body } = withRanges(asked('bytes=5-'), answer(from.stream, { 'Content-Length': '20' }));
    await expect(new Response(body).arrayBuffer()).rejects.toThrow();
  });
});

describe('the whole stays the whole', () => {
  const bytes = filled(10);
  test.each<[string, Request, Answer]>([
    ['without a range', asked(), answer(bytes.buffer)],
    ['for several ranges', asked('bytes=0-1,3-4'), answer(bytes.buffer)],
    ['where it is coded', asked('bytes=0-1'), answer(bytes.buffer, { 'Content-Encoding': 'gzip' })],
    [
      'where the guest made a part itself',
      asked('bytes=0-1'),
      answer(bytes.buffer, { 'Content-Range': 'bytes 0-9/20' }, 206),
    ],
    ['for other statuses', asked('bytes=0-1'), answer(bytes.buffer, {}, 404)],
    ['for other methods', asked('bytes=0-1', { method: 'POST' }), answer(bytes.buffer)],
    ['for HEAD', asked('bytes=0-1', { method: 'HEAD' }), answer(null, { 'Content-Length': '10' })],
    ['where its length is not known', asked('bytes=0-1'), answer(source(bytes).stream)],
    ['where the guest offers no parts', asked('bytes=0-1'), answer(bytes.buffer, { 'Accept-Ranges': 'none' })],
    ['where it has changed', asked('bytes=0-1', {}, { 'If-Range': '"old"' }), answer(bytes.buffer, { ETag: '"new"' })],
  ])('%s', (_, request, given) => {
    const { init, body } = withRanges(request, given);
    expect(init.status).toBe(given.init.status);
    expect(body).toBe(given.body);
  });

  test('and says that parts may be had, where they may', () => {
    const offer = (given: Answer, request = asked()) => withRanges(request, given).init.headers.get('Accept-Ranges');
    expect(offer(answer(bytes.buffer))).toBe('bytes');
    expect(offer(answer(null, { 'Content-Length': '10' }), asked(undefined, { method: 'HEAD' }))).toBe('bytes');
    expect(offer(answer(source(bytes).stream, { 'Content-Length': '10' }))).toBe('bytes');
    expect(offer(answer(source(bytes).stream))).toBeNull();
    expect(offer(answer(bytes.buffer, {}, 404))).toBeNull();
    expect(offer(answer(bytes.buffer, { 'Accept-Ranges': 'none' }))).toBe('none');
  });
});

test('a range that holds nothing is refused, and the guest given up', () => {
  const whole = filled(10);
  const from = source(whole);
  const headers = { ...lengthOf(whole), 'Content-Type': 'audio/wav', ETag: '"a"' };
  const { init, body } = withRanges(asked('bytes=10-'), answer(from.stream, headers));
  expect(init.status).toBe(416);
  expect(Object.fromEntries(init.headers)).toEqual({
    'accept-ranges': 'bytes',
    'content-length': '0',
    'content-range': 'bytes */10',
    etag: '"a"',
  });
  expect(body).toHaveProperty('byteLength', 0);
  expect(from.cancelled()).toBe(true);
});
