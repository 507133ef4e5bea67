import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BRIDGE_VERSION, type FromKernel, type ToKernel } from '../../../../protocol/bridge.js';
import type { WorkerToPage } from '../../../../protocol/page.js';
import { KernelLink, type PageClient } from '../../../../sw/transport/link.js';
import { ExchangeWatch } from '../../../../sw/transport/watch.js';

const SCOPE = '/';
const HEAD = { port: 80, method: 'GET', target: '/', headers: [], headTimeout: 20_000 } as const;

/** Messages of a port arrive by themselves; only the watch's timer is turned by hand. */
const look = () => vi.advanceTimersToNextTimerAsync();

let present: Map<string, PageClient>;
/** What the page that runs the kernel was told of being busy. */
let told: boolean[];
let received: ToKernel[];
let kernel: MessagePort;
let link: KernelLink;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  told = [];
  received = [];
  const postMessage = (message: WorkerToPage) => {
    if (message.portside === 'busy') told.push(message.busy);
  };
  const owner = { id: 'owner', url: `http://host${SCOPE}`, postMessage };
  present = new Map<string, PageClient>([['owner', owner]]);
  const clients = { get: async (id: string) => present.get(id), all: async () => [...present.values()] };
  const watch = new ExchangeWatch(clients);
  link = new KernelLink({
    scope: SCOPE,
    pages: SCOPE,
    clients,
    life: Promise.resolve('a life'),
    connectTimeout: 1_000,
    busy: (busy) => watch.busy(link, busy),
  });
  const { port1, port2 } = new MessageChannel();
  kernel = port1;
  const answer: FromKernel = { type: 'hello', version: BRIDGE_VERSION };
  port1.onmessage = ({ data }: MessageEvent<ToKernel>) => {
    received.push(data);
    if (data.type === 'hello') port1.postMessage(answer);
  };
  link.receive({ portside: 'connect', version: BRIDGE_VERSION, base: SCOPE, isolated: true }, 'owner', [port2]);
});
afterEach(() => {
  kernel.close();
  vi.useRealTimers();
});

test('an idle bridge has no timer', async () => {
  const connection = await link.acquire();
  expect(vi.getTimerCount()).toBe(0);
  const exchange = connection.send(HEAD, null, { id: '' });
  expect(vi.getTimerCount()).toBe(1);
  exchange.fail(new Error('over'));
  await expect(exchange.response).rejects.toThrow('over');
  expect(vi.getTimerCount()).toBe(0);
  expect(told).toEqual([]);
});

describe('at a look', () => {
  test('the page that runs the kernel hears that the worker is busy, and later that it is not', async () => {
    const exchange = (await link.acquire()).send(HEAD, null, { id: '' });
    await look();
    expect(told).toEqual([true]);
    exchange.fail(new Error('over'));
    await expect(exchange.response).rejects.toThrow('over');
    await vi.waitFor(() => expect(told).toEqual([true, false]));
  });

  test('an exchange whose client has gone is cancelled', async () => {
    const exchange = (await link.acquire()).send(HEAD, null, { id: 'gone' });
    const cancelled = expect(exchange.response).rejects.toMatchObject({ name: 'AbortError' });
    await look();
    await cancelled;
    await vi.waitFor(() => expect(received).toContainEqual({ type: 'cancel', id: exchange.id }));
  });

  test('a kernel that passes its own time limit by far is taken for dead', async () => {
    const exchange = (await link.acquire()).send(HEAD, null, { id: '' });
    const timedOut = expect(exchange.response).rejects.toMatchObject({ code: 'guest-timeout' });
    for (let elapsed = 0; elapsed <= HEAD.headTimeout + 15_000; elapsed += 5_000) await look();
    await timedOut;
  });
});
