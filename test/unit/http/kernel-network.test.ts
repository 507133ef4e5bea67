/** The exchange over the kernel's own sockets: both ends' shared rings, listeners and wake-ups, guest played by the test. */
import { describe, expect, it } from 'vitest';
import { AF_INET } from '../../../kernel-host/abi/socket.js';
import { takeReady } from '../../../kernel-host/channel/doorbell.js';
import { Sources } from '../../../kernel-host/channel/sources.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { READY_SET_SIZE, SUPERBLOCK, SUPERBLOCK_SIZE } from '../../../kernel-host/memory/layout.js';
import { PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { SlabAllocator } from '../../../kernel-host/memory/slab-allocator.js';
import { Network } from '../../../kernel-host/net/network.js';
import type { Socket } from '../../../kernel-host/net/socket.js';
import type { StreamEnd } from '../../../kernel-host/net/stream.js';
import { Rings } from '../../../kernel-host/pipe/rings.js';
import { bytesOf, exchangeWith, text } from './support/recorder.js';

/** A machine's network without a machine; `turn` does what the kernel's loop would. */
function kernelNetwork(memory = KernelMemory.create(64)) {
  memory.u32[SUPERBLOCK.READY_SET_W] = SUPERBLOCK_SIZE;
  const pages = new PageAllocator(memory, SUPERBLOCK_SIZE + READY_SET_SIZE);
  const slabs = new SlabAllocator(memory, pages);
  const sources = new Sources();
  const callbacks: (() => void)[] = [];
  const network = new Network(memory, slabs, new Rings(memory, pages, slabs, sources), (callback) =>
    callbacks.push(callback),
  );
  const turn = async (): Promise<void> => {
    takeReady(memory, sources.serve);
    for (const callback of callbacks.splice(0)) callback();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { network, turn };
}

function listen(network: Network, port: number, backlog = 8): Socket {
  const socket = network.create(AF_INET);
  if (typeof socket === 'number') throw new Error(`create: ${socket}`);
  expect(network.bindPort(socket, { family: 'inet', host: 0, port }, false)).toBe(0);
  expect(network.listen(socket, backlog)).toBe(0);
  return socket;
}

function accept(network: Network, listener: Socket): StreamEnd | null {
  if (listener.state.kind !== 'listening') throw new Error('not listening');
  const socket = network.accept(listener, listener.state.listener);
  if (socket === null) return null;
  if (typeof socket === 'number' || socket.state.kind !== 'connected') throw new Error('accept failed');
  return socket.state.end;
}

const buffer = new Uint8Array(65536);

describe("over the kernel's sockets", () => {
  it('a request waits for its listener, and 8 MiB flow each way at once', async () => {
    const total = 8 * 2 ** 20;
    const { network, turn } = kernelNetwork();
    const body = new Uint8Array(total).map((_, i) => i * 7 + (i >> 10));
    const seen = exchangeWith(network, { port: 80, method: 'PUT', body: body.buffer });
    await turn();
    expect(seen.exchange.ended).toBe(false);

    const listener = listen(network, 80);
    let end: StreamEnd | null = null;
    let unsent = bytesOf(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
    let head = '';
    for (let echoed = 0; !seen.ended; ) {
      await turn();
      end ??= accept(network, listener);
      if (!end) continue;
      while (!head.endsWith('\r\n\r\n') && end.read(buffer.subarray(0, 1), false) === 1)
        head += text(buffer.subarray(0, 1));
      if (!head.endsWith('\r\n\r\n')) continue;
      for (;;) {
        unsent = unsent.subarray(end.write(unsent));
        if (unsent.length > 0) break;
        const count = end.read(buffer, false);
        if (count === 0) break;
        unsent = buffer.slice(0, count);
        echoed += count;
      }
      expect(echoed).toBeLessThanOrEqual(total);
    }
    expect(seen.failure).toBeNull();
    expect(Buffer.compare(seen.body, body)).toBe(0);
  });

  it('more requests than the accept queue holds are served one after another', async () => {
    const { network, turn } = kernelNetwork();
    const listener = listen(network, 80, 2);
    const all = Array.from({ length: 10 }, () => exchangeWith(network, { port: 80 }));
    while (all.some((seen) => !seen.ended)) {
      await turn();
      const end = accept(network, listener);
      if (!end) continue;
      while (end.read(buffer, false) === 0) await turn();
      end.write(bytesOf('HTTP/1.1 200 OK\r\n\r\nhello'));
      end.close();
    }
    expect(all.map((seen) => [seen.failure, text(seen.body)])).toEqual(all.map(() => [null, 'hello']));
  });

  it('a listener that goes away with a full queue leaves its requests to the next', async () => {
    const { network, turn } = kernelNetwork();
    const listener = listen(network, 80, 1);
    const all = Array.from({ length: 3 }, () => exchangeWith(network, { port: 80 }));
    await turn();
    listener.release();
    await turn();
    const next = listen(network, 80);
    while (all.some((seen) => !seen.ended)) {
      await turn();
      const end = accept(network, next);
      end?.write(bytesOf('HTTP/1.1 204 No\r\n\r\n'));
    }
    expect(all.map((seen) => seen.head?.status)).toEqual([204, 204, 204]);
  });

  it('a guest that closes with the request unread is still heard', async () => {
    const { network, turn } = kernelNetwork();
    const listener = listen(network, 80);
    const seen = exchangeWith(network, { port: 80, method: 'POST', body: new ArrayBuffer(1_000_000) });
    const end = accept(network, listener);
    end?.write(bytesOf('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig'));
    end?.close();
    while (!seen.ended) await turn();
    expect([seen.failure, seen.head?.status]).toEqual([null, 413]);
  });

  it('connections beyond what memory holds fail, and the rest is served', async () => {
    // 4 MiB, of which a connection takes two rings of 128 KiB: room for 15.
    const memory = new KernelMemory(new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true }));
    const { network, turn } = kernelNetwork(memory);
    const listener = listen(network, 80, 1000);
    const all = Array.from({ length: 40 }, () => exchangeWith(network, { port: 80 }));
    while (all.some((seen) => !seen.ended)) {
      await turn();
      const end = accept(network, listener);
      end?.write(bytesOf('HTTP/1.1 204 No\r\n\r\n'));
      end?.close();
    }
    const outcomes = new Set(all.map((seen) => seen.head?.status ?? seen.failure?.code));
    expect(outcomes).toEqual(new Set([204, 'guest-closed-early']));
  });
});
