import { MessageChannel, type MessagePort } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BridgeServer } from '../../../kernel-host/http/bridge-server.js';
import { Upgrades } from '../../../kernel-host/http/web-socket/upgrades.js';
import { BRIDGE_VERSION, type FromKernel, MAX_CHUNK, type ToKernel, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import { type FakeConnection, FakeNetwork } from './support/fake-network.js';
import { bytesOf, text } from './support/recorder.js';

/** The service worker's end of a real channel. */
class Peer {
  readonly messages: FromKernel[] = [];
  readonly port: MessagePort;
  closed = false;
  #wake: (() => void) | null = null;

  constructor(port: MessagePort) {
    this.port = port;
    port.on('message', (message: FromKernel) => {
      this.messages.push(message);
      this.#wake?.();
    });
    port.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  post(message: ToKernel, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(message, transfer);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** The first message of `type`, once it is there. */
  async next<T extends FromKernel['type']>(type: T, id?: number): Promise<Extract<FromKernel, { type: T }>> {
    const matches = (message: FromKernel): message is Extract<FromKernel, { type: T }> =>
      message.type === type && (id === undefined || ('id' in message && message.id === id));
    await this.until(() => this.messages.some(matches));
    const found = this.messages.find(matches);
    if (!found) throw new Error('unreachable');
    this.messages.splice(this.messages.indexOf(found), 1);
    return found;
  }
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function bridge(network: FakeNetwork, options = {}): { peer: Peer; server: BridgeServer } {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return { peer: new Peer(port1), server: new BridgeServer(port2, network, new Upgrades(network), options) };
}

async function connected(network: FakeNetwork): Promise<{ peer: Peer; server: BridgeServer }> {
  const both = bridge(network);
  both.peer.post({ type: 'hello', version: BRIDGE_VERSION });
  await both.peer.next('hello');
  return both;
}

const get = (id: number): Extract<ToKernel, { type: 'request' }> => ({
  type: 'request',
  id,
  port: 80,
  method: 'GET',
  target: '/',
  headers: [['Host', 'localhost']],
  body: null,
  headTimeout: 30_000,
});

const hello = async (guest: FakeConnection): Promise<void> => {
  await guest.guestReceiveUntil('\r\n\r\n');
  await guest.guestSend('HTTP/1.1 200 Fine\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello');
};

describe('the handshake', () => {
  it('answers with its version', async () => {
    const { peer } = bridge(new FakeNetwork(hello));
    peer.post({ type: 'hello', version: BRIDGE_VERSION });
    expect(await peer.next('hello')).toEqual({ type: 'hello', version: BRIDGE_VERSION });
  });

  it.each([[{ type: 'hello', version: BRIDGE_VERSION + 1 }], [get(1)]] as const)(
    'refuses %j and closes',
    async (message) => {
      const { peer } = bridge(new FakeNetwork(hello));
      peer.post(message);
      expect(await peer.next('refused')).toEqual({ type: 'refused', version: BRIDGE_VERSION });
      await peer.until(() => peer.closed);
    },
  );
});

it('a ping is answered, and what it is for is missed if nothing follows', async () => {
  const { peer, server } = await connected(new FakeNetwork(hello));
  const asker = { client: '', url: 'http://host/order', navigation: true };
  peer.post({ type: 'ping', id: 1, method: 'POST', asker });
  await peer.next('pong');
  expect(server.lost).toEqual([{ ...asker, method: 'POST' }]);
  peer.post({ type: 'delivered', id: 1 });
  peer.post({ type: 'ping', id: 2, method: 'POST' });
  await peer.next('pong');
  expect(server.lost).toEqual([]);
});

describe('requests', () => {
  it('are answered each under its id', async () => {
    const network = new FakeNetwork(hello);
    const { peer, server } = await connected(network);
    for (let id = 0; id < 20; id++) peer.post(get(id));
    for (let id = 19; id >= 0; id--) {
      const { body, ...head } = await peer.next('response', id);
      expect(head).toEqual({
        type: 'response',
        id,
        status: 200,
        statusText: 'Fine',
        headers: [
          ['X-A', 'b'],
          ['Content-Length', '5'],
        ],
        timing: { takenAt: expect.any(Number), accepted: expect.any(Number), firstByte: expect.any(Number) },
      });
      expect(body instanceof ArrayBuffer && text(new Uint8Array(body))).toBe('hello');
    }
    expect(server.counters).toEqual({ requests: 20, open: 0, malformed: 0 });
  });

  it('carry 64 MiB up and down at once, never beyond either window', async () => {
    const total = 64 * 2 ** 20;
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend('HTTP/1.1 200 OK\r\n\r\n');
      for (let left = total; left > 0; ) {
        const bytes = await guest.guestReceive();
        left -= bytes.length;
        await guest.guestSend(bytes);
      }
      guest.guestEnd();
    });
    const { peer } = await connected(network);
    peer.post({ ...get(1), method: 'POST', body: 'stream', bodyLength: total });
    let [sent, credits, received, chunks] = [0, WINDOW_CHUNKS, 0, 0];
    const sum = { sent: 0, received: 0 };
    const send = () => {
      while (credits > 0 && sent < total) {
        const chunk = new Uint8Array(MAX_CHUNK).fill(sent / MAX_CHUNK);
        sum.sent = (sum.sent * 31 + (chunk[0] ?? 0) * chunk.length) % 1_000_003;
        credits--;
        sent += MAX_CHUNK;
        peer.post({ type: 'body', id: 1, chunk: chunk.buffer }, [chunk.buffer]);
        if (sent === total) peer.post({ type: 'body-end', id: 1 });
      }
    };
    send();
    let ended = false;
    let seen = 0;
    while (!ended) {
      await peer.until(() => peer.messages.length > 0);
      let taken = 0;
      for (const message of peer.messages.splice(0)) {
        if (message.type === 'credit') credits += message.chunks;
        if (message.type === 'chunk') {
          taken++;
          chunks++;
          for (const byte of new Uint8Array(message.chunk)) {
            if (byte !== (Math.floor(seen++ / MAX_CHUNK) & 0xff)) throw new Error(`Byte ${seen - 1} is wrong`);
          }
          received += message.chunk.byteLength;
        }
        if (message.type === 'failed') throw new Error(message.code);
        ended ||= message.type === 'end';
      }
      expect(taken).toBeLessThanOrEqual(WINDOW_CHUNKS);
      expect(credits).toBeLessThanOrEqual(WINDOW_CHUNKS);
      send();
      if (taken > 0) peer.post({ type: 'credit', id: 1, chunks: taken });
    }
    expect(received).toBe(total);
    expect(chunks).toBeGreaterThan(WINDOW_CHUNKS);
  });

  it('that are cancelled, or whose port closes, close the guest connection', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend('HTTP/1.1 200 OK\r\n\r\nfirst');
    });
    const { peer, server } = await connected(network);
    for (const id of [1, 2, 3]) peer.post(get(id));
    for (const id of [1, 2, 3]) await peer.next('chunk', id);
    peer.post({ type: 'cancel', id: 2 });
    await network.connections[1]?.guestSeesClose();
    expect(network.connections.map((guest) => guest.closed)).toEqual([false, true, false]);
    expect(server.counters.open).toBe(2);
    peer.port.close();
    await network.connections[0]?.guestSeesClose();
    await network.connections[2]?.guestSeesClose();
    expect(server.counters.open).toBe(0);
  });

  it('fail with a code before and after the head', async () => {
    const network = new FakeNetwork(async (guest, index) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      if (index > 0) await guest.guestSend('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
      guest.guestEnd();
    });
    const { peer } = await connected(network);
    peer.post({ ...get(1), method: 'POST' });
    expect(await peer.next('failed', 1)).toMatchObject({ code: 'guest-closed-early' });
    peer.post(get(2));
    await peer.next('response', 2);
    expect(await peer.next('failed', 2)).toMatchObject({ code: 'guest-truncated-response' });
    peer.post({ ...get(3), target: '/a b' });
    expect(await peer.next('failed', 3)).toMatchObject({ code: 'bad-request' });
  });

  it('under an id that is in use end both', async () => {
    const { peer } = await connected(new FakeNetwork(() => {}));
    peer.post(get(1));
    peer.post(get(1));
    expect(await peer.next('failed', 1)).toMatchObject({ code: 'bad-request' });
  });
});

