import { describe, expect, it, vi } from 'vitest';
import type { ExchangeSink } from '../../../kernel-host/http/exchange.js';
import type { ResponseHead } from '../../../kernel-host/http/response-head.js';
import { acknowledgeWrites, type WriteBarrier } from '../../../kernel-host/http/write-acknowledgement.js';

const head = (...headers: readonly (readonly [string, string])[]): ResponseHead => ({
  status: 200,
  statusText: 'OK',
  headers: headers.map(([name, value]) => [name, value]),
  minorVersion: 1,
});
const chunk = (length: number): ArrayBuffer => new ArrayBuffer(length);

function request(method = 'POST') {
  const told: string[] = [];
  const sink: ExchangeSink = {
    response: (_, body) => void told.push(body === 'stream' ? 'head' : 'whole'),
    chunk: ({ byteLength }) => void told.push(`chunk ${byteLength}`),
    end: () => void told.push('end'),
    failed: (code) => void told.push(code),
    credit: (chunks) => void told.push(`credit ${chunks}`),
  };
  let changes = 7;
  let settle: { stored(): void; failed(error: unknown): void } | undefined;
  const barrier: WriteBarrier = {
    get changes() {
      return changes;
    },
    flush: () =>
      new Promise((stored, failed) => {
        settle = { stored, failed };
      }),
    codeOf: (error) => (error === 'full' ? 'storage-full' : 'store-failing'),
  };
  let open = true;
  return {
    told,
    held: acknowledgeWrites(method, sink, barrier, () => open),
    write: () => void changes++,
    cancel: () => {
      open = false;
    },
    async stored() {
      settle?.stored();
      await Promise.resolve();
      await new Promise(setImmediate);
    },
    async failed(error: unknown) {
      settle?.failed(error);
      await new Promise(setImmediate);
    },
  };
}

describe('the response to a request that has changed files', () => {
  it('is held whole when it is in one piece', async () => {
    const { held, told, write, stored } = request();
    write();
    held.response(head(), chunk(3));
    expect(told).toEqual([]);
    await stored();
    expect(told).toEqual(['whole']);
  });

  it('is held from the chunk that completes its length', async () => {
    const { held, told, write, stored } = request();
    held.response(head(['Content-Length', '30']), 'stream');
    held.chunk(chunk(20));
    held.credit(1);
    write();
    held.chunk(chunk(10));
    held.end();
    expect(told).toEqual(['head', 'chunk 20', 'credit 1']);
    await stored();
    expect(told.slice(3)).toEqual(['chunk 10', 'end']);
  });

  it('is held whole where it comes in pieces within a moment, so that a failure can still be told', async () => {
    const { held, told, write, failed } = request();
    write();
    held.response(head(['Content-Length', '30']), 'stream');
    held.chunk(chunk(20));
    held.chunk(chunk(10));
    held.end();
    expect(told).toEqual([]);
    await failed('full');
    expect(told).toEqual(['storage-full']);
  });

  it('goes on in pieces where it is long, or takes its time, and is held at its end', async () => {
    const { held, told, write, stored } = request();
    write();
    held.response(head(), 'stream');
    held.chunk(chunk(70_000));
    expect(told).toEqual(['head', 'chunk 70000']);
    held.end();
    await stored();
    expect(told.at(-1)).toBe('end');
    const slow = request();
    slow.write();
    slow.held.response(head(), 'stream');
    slow.held.chunk(chunk(3));
    await vi.waitFor(() => expect(slow.told).toEqual(['head', 'chunk 3']));
  });

  it('is held at its end where its length is not known', async () => {
    const { held, told, write, stored } = request('DELETE');
    held.response(head(), 'stream');
    held.chunk(chunk(20));
    write();
    held.end();
    expect(told).toEqual(['head', 'chunk 20']);
    await stored();
    expect(told.at(-1)).toBe('end');
  });

  it('fails once when the changes cannot be stored', async () => {
    const { held, told, write, failed } = request();
    held.response(head(['content-length', '5']), 'stream');
    write();
    held.chunk(chunk(5));
    held.end();
    await failed('full');
    expect(told).toEqual(['head', 'storage-full']);
  });

  it('is dropped when it was cancelled meanwhile', async () => {
    const { held, told, write, cancel, stored } = request();
    write();
    held.response(head(), chunk(3));
    cancel();
    await stored();
    expect(told).toEqual([]);
  });
});

it('nothing is waited for when nothing has changed, or the method is safe', () => {
  const unchanged = request('PUT');
  unchanged.held.response(head(), null);
  expect(unchanged.told).toEqual(['whole']);
  const safe = request('GET');
  safe.write();
  safe.held.response(head(), chunk(1));
  expect(safe.told).toEqual(['whole']);
});
