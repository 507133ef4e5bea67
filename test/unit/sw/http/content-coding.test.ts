import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortsideError } from '../../../../protocol/errors.js';
import { decoded } from '../../../../sw/http/content-coding.js';

type Bytes = Uint8Array<ArrayBuffer>;

const bytesOf = (buffer: Buffer): Bytes => new Uint8Array(buffer);
const TEXT = 'what the guest said, '.repeat(50);

function streamOf(bytes: Bytes, size: number): ReadableStream<Bytes> {
  let offset = 0;
  return new ReadableStream<Bytes>({
    pull(controller) {
      if (offset >= bytes.byteLength) controller.close();
      else controller.enqueue(bytes.slice(offset, (offset += size)));
    },
  });
}

function decodeAs(coding: string, body: Parameters<typeof decoded>[0]) {
  const headers = new Headers({ 'Content-Encoding': coding, 'Content-Length': '99', ETag: '"a"' });
  const response = new Response(decoded(body, headers), { headers });
  return { headers: Object.fromEntries(headers), text: () => response.text() };
}

describe('a coding is undone', () => {
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['deflate, gzip', gzipSync(deflateRawSync(TEXT))],
    ['identity, gzip', gzipSync(TEXT)],
    ['gzip, gzip', gzipSync(gzipSync(TEXT))],
  ])('%s', async (coding, coded) => {
    const bytes = bytesOf(coded);
    for (const body of [bytes.buffer, streamOf(bytes, 1), streamOf(bytes, 1000)]) {
      const { headers, text } = decodeAs(coding, body);
      expect(await text()).toBe(TEXT);
      expect(headers).toEqual({ etag: '"a"' });
    }
  });

  test('whatever it holds, both forms of deflate are told apart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (content, raw) => {
        const coded = bytesOf(raw ? deflateRawSync(content) : deflateSync(content));
        const plain = decoded(streamOf(coded, 3), new Headers({ 'Content-Encoding': 'deflate' }));
        expect(new Uint8Array(await new Response(plain).arrayBuffer())).toEqual(new Uint8Array(content));
      }),
      { numRuns: 200 },
    );
  });
});

test('no coding is none, and nothing coded is nothing', async () => {
  const same = new TextEncoder().encode(TEXT).buffer;
  expect(decoded(same, new Headers())).toBe(same);
  const { headers, text } = decodeAs('identity', same);
  expect(await text()).toBe(TEXT);
  expect(headers).toEqual({ 'content-length': '99', etag: '"a"' });
  expect(await decodeAs('gzip', new ArrayBuffer(0)).text()).toBe('');
});

test.each(['compress', 'br, compress', 'aes128gcm'])('%s gives an error page, not noise', (coding) => {
  const body = bytesOf(brotliCompressSync(TEXT)).buffer;
  expect(() => decodeAs(coding, body)).toThrow(expect.objectContaining({ code: 'guest-coding-unsupported' }));
  expect(() => decodeAs(coding, body)).toThrow(PortsideError);
});

test.each(['gzip', 'deflate'])('%s that breaks off is an error', async (coding) => {
  const whole = coding === 'gzip' ? gzipSync(TEXT) : deflateRawSync(TEXT);
  const broken = bytesOf(whole.subarray(0, whole.length - 5));
  await expect(decodeAs(coding, streamOf(broken, 7)).text()).rejects.toThrow();
});

test.each(['gzip', 'deflate'])('%s that nobody wants any more gives the guest up', async (coding) => {
  await new Promise<void>((cancelled) => {
    const endless = new ReadableStream<Bytes>({ cancel: () => cancelled() });
    const body = decoded(endless, new Headers({ 'Content-Encoding': coding }));
    void new Response(body).body?.cancel();
  });
});
