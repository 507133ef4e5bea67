import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { download } from '../../../kernel-host/platform/browser/download.js';
import type { Asset } from '../../../protocol/site.js';

afterEach(() => vi.unstubAllGlobals());

const asset = (served: Uint8Array, raw?: Uint8Array): Asset => ({
  path: 'part.bin',
  size: served.byteLength,
  sha256: createHash('sha256').update(served).digest('hex'),
  ...(raw && { encoding: 'gzip', rawSize: raw.byteLength }),
});

/** Serves `bytes` in pieces of `piece` bytes; breaks off after `until`. */
function serve(
  bytes: Uint8Array,
  options: { piece?: number; until?: number; headers?: HeadersInit; status?: number } = {},
) {
  const { piece = 1000, until, headers = {}, status = 200 } = options;
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= bytes.byteLength) return controller.close();
      if (until !== undefined && sent >= until) return controller.error(new TypeError('network error'));
      controller.enqueue(bytes.slice(sent, (sent += piece)));
    },
  });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { headers, status })));
}

async function receive(part: Asset): Promise<{ bytes: Uint8Array; counted: number }> {
  const chunks: Uint8Array[] = [];
  let counted = 0;
  const io = { onBytes: (count: number) => void (counted += count), signal: new AbortController().signal };
  await download(part, new URL('https://host/part.bin'), (chunk) => chunks.push(chunk.slice()), io);
  return { bytes: Buffer.concat(chunks), counted };
}

const content = Uint8Array.from({ length: 20_000 }, (_, index) => (index * index) % 251);
const packed = gzipSync(content);

describe('download', () => {
  it('brings any bytes whole, however they are cut, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5000 }),
        fc.integer({ min: 1, max: 6000 }),
        fc.boolean(),
        async (raw, piece, gzip) => {
          const served = gzip ? gzipSync(raw) : raw;
          serve(served, { piece });
          const { bytes, counted } = await receive(asset(served, gzip ? raw : undefined));
          expect(Buffer.compare(bytes, raw)).toBe(0);
          expect(counted).toBe(served.byteLength);
        },
      ),
    );
  });

  it('refuses any change of a byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Uint8Array.from(packed);
        changed[at] = (changed[at] ?? 0) ^ flip;
        serve(changed);
        await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-damaged' });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['short', packed.subarray(0, -9)],
    ['long', Buffer.concat([packed, packed])],
    ['empty', new Uint8Array()],
  ])('refuses a file that is too %s', async (_, served) => {
    serve(served);
    await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-damaged' });
  });

  it('stops inflating beyond the size that was announced', async () => {
    const bomb = gzipSync(new Uint8Array(10_000_000));
    serve(bomb);
    await expect(receive(asset(bomb, content))).rejects.toMatchObject({ code: 'asset-damaged' });
  });

  it('names a host that has the browser unpack the file', async () => {
    serve(content, { headers: { 'content-encoding': 'gzip' } });
    const failure = receive(asset(packed, content));
    await expect(failure).rejects.toMatchObject({ code: 'asset-damaged' });
    await expect(failure).rejects.toThrow('Content-Encoding: gzip');
  });

  it('tells a broken transfer, a missing file and a host in trouble', async () => {
    serve(packed, { piece: 100, until: 200 });
    await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-unreachable' });
    serve(packed, { status: 404 });
    await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-missing' });
    serve(packed, { status: 503 });
    await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-unreachable' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(receive(asset(packed, content))).rejects.toMatchObject({ code: 'asset-unreachable' });
  });
});
