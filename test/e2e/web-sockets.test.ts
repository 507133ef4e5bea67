/** WebSockets into a guest: a PHP program in a packed site, in a real Chromium, beside the browser's own with native PHP. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNativePhp } from '../support/native-php.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite, siteRoot } from '../support/site-visit.js';
import { type Conversation, conversations, converse } from '../support/web-socket-cases.js';
import {
  ask,
  askUntil,
  type GuestSocketPage,
  type NativeSocketPage,
  openGuestServer,
  openNativeServer,
} from '../support/web-socket-hosts.js';

let site: PackedSite;
let browser: Browser;
let guest: GuestSocketPage;
let native: NativeSocketPage;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
  const context = await browser.newContext();
  guest = await openGuestServer(context, site);
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

describe.runIf(hasNativePhp())('a page sees what the browser’s own WebSocket shows of native PHP', () => {
  beforeAll(async () => {
    native = await openNativeServer(browser);
  });
  afterAll(() => native?.stop());

  test.each(Object.entries(conversations))('%s', async (_, conversation: Conversation) => {
    const expected = await native.frame.evaluate(converse, [native.base, conversation] as const);
    const seen = await guest.frame.evaluate(converse, [guest.base, conversation] as const);
    expect(seen).toEqual(expected);
  });
});

/** Constructs sockets that no server is needed for, and says what was thrown. Runs in a page. */
function construct([url, protocols]: readonly [
  url: string,
  protocols: readonly string[] | string | undefined,
]): string {
  try {
    const socket = new WebSocket(url, protocols === undefined ? undefined : [protocols].flat());
    socket.close();
    return socket.url.replace(location.host, 'HOST');
  } catch (error) {
    return error instanceof DOMException ? error.name : String(error);
  }
}

describe('the class', () => {
  test.each([
    ['ws://HOST/a?b', undefined, 'ws://HOST/a?b'],
    ['http://HOST/a', undefined, 'ws://HOST/a'],
    ['/a b', undefined, 'ws://HOST/a%20b'],
    ['ws://HOST/#', undefined, 'SyntaxError'],
    ['ws://HOST/#fragment', undefined, 'SyntaxError'],
    ['ftp://HOST/', undefined, 'SyntaxError'],
    ['ws://:80', undefined, 'SyntaxError'],
    ['ws://HOST/', ['a', 'a'], 'SyntaxError'],
    ['ws://HOST/', 'a b', 'SyntaxError'],
    ['ws://HOST/', '', 'SyntaxError'],
    ['ws://HOST/', 'ä', 'SyntaxError'],
    ['ws://HOST/', ['a', 'A'], 'ws://HOST/'],
  ] as const)('given %s and %j: %s', async (url, protocols, expected) => {
    const given = url.replace('HOST', new URL(site.url).host);
    expect(await guest.frame.evaluate(construct, [given, protocols] as const)).toBe(expected);
  });

  test('is the browser’s own for other hosts, and one class for all', async () => {
    const seen = await guest.frame.evaluate(async (base) => {
      class Own extends WebSocket {
        extra = 1;
      }
      const [ours, theirs, subclass] = [
        new WebSocket(`${base}echo`),
        new WebSocket('wss://other.invalid/'),
        new Own(`${base}echo`),
      ];
      const ends = [ours, theirs, subclass].map(
        (socket) => new Promise((resolve) => socket.addEventListener('close', resolve)),
      );
      const handler = () => {};
      ours.onopen = handler;
      const facts = {
        all: [ours, theirs, subclass].map((socket) => socket instanceof WebSocket && socket instanceof EventTarget),
        subclass: [subclass instanceof Own, ours instanceof Own, subclass.extra],
        constants: [WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED, ours.CLOSED],
        names: [WebSocket.name, Object.prototype.toString.call(ours), WebSocket.prototype.constructor === WebSocket],
        handler: [ours.onopen === handler, ours.onclose],
        binaryType: [ours.binaryType, Object.assign(ours, { binaryType: 'nonsense' }).binaryType],
        misuse: [] as string[],
      };
      for (const wrong of [
        () => ours.send('early'),
        () => ours.close(1001),
        () => ours.close(1000, 'x'.repeat(124)),
        () => Reflect.apply(WebSocket, undefined, [base]),
      ]) {
        try {
          wrong();
        } catch (error) {
          facts.misuse.push(error instanceof Error ? error.name : '?');
        }
      }
      for (const socket of [ours, theirs, subclass]) socket.close();
      await Promise.all(ends);
      return facts;
    }, guest.base);
    expect(seen).toEqual({
      all: [true, true, true],
      subclass: [true, false, 1],
      constants: [0, 1, 2, 3, 3],
      names: ['WebSocket', '[object WebSocket]', true],
      handler: [true, null],
      binaryType: ['blob', 'blob'],
      misuse: ['InvalidStateError', 'InvalidAccessError', 'SyntaxError', 'TypeError'],
    });
  });
});

