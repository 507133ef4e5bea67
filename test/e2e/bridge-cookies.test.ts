/** `document.cookie` and `cookieStore` of guest documents, beside those that a browser gives to a page of a server. */
import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  page = await openShell();
});

async function openShell(): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(site.url);
  await opened.waitForSelector('html[data-ready]', { state: 'attached' });
  return opened;
}

const documentPath = (...headers: readonly string[]): string =>
  `/document?${new URLSearchParams([['html', '<!doctype html><p>'], ...['Content-Type: text/html', ...headers].map((header) => ['header', header])])}`;

async function show(path: string, shell = page): Promise<Frame> {
  const element = await shell.waitForSelector('#portside-site', { state: 'attached' });
  await element.evaluate(
    (frame, src) =>
      new Promise((resolve) => {
        frame.addEventListener('load', resolve, { once: true });
        frame.setAttribute('src', src);
      }),
    path,
  );
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The site has no frame.');
  return frame;
}

const cookieOf = (frame: Frame) => frame.evaluate(() => document.cookie);

/** The Cookie header of a request that the frame's document makes. */
const sentBy = (frame: Frame): Promise<string> =>
  frame.evaluate(async () => {
    const { headers } = await (await fetch('/echo')).json();
    return headers.find(([name]: [string, string]) => name === 'Cookie')?.[1] ?? '';
  });

/** Set one after another, each by the same document: what it leaves behind is part of the next. */
const STRINGS = [
  'a=1',
  'b=2; path=/',
  ' c = 3 ; Path=/',
  'a=changed',
  'novalue',
  '=alsonovalue',
  'empty=',
  '',
  ';',
  '=',
  'd=4; path=/elsewhere',
  'e="quoted; value"',
  'f=1=2=3',
  'g=5; HttpOnly',
  'h=6; Secure',
  'i=7; SameSite=Strict',
  'j=8; SameSite=None',
  'k=9; SameSite=None; Secure',
  'l=10; SameSite=nonsense',
  'm=11; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  'm=12; Max-Age=0',
  'n=13; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  'o=14; Expires=Thu, 01 Jan 2099 00:00:00 GMT',
  'p=15; Max-Age=nonsense',
  'q=16; Domain=example.com',
  'r=17; Domain=127.0.0.1',
  's=18; Partitioned; Secure; path=/',
  '__Secure-a=1',
  '__Secure-b=1; Secure',
  '__Host-a=1; Secure',
  '__Host-b=1; Secure; Path=/',
  '__host-c=1; Path=/',
  '__Host-d=1; Secure; Path=/; Domain=127.0.0.1',
  '__Secure-',
  'grüße=schön 😀',
  'tab=a\tb',
  'control=a\x01b',
  'line=a\nb',
  `long=${'x'.repeat(4092)}`,
  `toolong=${'x'.repeat(4090)}`,
  't=19; path=relative',
  'u=20; PATH=/; SECURE',
  'v=21; path',
  'w=22; path=/; path=/elsewhere',
  'x=23,24',
  'y=%20 %3B',
  'z=; Max-Age=-1',
  'b=; Max-Age=0; path=/',
];

describe('beside a server', () => {
  let native: Server;
  let origin: string;
  beforeAll(async () => {
    native = createServer((request, response) => {
      const headers = [['Cookie', request.headers.cookie ?? '']];
      response.setHeader('Content-Type', request.url === '/echo' ? 'application/json' : 'text/html');
      response.end(request.url === '/echo' ? JSON.stringify({ headers }) : '<!doctype html>');
    });
    await new Promise<void>((listening) => native.listen(0, '127.0.0.1', listening));
    const address = native.address();
    if (address === null || typeof address === 'string') throw new Error('The server listens on no TCP port.');
    origin = `http://127.0.0.1:${address.port}`;
  });
  afterAll(() => new Promise((closed) => native?.close(closed)));

  test('document.cookie shows the same after each string that is set, and the server is sent the same', async () => {
    const tab = await (await browser.newContext()).newPage();
    await tab.goto(`${origin}/document`);
    // Not in order: Chromium moves a cookie that changes to the end, RFC 6265 section 5.3 (step 11.3) does not.
    const sorted = (text: string) => text.split('; ').sort();
    const set = (strings: readonly string[]) =>
      strings.map((text) => {
        document.cookie = text;
        return [
          text.slice(0, 80),
          document.cookie
            .replace(/x{99,}/g, 'x…')
            .split('; ')
            .sort(),
        ];
      });
    const frame = await show(documentPath());
    expect(await frame.evaluate(set, STRINGS)).toEqual(await tab.evaluate(set, STRINGS));
    // The worker comes to the same, by rules of its own.
    await frame.evaluate(() => cookieStore.set('last', '1'));
    await tab.evaluate(() => cookieStore.set('last', '1'));
    expect(sorted(await cookieOf(frame))).toEqual(sorted(await cookieOf(tab.mainFrame())));
    expect(sorted(await cookieOf(await show(documentPath())))).toEqual(sorted(await cookieOf(tab.mainFrame())));
    expect(sorted(await sentBy(frame))).toEqual(sorted(await sentBy(tab.mainFrame())));
    await tab.context().close();
  });
});