describe('garbage', () => {
  it.each([
    [{ ...get(7), port: 65536 }],
    [{ ...get(7), port: 1.5 }],
    [{ ...get(7), headers: [['a']] }],
    [{ ...get(7), headers: 'a: b' }],
    [{ ...get(7), body: 'text' }],
    [{ ...get(7), body: new Uint8Array(3) }],
    [{ ...get(7), bodyLength: -1 }],
    [{ ...get(7), headTimeout: Number.NaN }],
    [{ ...get(7), headTimeout: 0 }],
    [{ type: 'body', id: 7, chunk: new ArrayBuffer(MAX_CHUNK + 1) }],
    [{ type: 'body', id: 7, chunk: 'x' }],
    [{ type: 'credit', id: 7, chunks: -1 }],
    [{ type: 'credit', id: 7, chunks: 0.5 }],
    [{ type: 'unheard-of', id: 7 }],
  ])('that names an exchange is answered: %j', async (message) => {
    const { peer, server } = await connected(new FakeNetwork(hello));
    peer.port.postMessage(message);
    expect(await peer.next('failed', 7)).toMatchObject({ code: 'bad-request' });
    expect(server.counters.malformed).toBe(1);
  });

  it('of any kind leaves the server serving', async () => {
    const { peer } = await connected(new FakeNetwork(hello));
    const type = fc.constantFrom('request', 'body', 'body-end', 'body-error', 'credit', 'cancel', 'x', 'toString');
    const field = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
      type,
      fc.nat(3),
    );
    const message = fc.oneof(
      field,
      fc.record(
        {
          type,
          id: field,
          port: field,
          method: field,
          target: field,
          headers: field,
          body: field,
          chunk: field,
          chunks: field,
        },
        { requiredKeys: ['type'] },
      ),
    );
    let id = 1000;
    await fc.assert(
      fc.asyncProperty(message, async (data) => {
        peer.port.postMessage(data);
        peer.post(get(++id));
        expect(await peer.next('response', id)).toMatchObject({ status: 200 });
      }),
      { numRuns: 500 },
    );
  });

  it('for exchanges that ended is not taken ill', async () => {
    const { peer, server } = await connected(new FakeNetwork(hello));
    peer.post(get(1));
    await peer.next('response', 1);
    peer.post({ type: 'body', id: 1, chunk: bytesOf('late').buffer });
    peer.post({ type: 'body-end', id: 1 });
    peer.post({ type: 'credit', id: 1, chunks: 1 });
    peer.post({ type: 'cancel', id: 1 });
    peer.post(get(2));
    await peer.next('response', 2);
    expect(peer.messages).toEqual([]);
    expect(server.counters.malformed).toBe(0);
  });
});
