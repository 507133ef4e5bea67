import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BRIDGE_VERSION, type ToKernel } from '../../../../protocol/bridge.js';
import type { WorkerToPage } from '../../../../protocol/page.js';
import { PortLostError } from '../../../../sw/transport/exchange.js';
import { KernelLink, type PageClient } from '../../../../sw/transport/link.js';

const SCOPE = '/site/';
const HEAD = { port: 80, method: 'GET', target: '/', headers: [], headTimeout: 1000 } as const;

class Page implements PageClient {
  readonly asked: WorkerToPage[] = [];
  readonly id: string;
  readonly url: string;

  constructor(id: string, url = `http://host${SCOPE}`) {
    this.id = id;
    this.url = url;
  }

  postMessage(message: WorkerToPage) {
    this.asked.push(message);
  }
}

let pages: Page[];
let link: KernelLink;
const channels: MessageChannel[] = [];

beforeEach(() => {
  pages = [];
  link = new KernelLink({
    scope: SCOPE,
    pages: SCOPE,
    clients: { get: async (id) => pages.find((page) => page.id === id), all: async () => pages },
    life: Promise.resolve('a life'),
    connectTimeout: 1_000,
    busy: () => {},
  });
});
afterEach(() => {
  vi.useRealTimers();
  for (const { port1 } of channels.splice(0)) port1.close();
});

/** A kernel's end of a port, handed over by `owner`; it answers the hello with `version`. */
function connect(owner: string, version = BRIDGE_VERSION, base = SCOPE): MessagePort {
  const channel = new MessageChannel();
  channels.push(channel);
  channel.port1.onmessage = ({ data }: MessageEvent<ToKernel>) => {
    if (data.type === 'hello') channel.port1.postMessage({ type: 'hello', version });
  };
  link.receive({ portside: 'connect', version: BRIDGE_VERSION, base, isolated: true }, owner, [channel.port2]);
  return channel.port1;
}

describe('without a port', () => {
  test('pages of the site are asked, once for all who wait', async () => {
    pages = [new Page('a'), new Page('elsewhere', 'http://host/other/')];
    const waiting = [link.acquire(), link.acquire()];
    await vi.waitFor(() => expect(pages[0]?.asked).toEqual([{ portside: 'port-wanted', base: SCOPE }]));
    expect(pages[1]?.asked).toEqual([]);
    connect('a');
    const [first, second] = await Promise.all(waiting);
    expect(first).toBe(second);
    expect(await link.acquire()).toBe(first);
  });

  test('a page of an app is asked, though the machine has a folder of its own', async () => {
    pages = [new Page('a', 'http://host/')];
    link = new KernelLink({
      scope: SCOPE,
      pages: '/',
      clients: { get: async (id) => pages.find((page) => page.id === id), all: async () => pages },
      life: Promise.resolve('a life'),
      connectTimeout: 1_000,
      busy: () => {},
    });
    const waiting = link.acquire();
    await vi.waitFor(() => expect(pages[0]?.asked).toEqual([{ portside: 'port-wanted', base: SCOPE }]));
    connect('a');
    expect((await waiting).open).toBe(true);
  });

  test('nobody to ask: unreachable', async () => {
    await expect(link.acquire()).rejects.toMatchObject({ code: 'kernel-unreachable' });
  });

  test('nobody answers in time: booting, and the next request asks again', async () => {
    vi.useFakeTimers();
    pages = [new Page('a')];
    const refused = expect(link.acquire()).rejects.toMatchObject({ code: 'kernel-booting' });
    await vi.advanceTimersByTimeAsync(1_000);
    await refused;
    vi.useRealTimers();
    const acquired = link.acquire();
    connect('a');
    expect((await acquired).owner).toBe('a');
    expect(pages[0]?.asked).toHaveLength(2);
  });

  test('another version is told apart', async () => {
    pages = [new Page('a')];
    const acquired = link.acquire();
    connect('a', BRIDGE_VERSION + 1);
    await expect(acquired).rejects.toMatchObject({ code: 'protocol-mismatch' });
  });

  test('a port of another machine is not taken', async () => {
    pages = [new Page('a')];
    const acquired = link.acquire();
    connect('other', BRIDGE_VERSION, '/elsewhere/');
    connect('a');
    expect((await acquired).owner).toBe('a');
  });
});

describe('with a port', () => {
  test('a newer one takes over, what runs on the old one may finish', async () => {
    pages = [new Page('a'), new Page('b')];
    const old = connect('a');
    const first = await link.acquire();
    const exchange = first.send(HEAD, null, { id: '' });
    connect('b');
    await vi.waitFor(async () => expect((await link.acquire()).owner).toBe('b'));
    old.postMessage({ type: 'response', id: exchange.id, status: 200, statusText: '', headers: [], body: null });
    expect((await exchange.response).status).toBe(200);
  });

  test('while a new page greets, nothing is sent to the one before', async () => {
    pages = [new Page('a'), new Page('b')];
    connect('a');
    await link.acquire();
    connect('b');
    expect((await link.acquire()).owner).toBe('b');
  });

  test('what was sent to a page that is gone fails when the next one comes', async () => {
    pages = [new Page('a')];
    connect('a');
    const exchange = (await link.acquire()).send(HEAD, null, { id: '' });
    const lost = expect(exchange.response).rejects.toBeInstanceOf(PortLostError);
    // A tab that is closed may have no time to take its leave.
    pages = [new Page('b')];
    connect('b');
    await lost;
  });

  test.each([
    ['takes its leave', async () => link.receive({ portside: 'disconnect', base: SCOPE }, 'a', [])],
    [
      'is gone without a word',
      async () => {
        pages = [];
        await link.prune();
      },
    ],
  ])('a page that %s fails what was under way', async (_, leave) => {
    pages = [new Page('a')];
    connect('a');
    const exchange = (await link.acquire()).send(HEAD, null, { id: '' });
    const lost = expect(exchange.response).rejects.toBeInstanceOf(PortLostError);
    await leave();
    await lost;
    expect([...link.connections()]).toEqual([]);
  });
});