describe('what a script sets', () => {
  test('goes with the next request and with a reload', async () => {
    const frame = await show(documentPath());
    const sent = await frame.evaluate(async () => {
      const cookies: string[] = [];
      for (let count = 1; count <= 50; count++) {
        document.cookie = `a=${count}; path=/`;
        const { headers } = await (await fetch('/echo')).json();
        cookies.push(headers.find(([name]: [string, string]) => name === 'Cookie')?.[1]);
      }
      return cookies;
    });
    expect(sent).toEqual(Array.from({ length: 50 }, (_, index) => `a=${index + 1}`));
    const again = await show('/echo-page');
    const reloaded = again.waitForNavigation();
    await again.evaluate(() => {
      document.cookie = 'b=2; path=/';
      location.href = '/echo';
    });
    await reloaded;
    expect(await again.textContent('body')).toContain('["Cookie","a=50; b=2"]');
  });

  test.each([
    ['Permissions-Policy: sync-xhr=()'],
    ["Content-Security-Policy: connect-src 'none'"],
    ["Content-Security-Policy: default-src 'none'"],
  ])('is there at once, and in the end with the worker, under %s', async (header) => {
    const frame = await show(documentPath(header));
    const seen = await frame.evaluate(() => {
      document.cookie = 'a=1; path=/';
      document.cookie = 'b=2; path=/; Max-Age=0';
      return document.cookie;
    });
    expect(seen).toBe('a=1');
    await frame.evaluate(() => cookieStore.set('c', '3'));
    expect(await cookieOf(frame)).toBe('a=1; c=3');
    expect(await sentBy(await show('/echo-page'))).toBe('a=1; c=3');
  });

  test('never replaces what is HttpOnly, which it never sees', async () => {
    const frame = await show(documentPath('Set-Cookie: session=secret; HttpOnly', 'Set-Cookie: open=1'));
    expect(await cookieOf(frame)).toBe('open=1');
    expect(await frame.content()).not.toContain('secret');
    await frame.evaluate(() => {
      document.cookie = 'session=stolen';
      document.cookie = 'session=; Max-Age=0';
    });
    expect(await cookieOf(frame)).toBe('open=1');
    expect(await sentBy(frame)).toBe('session=secret; open=1');
  });

  test('is set in a page that leaves', async () => {
    const frame = await show(documentPath());
    await frame.evaluate(() => addEventListener('pagehide', () => (document.cookie = 'left=1; path=/')));
    const next = await show('/echo-page');
    await next.waitForFunction(() => document.cookie === 'left=1');
  });

  test('survives the worker, which may be stopped in between', async () => {
    const frame = await show(documentPath());
    const session = await context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await frame.evaluate(() => (document.cookie = 'a=1'));
    await session.send('ServiceWorker.stopAllWorkers');
    await frame.evaluate(() => (document.cookie = 'b=2'));
    expect(await cookieOf(frame)).toBe('a=1; b=2');
    await session.send('ServiceWorker.stopAllWorkers');
    expect(await cookieOf(await show(documentPath()))).toBe('a=1; b=2');
  });
});