/** Opens sockets that stay, by name. Runs in a page. */
const openNamed = ([base, names, path]: readonly [
  base: string,
  names: readonly string[],
  path: string,
]): Promise<unknown> =>
  Promise.all(
    names.map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const socket = new WebSocket(`${base}${path}?name=${name}`);
          const log: unknown[] = [];
          Object.assign(globalThis, { [`socket-${name}`]: socket, [`log-${name}`]: log });
          socket.onopen = () => resolve();
          socket.onerror = () => reject(new Error(`${name} did not open`));
          socket.onmessage = ({ data }) => log.push(data);
          socket.onclose = ({ code, wasClean }) => log.push([code, wasClean]);
        }),
    ),
  );

describe('a guest', () => {
  test('has the handshake with the site’s cookies, which no script sees, and sets some', async () => {
    const seen = await guest.frame.evaluate(async (base) => {
      const headers = (query: string): Promise<Record<string, string>> =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`${base}headers?${query}`, 'chat');
          socket.onerror = reject;
          socket.onmessage = ({ data }) => {
            socket.close();
            resolve(JSON.parse(data));
          };
        });
      await headers('protocol=chat&cookie[]=seat%3D7;%20HttpOnly;%20Path=/&cookie[]=row%3D3');
      return [await headers('protocol=chat'), document.cookie] as const;
    }, guest.base);
    const [headers, visible] = seen;
    const { host, origin } = new URL(site.url);
    expect(headers).toMatchObject({
      host,
      origin,
      upgrade: 'websocket',
      'sec-websocket-protocol': 'chat',
      'sec-websocket-version': '13',
    });
    expect(headers.cookie).toMatch(/seat=7/);
    expect(headers['user-agent']).toMatch(/Chrom/);
    expect(visible).not.toMatch(/seat/);
  });

  test.each(['localhost', '127.0.0.1'])('is reached by the name that it has for its own machine: %s', async (name) => {
    const base = `ws://${name}:${guest.port}/`;
    const seen = await guest.frame.evaluate(converse, [
      base,
      { path: 'echo', send: [{ text: 'hi' }], closeAt: 1 },
    ] as const);
    expect(seen).toContainEqual(['text', 'hi']);
  });

  test('that does not listen fails as a host that does not', async () => {
    const seen = await guest.frame.evaluate(converse, ['ws://localhost:4999/', { path: '' }] as const);
    expect(seen).toEqual([
      ['error', 3],
      ['close', false, 1006, '', 3, 0],
    ]);
  });

  test('has its pings answered', async () => {
    await guest.frame.evaluate(openNamed, [guest.base, ['pinged'], 'quiet'] as const);
    await ask(guest, 'ping pinged');
    const pong = Buffer.from('are you there').toString('hex');
    expect(await askUntil(guest, 'seen pinged', (seen) => JSON.stringify(seen) !== '[]')).toEqual([[10, pong]]);
  });

  test('is told of what it did wrong', async () => {
    await guest.frame.evaluate(converse, [guest.base, { path: 'raw?name=wrong&hex=8101ff' }] as const);
    // 1007: invalid frame payload data.
    expect(await askUntil(guest, 'seen wrong', (seen) => JSON.stringify(seen) !== '[]')).toEqual([[8, '03ef']]);
  });

  test('has many sockets at once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many${index}`);
    await guest.frame.evaluate(openNamed, [guest.base, names, 'echo'] as const);
    expect(Number(await ask(guest, 'count'))).toBeGreaterThan(100);
    const echoed = await guest.frame.evaluate(async (all) => {
      const sockets: WebSocket[] = all.map((name) => Reflect.get(globalThis, `socket-${name}`));
      const answers = await Promise.all(
        sockets.map(
          (socket, index) =>
            new Promise((resolve) => {
              socket.onmessage = ({ data }) => resolve(data);
              socket.send(`number ${index}`);
            }),
        ),
      );
      for (const socket of sockets) socket.close();
      return answers;
    }, names);
    expect(echoed).toEqual(names.map((_, index) => `number ${index}`));
  });

  test('that does not read holds the page back; what it reads then is whole', async () => {
    const size = 64 * 1024;
    const count = 256;
    const before = await guest.frame.evaluate(
      async ([base, length, messages]) => {
        const socket = new WebSocket(`${base}deaf?name=deaf`);
        Object.assign(globalThis, { deaf: socket });
        await new Promise((resolve) => socket.addEventListener('open', resolve));
        for (let at = 0; at < messages; at++) socket.send(new Uint8Array(length).fill(at));
        return socket.bufferedAmount;
      },
      [guest.base, size, count] as const,
    );
    expect(before).toBe(size * count);
    // The guest has served other connections meanwhile: what could move has moved.
    expect(await ask(guest, 'seen deaf')).toEqual([]);
    const held = await guest.frame.evaluate(() => Reflect.get(globalThis, 'deaf').bufferedAmount);
    console.info(`A guest that does not read took ${size * count - held} bytes of ${size * count}.`);
    // The sockets of the kernel hold a few hundred KiB; the rest stays with the page.
    expect(held).toBeGreaterThan(size * count - 2 * 1024 * 1024);
    await ask(guest, 'listen deaf');
    const all = await askUntil(guest, 'seen deaf', (seen) => Array.isArray(seen) && seen.length === count);
    expect(all).toEqual(Array.from({ length: count }, () => [2, size]));
    await guest.frame.waitForFunction(() => Reflect.get(globalThis, 'deaf').bufferedAmount === 0);
    await guest.frame.evaluate(() => Reflect.get(globalThis, 'deaf').close());
  });
});

