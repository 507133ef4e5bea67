import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INLINE_BODY, MAX_CHUNK, WINDOW_CHUNKS } from '../../../../protocol/bridge.js';
import { chunksOf, readRequestBody } from '../../../../sw/http/request-body.js';
import { ResponseStream } from '../../../../sw/http/response-stream.js';
import { Credits } from '../../../../sw/transport/credits.js';

const filled = (length: number) => new Uint8Array(length).map((_, index) => index % 251);
const post = (body: BodyInit | null, type?: string) =>
  new Request('http://x/', { method: 'POST', body, ...(type && { headers: { 'Content-Type': type } }) });
/** Fetch: `duplex` is required with a stream; TypeScript does not know it. */
const postStream = (body: ReadableStream) =>
  new Request('http://x/', Object.assign({ method: 'POST', body }, { duplex: 'half' }));

describe('a request’s body', () => {
  const read = (request: Request) => readRequestBody(request, 'measured');
  const MEBIBYTE = 1024 * 1024;

  test('is measured; small ones are one buffer', async () => {
    expect(await read(post('a=b', 'application/x-www-form-urlencoded'))).toBeInstanceOf(ArrayBuffer);
    expect(await read(post(new Blob([filled(INLINE_BODY)])))).toBeInstanceOf(ArrayBuffer);
    expect(await read(post(new Blob([filled(INLINE_BODY + 1)])))).toMatchObject({ length: INLINE_BODY + 1 });
  });

  test('of many mebibytes is left to the browser, but for the last', async () => {
    const body = await read(post(new Blob([filled(50 * MEBIBYTE)])));
    if (body === null || !('kept' in body)) throw new Error('It was not measured.');
    expect(body.length).toBe(50 * MEBIBYTE);
    expect(body.kept.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(17 * MEBIBYTE);
  });

  test('a POST without one has length 0, a GET or DELETE has none', async () => {
    expect(await read(post(null))).toHaveProperty('byteLength', 0);
    expect(await read(new Request('http://x/'))).toBeNull();
    expect(await read(new Request('http://x/', { method: 'DELETE' }))).toBeNull();
  });

  test('that breaks off has a code', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('The file has changed.')) });
    const request = postStream(body);
    await expect(read(request)).rejects.toMatchObject({ code: 'request-body-failed' });
  });

  test('is streamed to who takes streams, and read no further than it is taken', async () => {
    let pulled = 0;
    const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array([pulled++])) });
    const request = postStream(stream);
    const body = await readRequestBody(request, 'streamed');
    if (!(body instanceof ReadableStream)) throw new Error('It was not streamed.');
    const chunks = chunksOf(body);
    for (let index = 0; index < 3; index++) expect((await chunks.next()).value).toEqual(new Uint8Array([index]).buffer);
    expect(pulled).toBeLessThan(10);
    await chunks.return();
  });

  test('is cut in chunks that put together are the same, as often as it is read', async () => {
    const length = fc.constantFrom(1, MAX_CHUNK - 1, MAX_CHUNK, MAX_CHUNK + 1, 3 * MAX_CHUNK + 7);
    const lengths = fc.array(length, { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(lengths, lengths, async (inBlobs, inMemory) => {
        const whole = filled([...inBlobs, ...inMemory].reduce((sum, size) => sum + size, 0));
        let offset = 0;
        const next = (size: number) => whole.slice(offset, (offset += size));
        const spilled = inBlobs.map((size) => new Blob([next(size)]));
        const kept = inMemory.map(next);
        for (const body of [whole.buffer, { length: whole.length, spilled, kept }]) {
          for (let reading = 0; reading < 2; reading++) {
            const chunks: ArrayBuffer[] = [];
            for await (const chunk of chunksOf(body)) chunks.push(chunk);
            expect(chunks.every(({ byteLength }) => byteLength > 0 && byteLength <= MAX_CHUNK)).toBe(true);
            expect(Buffer.concat(chunks.map((chunk) => new Uint8Array(chunk))).equals(whole)).toBe(true);
          }
        }
      }),
      { numRuns: 12 },
    );
  });
});

test('a sender stops when its credits are spent, and goes on with the next', async () => {
  const credits = new Credits();
  let sent = 0;
  const sending = (async () => {
    for (; sent <= WINDOW_CHUNKS; sent++) await credits.take();
  })();
  for (let turn = 0; turn < 2 * WINDOW_CHUNKS; turn++) await Promise.resolve();
  expect(sent).toBe(WINDOW_CHUNKS);
  credits.give(1);
  await sending;
  expect(sent).toBe(WINDOW_CHUNKS + 1);
});

describe('a response’s body', () => {
  const events = () => {
    const seen = { credits: 0, cancelled: 0 };
    return { seen, credit: (chunks: number) => (seen.credits += chunks), cancelled: () => seen.cancelled++ };
  };
  const chunk = (value: number) => new Uint8Array([value]).buffer;

  test('no credit goes back for what nobody took', async () => {
    const sink = events();
    const stream = new ResponseStream(sink);
    for (let value = 0; value < WINDOW_CHUNKS; value++) stream.push(chunk(value));
    expect(sink.seen.credits).toBe(0);
    const reader = stream.readable.getReader();
    for (let value = 0; value < WINDOW_CHUNKS; value++)
      expect((await reader.read()).value).toEqual(new Uint8Array([value]));
    expect(sink.seen.credits).toBe(WINDOW_CHUNKS);
  });

  test('ends after what was sent before', async () => {
    const stream = new ResponseStream(events());
    const text = new Response(stream.readable).text();
    stream.push(new TextEncoder().encode('a').buffer);
    await Promise.resolve();
    stream.push(new TextEncoder().encode('b').buffer);
    stream.end();
    expect(await text).toBe('ab');
  });

  test('an empty one reads as closed, whether it ends before or after it is read', async () => {
    const early = new ResponseStream(events());
    early.end();
    expect(await new Response(early.readable).text()).toBe('');
    const late = new ResponseStream(events());
    const text = new Response(late.readable).text();
    late.end();
    expect(await text).toBe('');
  });

  test('a reader that waits sees the error', async () => {
    const stream = new ResponseStream(events());
    const reading = stream.readable.getReader().read();
    stream.error(new Error('lost'));
    await expect(reading).rejects.toThrow('lost');
  });

  test('cancelling is told once, and what comes later is dropped', async () => {
    const sink = events();
    const stream = new ResponseStream(sink);
    await stream.readable.cancel();
    stream.push(chunk(1));
    stream.end();
    stream.error(new Error('late'));
    expect(sink.seen).toEqual({ credits: 0, cancelled: 1 });
  });
});
