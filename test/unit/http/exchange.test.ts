import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { BOOT_TIMEOUT, RESTART_TIMEOUT } from '../../../kernel-host/http/exchange.js';
import type { ExchangeMoment, ExchangeRecord } from '../../../kernel-host/http/exchange-record.js';
import { INLINE_BODY, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import { type FakeConnection, FakeNetwork } from './support/fake-network.js';
import { bytesOf, exchangeWith, Recorder, text } from './support/recorder.js';

/** A guest that reads one request head, then sends `pieces` in a write each and closes. */
const answering =
  (...pieces: (string | Uint8Array)[]) =>
  async (guest: FakeConnection): Promise<void> => {
    await guest.guestReceiveUntil('\r\n\r\n');
    for (const piece of pieces) await guest.guestSend(piece);
    guest.guestEnd();
  };

/** Resolves when everything that can go on without the outside has. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';

describe('a response', () => {
  it('that is small and complete comes in one piece', async () => {
    const seen = await exchangeWith(
      new FakeNetwork(answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', 'hi')),
    ).finished();
    expect(seen).toMatchObject({ inline: true, failure: null });
    expect(text(seen.body)).toBe('hi');
  });

  it.each(['HEAD', 'GET'])('to %s without a body has none', async (method) => {
    const status = method === 'HEAD' ? 200 : 204;
    const network = new FakeNetwork(answering(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\n`));
    const response = vi.spyOn(Recorder.prototype, 'response');
    const seen = await exchangeWith(network, { method }).finished();
    expect(response).toHaveBeenLastCalledWith(expect.objectContaining({ status }), null);
    expect(seen.inline).toBe(true);
    response.mockRestore();
  });

  it('that is flushed in pieces is seen piece by piece', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend(HEAD);
      await seen.until(() => seen.head !== null);
      for (let i = 1; i <= 20; i++) {
        await guest.guestSend(`piece ${i};`);
        await seen.until(() => seen.chunks.length === i);
      }
      guest.guestEnd();
    });
    const seen = exchangeWith(network);
    await seen.finished();
    expect(seen.chunks.map(text)).toEqual(Array.from({ length: 20 }, (_, i) => `piece ${i + 1};`));
  });

  it('with a length is also seen piece by piece once its body begins', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
      await guest.guestSend('ab');
      await seen.until(() => seen.chunks.length === 1);
      await guest.guestSend('cd');
      await guest.guestSeesClose();
    });
    const seen = exchangeWith(network);
    await seen.finished();
    expect(seen.chunks.map(text)).toEqual(['ab', 'cd']);
  });

  it('takes no more than its credits, and holds the guest back', async () => {
    let sent = 0;
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend(HEAD);
      while (await guest.guestSend(new Uint8Array(1000))) sent += 1000;
    });
    const recorder = new Recorder();
    recorder.autoCredit = false;
    const seen = exchangeWith(network, {}, {}, recorder);
    await seen.until(() => seen.outstanding === WINDOW_CHUNKS);
    await settle();
    const atStop = sent;
    await settle();
    expect(sent).toBe(atStop);
    expect(sent).toBeLessThanOrEqual((WINDOW_CHUNKS + 1) * 64 * 1024);
    seen.giveCredit(1);
    await seen.until(() => seen.outstanding === WINDOW_CHUNKS);
    // What had gathered in the ring came in one chunk.
    expect(seen.chunks.at(-1)?.length).toBeGreaterThan(32 * 1024);
    seen.exchange.cancel();
  });

  it('ignores credits beyond the window', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend(HEAD);
      while (await guest.guestSend(new Uint8Array(1000)));
    });
    const recorder = new Recorder();
    recorder.autoCredit = false;
    const seen = exchangeWith(network, {}, {}, recorder);
    seen.exchange.giveCredit(1000);
    await seen.until(() => seen.outstanding === WINDOW_CHUNKS);
    await settle();
    expect(seen.outstanding).toBe(WINDOW_CHUNKS);
    seen.exchange.cancel();
  });

  it.each([
    ['length', `HTTP/1.1 200 OK\r\nContent-Length: ${100 * 2 ** 20}\r\n\r\n`],
    ['until close', HEAD],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ])('of 100 MiB flows through a small ring (%s)', async (kind, head) => {
    const piece = new Uint8Array(2 ** 20).fill(7);
    const network = new FakeNetwork(
      async (guest) => {
        await guest.guestReceiveUntil('\r\n\r\n');
        await guest.guestSend(head);
        for (let i = 0; i < 100; i++) {
          if (kind === 'chunked') await guest.guestSend(`${piece.length.toString(16)}\r\n`);
          await guest.guestSend(piece);
          if (kind === 'chunked') await guest.guestSend('\r\n');
        }
        if (kind === 'chunked') await guest.guestSend('0\r\n\r\n');
        guest.guestEnd();
      },
      { capacity: 128 * 1024 },
    );
    const recorder = new Recorder();
    recorder.discard = true;
    recorder.autoCredit = false;
    const seen = exchangeWith(network, {}, {}, recorder);
    // A consumer that is one turn of the event loop behind.
    while (!seen.ended) {
      await settle();
      if (seen.outstanding > 0) seen.giveCredit(seen.outstanding);
    }
    expect(seen.failure).toBeNull();
    expect(seen.received).toBe(100 * 2 ** 20);
    expect(seen.mostOutstanding).toBeLessThanOrEqual(WINDOW_CHUNKS);
  });

  it.each([
    ['nothing', [], 'guest-closed-early', ''],
    ['half a head', ['HTTP/1.1 200'], 'guest-closed-early', ''],
    ['no HTTP', ['SSH-2.0-x\r\n\r\n'], 'guest-bad-response', ''],
    ['a cut body', ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'abc'], 'guest-truncated-response', 'abc'],
    [
      'cut chunks',
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
      'guest-truncated-response',
      'abc',
    ],
    [
      'bad chunks',
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz'],
      'guest-bad-response',
      'abc',
    ],
  ] as const)('that is %s fails with a code', async (_what, pieces, code, body) => {
    const seen = await exchangeWith(new FakeNetwork(answering(...pieces))).finished();
    expect(seen.failure?.code).toBe(code);
    expect(text(seen.body)).toBe(body);
    expect(seen.head !== null).toBe(body !== '');
  });

  it('is the same however the bytes are split, and whatever the credits', async () => {
    const response = fc.constantFrom(
      `HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n${'0123456789'.repeat(30)}`,
      `HTTP/1.1 200 OK\r\n\r\n${'0123456789'.repeat(30)}`,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'a\r\n0123456789\r\n'.repeat(30)}0\r\n\r\n`,
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(response, sizes, sizes, async (bytes, reads, writes) => {
        let turn = 0;
        const network = new FakeNetwork(
          async (guest) => {
            await guest.guestReceiveUntil('\r\n\r\n');
            for (let at = 0, i = 0; at < bytes.length; i++) {
              const size = writes[i % writes.length] ?? 1;
              await guest.guestSend(bytes.slice(at, at + size));
              at += size;
            }
            guest.guestEnd();
          },
          { capacity: 64, readLimit: () => reads[turn++ % reads.length] ?? 1 },
        );
        const seen = await exchangeWith(network).finished();
        expect(seen.failure).toBeNull();
        expect(text(seen.body)).toBe('0123456789'.repeat(30));
        expect(network.connections[0]?.closed).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('of many small chunks on hand is passed on as one', async () => {
    const coded = 'a\r\n0123456789\r\n'.repeat(1000);
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc');
      await seen.until(() => seen.chunks.length === 1);
      await guest.guestSend(`de\r\n${coded}0\r\n\r\n`);
    });
    const seen = exchangeWith(network);
    await seen.finished();
    expect(seen.chunks.map((chunk) => chunk.length)).toEqual([3, 10_002]);
  });

  it('of large chunks is read around their framing', async () => {
    const body = new Uint8Array(1_000_000).map((_, i) => i * 7 + (i >> 8));
    const network = new FakeNetwork(
      async (guest) => {
        await guest.guestReceiveUntil('\r\n\r\n');
        const pieces = [bytesOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')];
        for (let at = 0; at < body.length; at += 100_000) {
          pieces.push(bytesOf(`${(100_000).toString(16)}\r\n`), body.slice(at, at + 100_000), bytesOf('\r\n'));
        }
        await guest.guestSend(Buffer.concat([...pieces, bytesOf('0\r\n\r\n')]));
      },
      { capacity: 2 ** 21 },
    );
    const seen = await exchangeWith(network).finished();
    expect(Buffer.compare(seen.body, body)).toBe(0);
  });

  it('may be credited from inside, however often', async () => {
    const network = new FakeNetwork(answering(HEAD, new Uint8Array(200_000)), {
      capacity: 2 ** 18,
      readLimit: () => 1,
    });
    const seen = await exchangeWith(network).finished();
    expect(seen.received).toBe(200_000);
  });

  it.each([INLINE_BODY, INLINE_BODY + 1])('of %i bytes is inline up to the limit', async (length) => {
    const network = new FakeNetwork(
      answering(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`, new Uint8Array(length)),
      {
        capacity: 1 << 20,
      },
    );
    const seen = await exchangeWith(network).finished();
    expect(seen.inline).toBe(length <= INLINE_BODY);
    expect(seen.received).toBe(length);
  });
});

describe('a request', () => {
  /** A guest that reads a request with a body of `length`, and says what it read. */
  const echo = (length: number, into: { text: string }) => async (guest: FakeConnection) => {
    into.text = await guest.guestReceiveUntil('\r\n\r\n');
    let body = 0;
    while (body < length) body += (await guest.guestReceive(1000)).length;
    await guest.guestSend(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  };

  it('is written with its own framing and no field of another connection', async () => {
    const got = { text: '' };
    const headers = [
      ['Host', 'localhost:8080'],
      ['Connection', 'keep-alive, X-Private'],
      ['X-Private', '1'],
      ['Content-Length', '999'],
      ['Transfer-Encoding', 'chunked'],
      ['Expect', '100-continue'],
      ['Accept', '*/*'],
    ] as const;
    await exchangeWith(new FakeNetwork(echo(3, got)), {
      method: 'POST',
      target: '/a?b',
      headers,
      body: bytesOf('abc').buffer,
    }).finished();
    expect(got.text).toBe(
      'POST /a?b HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\nContent-Length: 3\r\nConnection: close\r\n\r\n',
    );
  });

  it.each([
    { target: '/a b' },
    { target: '/a\r\nX: y' },
    { target: 'http://elsewhere/' },
    { target: '' },
    { method: 'GET /x' },
    { method: 'CONNECT' },
    { method: '' },
    { headers: [['A\r\nB', 'c']] as const },
    { headers: [['A', 'b\r\nC: d']] as const },
    { headers: [['A', 'b\0']] as const },
    { headers: [['A', '\u0100']] as const },
  ])('that would not arrive as one is refused: %j', (request) => {
    const network = new FakeNetwork(() => {});
    expect(() => exchangeWith(network, request)).toThrowError(expect.objectContaining({ code: 'bad-request' }));
    expect(network.connections).toHaveLength(0);
  });

  it('streams a body of known length with a credit for each chunk, in bounded memory', async () => {
    const got = { text: '' };
    const length = 64 * 100_000;
    const seen = exchangeWith(new FakeNetwork(echo(length, got)), {
      method: 'PUT',
      body: 'stream',
      bodyLength: length,
    });
    for (let i = 0; i < 64; i++) {
      seen.exchange.pushBody(new ArrayBuffer(100_000));
      await seen.until(() => i + 1 - seen.creditsGiven < WINDOW_CHUNKS);
    }
    seen.exchange.endBody();
    await seen.finished();
    expect(seen.creditsGiven).toBe(64);
    expect(got.text).toContain(`Content-Length: ${length}\r\n`);
    expect(seen.failure).toBeNull();
  });

  it('collects a body of unknown length for servers that read none in chunks', async () => {
    const got = { text: '' };
    const network = new FakeNetwork(echo(6, got));
    const seen = exchangeWith(network, { method: 'POST', body: 'stream' });
    seen.exchange.pushBody(bytesOf('abc').buffer);
    seen.exchange.pushBody(bytesOf('def').buffer);
    expect(seen.creditsGiven).toBe(2);
    expect(network.connections).toHaveLength(0);
    seen.exchange.endBody();
    await seen.finished();
    expect(got.text).toContain('Content-Length: 6\r\n');
  });

  it('sends a body of unknown length in chunks where that is asked for', async () => {
    let got = '';
    const network = new FakeNetwork(async (guest) => {
      got = await guest.guestReceiveUntil('0\r\n\r\n');
      await guest.guestSend('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const seen = exchangeWith(network, { method: 'POST', body: 'stream' }, { unknownLength: 'chunked' });
    seen.exchange.pushBody(bytesOf('0123456789abcdef!').buffer);
    seen.exchange.pushBody(new ArrayBuffer(0));
    seen.exchange.pushBody(bytesOf('end').buffer);
    seen.exchange.endBody();
    await seen.finished();
    expect(got).toContain('Transfer-Encoding: chunked\r\n');
    expect(got.split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe('11\r\n0123456789abcdef!\r\n3\r\nend\r\n0\r\n\r\n');
    expect(seen.creditsGiven).toBe(3);
  });

  it.each([
    ['longer', (seen: ReturnType<typeof exchangeWith>) => seen.exchange.pushBody(new ArrayBuffer(11))],
    ['shorter', (seen: ReturnType<typeof exchangeWith>) => seen.exchange.endBody()],
    ['broken off', (seen: ReturnType<typeof exchangeWith>) => seen.exchange.failBody()],
  ])('whose body is %s than announced fails, and the guest is told', async (_what, act) => {
    const network = new FakeNetwork(() => {});
    const seen = exchangeWith(network, { method: 'POST', body: 'stream', bodyLength: 10 });
    act(seen);
    expect(seen.failure?.code).toBe('request-body-failed');
    expect(network.connections[0]?.closed).toBe(true);
  });

  it('whose sender ignores the window fails', () => {
    const seen = exchangeWith(new FakeNetwork(() => {}), { method: 'POST', body: 'stream', bodyLength: 1e9 });
    for (let i = 0; i < WINDOW_CHUNKS * 2; i++) seen.exchange.pushBody(new ArrayBuffer(256 * 1024));
    expect(seen.failure?.code).toBe('request-body-failed');
  });

  it('may be answered before it is over: the answer counts, the rest is not sent', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      guest.guestStopReading();
      await guest.guestSend('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
      guest.guestEnd();
    });
    const seen = exchangeWith(network, { method: 'POST', body: new ArrayBuffer(10_000_000) });
    await seen.finished();
    expect(seen).toMatchObject({ failure: null, head: { status: 413 } });
    expect(text(seen.body)).toBe('big');
  });

  it('is answered while it still streams', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend(HEAD);
      for (let i = 0; i < 5; i++) await guest.guestSend(await guest.guestReceive());
      guest.guestEnd();
    });
    const seen = exchangeWith(network, { method: 'POST', body: 'stream', bodyLength: 5 });
    for (let i = 0; i < 5; i++) {
      seen.exchange.pushBody(bytesOf(String(i)).buffer);
      await seen.until(() => seen.received === i + 1);
    }
    await seen.finished();
    expect(text(seen.body)).toBe('01234');
  });

  it('that is cancelled closes the connection, and nothing more is heard', async () => {
    const network = new FakeNetwork(async (guest) => {
      await guest.guestReceiveUntil('\r\n\r\n');
      await guest.guestSend(HEAD);
      while (await guest.guestSend('more'));
    });
    const seen = exchangeWith(network);
    await seen.until(() => seen.received > 100);
    seen.exchange.cancel();
    const { received } = seen;
    await network.connections[0]?.guestSeesClose();
    await settle();
    expect(seen.received).toBe(received);
    expect(seen.exchange.ended).toBe(true);
  });
});