describe('an open socket', () => {
  test('outlives the service worker', async () => {
    const session = await guest.context.newCDPSession(guest.page);
    await session.send('ServiceWorker.enable');
    await guest.frame.evaluate(openNamed, [guest.base, ['survivor'], 'echo'] as const);
    await session.send('ServiceWorker.stopAllWorkers');
    const answer = await guest.frame.evaluate(
      () =>
        new Promise((resolve) => {
          const socket: WebSocket = Reflect.get(globalThis, 'socket-survivor');
          socket.onmessage = ({ data }) => resolve(data);
          socket.send('still there?');
        }),
    );
    expect(answer).toBe('still there?');
    // The next needs a worker, and wakes one: its hello closes what the dead one left behind, but no socket.
    expect(await ask(guest, 'alive survivor')).toBe(1);
    await session.send('ServiceWorker.stopAllWorkers');
    expect(await ask(guest, 'alive survivor')).toBe(1);
    await guest.frame.evaluate(() => Reflect.get(globalThis, 'socket-survivor').close());
    await askUntil(guest, 'alive survivor', (count) => count === 0);
  });

  test('is closed for the guest when its page is left, closed or crashes', async () => {
    const leave = {
      left: async (_: Page, frame: Frame) => void (await frame.goto(`${site.url}page.php`)),
      closed: (page: Page) => page.close(),
      crashed: async (page: Page) => {
        const session = await guest.context.newCDPSession(page);
        // Never answered.
        session.send('Page.crash').catch(() => undefined);
        await page.waitForEvent('crash');
      },
    };
    for (const [name, how] of Object.entries(leave)) {
      const { page, frame } = await openSite(guest.context, site.url);
      await frame.goto(`${site.url}web-sockets/page.php`);
      await frame.evaluate(openNamed, [guest.base, [name], 'quiet'] as const);
      expect(await ask(guest, `alive ${name}`)).toBe(1);
      await how(page, frame);
      await askUntil(guest, `alive ${name}`, (count) => count === 0);
      if (name === 'left') expect(await ask(guest, 'seen left')).toEqual([[8, '03e9']]);
      await page.close();
    }
  });

  test('ends with 1006 when the tab that runs the kernel goes', async () => {
    const { page, frame } = await openSite(guest.context, site.url);
    await frame.goto(`${site.url}web-sockets/page.php`);
    await frame.evaluate(openNamed, [guest.base, ['orphan'], 'quiet'] as const);
    await guest.page.close();
    await frame.waitForFunction(() => Reflect.get(globalThis, 'log-orphan').length > 0);
    expect(await frame.evaluate(() => Reflect.get(globalThis, 'log-orphan'))).toEqual([[1006, false]]);
    await page.close();
  });
});