describe('what the guest sets', () => {
  test('is seen by the script whose request it answers, as soon as that is answered', async () => {
    const frame = await show(documentPath());
    const seen = await frame.evaluate(
      async (paths) => {
        const cookies: string[] = [];
        for (const path of paths) {
          await fetch(path);
          cookies.push(document.cookie);
        }
        return cookies;
      },
      [1, 2, 3, 4].map((count) => documentPath(`Set-Cookie: count=${count}`)),
    );
    expect(seen).toEqual(['count=1', 'count=2', 'count=3', 'count=4']);
  });

  test('is seen by documents of its path alone, also when that changes', async () => {
    const frame = await show(documentPath('Set-Cookie: all=1', 'Set-Cookie: deep=2; Path=/deep'));
    expect(await cookieOf(frame)).toBe('all=1');
    await frame.evaluate(() => history.pushState(null, '', '/deep/page'));
    expect(await cookieOf(frame)).toBe('deep=2; all=1');
    await frame.evaluate(() => history.pushState(null, '', '/deeper'));
    expect(await cookieOf(frame)).toBe('all=1');
  });

  test('is seen in every tab', async () => {
    const frame = await show(documentPath());
    const other = await show(documentPath(), await openShell());
    const heard = other.evaluate(
      () =>
        new Promise((resolve) => {
          cookieStore.onchange = ({ changed }) =>
            resolve([changed.map(({ name, value }) => `${name}=${value}`), document.cookie]);
        }),
    );
    await frame.evaluate(() => (document.cookie = 'a=1'));
    expect(await heard).toEqual([['a=1'], 'a=1']);
  });
});

describe('cookieStore', () => {
  test('has what document.cookie has', async () => {
    const frame = await show(documentPath('Set-Cookie: h=1; HttpOnly', 'Set-Cookie: a=1'));
    const seen = await frame.evaluate(async () => {
      await cookieStore.set('b', '2');
      await cookieStore.set({ name: 'c', value: '3', path: '/deep', expires: Date.now() + 60_000 });
      const names = (await cookieStore.getAll()).map(({ name }) => name);
      const b = await cookieStore.get('b');
      await cookieStore.delete('a');
      return {
        names,
        b: b?.value,
        none: await cookieStore.get('none'),
        text: document.cookie,
        is: cookieStore instanceof CookieStore,
      };
    });
    expect(seen).toEqual({ names: ['a', 'b'], b: '2', none: null, text: 'b=2', is: true });
    expect(await sentBy(frame)).toBe('h=1; b=2');
  });

  test('tells of changes, after the script that made them', async () => {
    const frame = await show(documentPath());
    const events = await frame.evaluate(async () => {
      const heard: string[] = [];
      const next = () => new Promise((resolve) => cookieStore.addEventListener('change', resolve, { once: true }));
      cookieStore.addEventListener('change', ({ changed, deleted }) => {
        heard.push(`+${changed.map(({ name, value }) => `${name}=${value}`)} -${deleted.map(({ name }) => name)}`);
      });
      let event = next();
      document.cookie = 'a=1';
      heard.push('set');
      await event;
      event = next();
      await cookieStore.set('a', '2');
      await event;
      event = next();
      await cookieStore.delete('a');
      await event;
      return heard;
    });
    expect(events).toEqual(['set', '+a=1 -', '+a=2 -', '+ -a']);
  });

  test.each([
    ['a name with an equals sign', "cookieStore.set('a=b', 'c')"],
    ['a semicolon', "cookieStore.set('a', 'b;c')"],
    ['no name and no value', "cookieStore.set('', '')"],
    ['too much', "cookieStore.set('a', 'x'.repeat(4096))"],
    ['the domain of another host', "cookieStore.set({ name: 'a', value: 'b', domain: 'example.com' })"],
    ['a path that is none', "cookieStore.set({ name: 'a', value: 'b', path: 'c' })"],
    ['nothing asked for', 'cookieStore.get()'],
    ['another URL', "cookieStore.get({ url: '/other' })"],
  ])('refuses %s with a TypeError, as the browser’s own does', async (_, call) => {
    const refusal = `${call}.then(() => 'done', (error) => error.name)`;
    expect(await (await show(documentPath())).evaluate(refusal)).toBe('TypeError');
    expect(await page.evaluate(refusal)).toBe('TypeError');
  });
});

test('the app’s own pages keep the browser’s own cookies', async () => {
  await show(documentPath('Set-Cookie: guest=1'));
  expect(await page.evaluate(() => (document.cookie = 'app=1') && document.cookie)).toBe('app=1');
  expect(await cookieOf(await show(documentPath()))).toBe('guest=1');
});