describe('sending again', () => {
  const closingFirst = async (guest: FakeConnection, index: number): Promise<void> => {
    if (index === 0) guest.guestEnd(true);
    else await answering(HEAD, 'second')(guest);
  };

  it.each(['GET', 'PUT'])('%s is done once when the guest closes without a byte', async (method) => {
    const network = new FakeNetwork(closingFirst);
    const seen = await exchangeWith(network, {
      method,
      body: method === 'PUT' ? bytesOf('x').buffer : null,
    }).finished();
    expect(network.connections).toHaveLength(2);
    expect(text(seen.body)).toBe('second');
    expect(seen.failure).toBeNull();
  });

  it('is not done for POST, nor twice, nor after a byte', async () => {
    for (const [method, guest, connections] of [
      ['POST', closingFirst, 1],
      ['GET', (connection: FakeConnection) => connection.guestEnd(), 2],
      ['GET', answering('H'), 1],
    ] as const) {
      const network = new FakeNetwork(guest);
      const seen = await exchangeWith(network, { method }).finished();
      expect(seen.failure?.code).toBe('guest-closed-early');
      expect(network.connections).toHaveLength(connections);
    }
  });
});

describe('waiting', () => {
  it('for a listener ends when there is one', async () => {
    const network = new FakeNetwork(answering(HEAD, 'up'));
    network.listening = false;
    const seen = exchangeWith(network);
    expect(network.waiting).toBe(1);
    network.listening = true;
    await seen.finished();
    expect(text(seen.body)).toBe('up');
  });

  it('for a listener has a limit, whose code says why', async () => {
    vi.useFakeTimers();
    const network = new FakeNetwork(() => {});
    network.listening = false;
    const idle = exchangeWith(network, {}, { listenTimeout: 500 });
    const booting = exchangeWith(network, {}, { listenTimeout: 500, booting: () => true });
    vi.advanceTimersByTime(499);
    expect(idle.failure).toBeNull();
    vi.advanceTimersByTime(2);
    expect(idle.failure?.code).toBe('guest-not-listening');
    expect(booting.failure?.code).toBe('kernel-booting');
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    await settle();
    expect(network.waiting).toBe(0);
  });

  it('for a listener is short when none is being started', () => {
    vi.useFakeTimers();
    const network = new FakeNetwork(() => {});
    network.listening = false;
    const seen = [undefined, () => true, () => false].map((booting) =>
      exchangeWith(network, {}, booting ? { booting } : {}),
    );
    const codes = () => seen.map(({ failure }) => failure?.code);
    vi.advanceTimersByTime(RESTART_TIMEOUT + 1);
    expect(codes()).toEqual([undefined, undefined, 'guest-not-listening']);
    vi.advanceTimersByTime(BOOT_TIMEOUT - RESTART_TIMEOUT);
    expect(codes()).toEqual(['guest-not-listening', 'kernel-booting', 'guest-not-listening']);
    vi.useRealTimers();
  });

  it('for room in a full queue goes in turn', async () => {
    const network = new FakeNetwork(answering(HEAD, 'ok'));
    network.room = 1;
    const all = Array.from({ length: 5 }, () => exchangeWith(network));
    await all[0]?.finished();
    await settle();
    expect(all.filter((seen) => seen.ended)).toHaveLength(1);
    for (const seen of all.slice(1)) {
      network.room = 1;
      await seen.finished();
    }
    expect(network.connections).toHaveLength(5);
  });

  it('for the head has a deadline, put off while the guest reads, and none behind it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const network = new FakeNetwork(() => {});
    const seen = exchangeWith(network, { method: 'POST', body: new ArrayBuffer(200_000), headTimeout: 1000 });
    const [guest] = network.connections;
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(900);
      expect(seen.failure).toBeNull();
      await guest?.guestReceive(1000);
    }
    vi.advanceTimersByTime(1001);
    expect(seen.failure?.code).toBe('guest-timeout');
    expect(guest?.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);

    const slow = exchangeWith(network, { headTimeout: 1000 });
    await network.connections[1]?.guestSend(HEAD);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1e6);
    await network.connections[1]?.guestSend('late');
    network.connections[1]?.guestEnd();
    expect(text(slow.body)).toBe('late');
    expect(slow.failure).toBeNull();
    vi.useRealTimers();
  });

  it('for the browser, in the middle of an upload, is not the guest to blame for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const network = new FakeNetwork(() => {});
    const seen = exchangeWith(network, { method: 'POST', body: 'stream', bodyLength: 10, headTimeout: 1000 });
    vi.advanceTimersByTime(5000);
    expect(seen.failure).toBeNull();
    seen.exchange.pushBody(new ArrayBuffer(10));
    seen.exchange.endBody();
    vi.advanceTimersByTime(1001);
    expect(seen.failure?.code).toBe('guest-timeout');
    vi.useRealTimers();
  });

  it('of a head for its small body ends at the deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const network = new FakeNetwork(() => {});
    const seen = exchangeWith(network, { headTimeout: 1000 });
    const [guest] = network.connections;
    await guest?.guestSend('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
    expect(seen.head).toBeNull();
    vi.advanceTimersByTime(1001);
    expect(seen.head?.status).toBe(200);
    await guest?.guestSend('hi');
    expect(text(seen.body)).toBe('hi');
    expect(seen.failure).toBeNull();
    vi.useRealTimers();
  });
});

it('the observer sees each moment once, and progress as it is made, with times and counts', async () => {
  const moments: ExchangeMoment[] = [];
  let last: ExchangeRecord | null = null;
  const observer = (moment: ExchangeMoment, record: ExchangeRecord) => {
    moments.push(moment);
    last = record;
  };
  await exchangeWith(new FakeNetwork(answering(HEAD, 'some', ' body')), {}, { observer }).finished();
  expect([...new Set(moments)]).toEqual(['taken', 'progress', 'accepted', 'first-byte', 'ended']);
  expect(moments.filter((moment) => moment !== 'progress')).toEqual(['taken', 'accepted', 'first-byte', 'ended']);
  expect(last).toMatchObject({ status: 200, bytesReceived: 9, outcome: 'complete', retries: 0, target: '/' });
  const { takenAt, connectedAt, acceptedAt, firstByteAt, endedAt } = last as unknown as Record<string, number>;
  const times = [takenAt, connectedAt, acceptedAt, firstByteAt, endedAt];
  expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)));
});
