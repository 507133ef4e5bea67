/** `portside/sw` in an app's own service worker: both go on working. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { serveStubApp } from '../support/stub-app.js';
import type { StubHost } from '../support/stub-host.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe.each(['classic', 'module'] as const)('in a %s worker', (type) => {
  let app: StubHost;
  let page: Page;
  beforeAll(async () => {
    app = await serveStubApp(type);
    page = await (await browser.newContext()).newPage();
    await page.goto(app.origin);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  });
  afterAll(() => app?.close());

  const read = (path: string) => page.evaluate(async (url) => (await fetch(url)).text(), path);

  test.each([
    ['/shop/echo?a', 8080],
    ['/shop/api/echo?a', 9000],
    ['/.portside/port/3000/echo?a', 3000],
  ])('%s reaches port %i', async (path, port) => {
    expect(JSON.parse(await read(path))).toMatchObject({ port, target: '/echo?a' });
  });

  test('the app’s routes and pages stay the app’s', async () => {
    expect(await read('/own-route')).toBe('the worker of the app');
    expect(await read('/about')).toContain('about');
    expect(app.asked).toContain('/about');
    expect(await read('/.portside/other')).toBe('not on this host');
  });

  test('a guest that reads slowly stops an endless upload, and hears when it is given up', async () => {
    const seen = await page.evaluate(async () => {
      const number = async (path: string): Promise<number> => (await fetch(path)).json();
      const chunk = new Uint8Array(256 * 1024);
      let pulled = 0;
      let giveUp: (() => void) | undefined;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          giveUp = () => controller.error(new Error('no more'));
        },
        pull: (controller) => {
          pulled++;
          controller.enqueue(chunk.slice());
        },
      });
      const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
      const answer = fetch('/stream/slow-sink', init);
      const chunks = () => number('/stream/slow-sink/chunks');
      // It stands still once each of many requests behind it has been answered without a step of it.
      let still = 0;
      for (let before = -1; still < 50; still = before === pulled && before > 0 ? still + 1 : 0) {
        before = pulled;
        await chunks();
      }
      const stopped = { pulled, chunks: await chunks() };
      await fetch('/stream/open?gate=/slow-sink');
      while ((await chunks()) < 5 * stopped.chunks);
      const before = await number('/stream/cancelled');
      giveUp?.();
      while ((await number('/stream/cancelled')) === before);
      return { ...stopped, code: (await answer).headers.get('X-Portside-Error') };
    });
    expect(seen.code).toBe('request-body-failed');
    // The window; what lies between the page and the worker, a pipe and two queues, is the browser's.
    expect(seen.chunks).toBe(8);
    expect(seen.pulled).toBeLessThan(40);
  });

  test('an idle bridge has no timers, an open request has', async () => {
    const timers = await page.evaluate(async () => {
      const count = async () => Number(await (await fetch('/timers')).text());
      const idle = await count();
      const gated = fetch('/shop/gated?gate=timers');
      // Behind the gated request on the same port: once it is answered, the other is open.
      await fetch('/shop/echo');
      const open = await count();
      await fetch('/shop/open?gate=timers');
      await (await gated).text();
      return { idle, open, after: await count() };
    });
    expect(timers).toEqual({ idle: 0, open: 1, after: 0 });
  });

  test('no cache is touched, and no database but Portside’s', async () => {
    const touched = await page.evaluate(async () => ({
      caches: await caches.keys(),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    expect(touched.caches).toEqual([]);
    expect(touched.databases.every((name) => name?.startsWith('portside'))).toBe(true);
  });
});
