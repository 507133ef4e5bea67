/** `portside/sw` as it is built, in an app's own service worker: both go on working. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { built, serveStubApp } from '../support/stub-app.js';
import { html, script, serve } from '../support/stub-host.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe.each([
  ['classic', '/', '/sw.js'],
  ['module', '/', '/sw.js'],
  ['classic', '/app/', '/static/js/worker.js'],
  ['module', '/app/', '/static/js/worker.js'],
] as const)('in a %s worker for %s that lies at %s', (type, base, workerPath) => {
  let app: Awaited<ReturnType<typeof serveStubApp>>;
  let context: BrowserContext;
  let page: Page;
  const console: string[] = [];
  beforeAll(async () => {
    app = await serveStubApp(type, { base, workerPath });
    context = await browser.newContext();
    context.on('console', (message) => console.push(message.text()));
    page = await context.newPage();
    await page.goto(app.url);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  });
  afterAll(async () => {
    await context?.close();
    await app?.close();
  });

  const read = (path: string) => page.evaluate(async (url) => (await fetch(url)).text(), path);
  /** Shows a page of a guest in the frame of the app's page. */
  async function show(path: string): Promise<Frame> {
    const [frame] = page.mainFrame().childFrames();
    if (!frame) throw new Error('The app has no frame.');
    await frame.goto(app.origin + path);
    return frame;
  }
  /** Clicks, and waits until another document is there. */
  const follow = (frame: Frame, selector: string) =>
    Promise.all([frame.waitForNavigation(), frame.click(selector)]).then(() => frame.textContent('pre'));

  test.each([
    [`${base}shop/echo?a`, 8080],
    [`${base}shop/api/echo?a`, 9000],
    [`${base}.portside/port/3000/echo?a`, 3000],
  ])('%s reaches port %i', async (path, port) => {
    expect(JSON.parse(await read(path))).toMatchObject({ port, target: '/echo?a' });
  });

  test('the app’s routes and pages stay the app’s', async () => {
    expect(await read(`${base}own-route`)).toBe('the worker of the app');
    expect(await read(`${base}about`)).toContain('about');
    expect(app.asked).toContain(`${base}about`);
    expect(await read(`${base}.portside/other`)).toBe('not on this host');
  });

  test.runIf(base === '/')(
    'a guest that reads slowly stops an endless upload, and hears when it is given up',
    async () => {
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
    },
  );

  test.runIf(base === '/')('an idle bridge has no timers, an open request has', async () => {
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

  test('no cache is touched, and no lock and database but Portside’s', async () => {
    const touched = await page.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return {
        caches: await caches.keys(),
        locks: [...held, ...pending].map(({ name }) => name),
        databases: (await indexedDB.databases()).map(({ name }) => name),
      };
    });
    expect(touched.caches).toEqual([]);
    const foreign = [...touched.locks, ...touched.databases].filter((name) => !name?.startsWith('portside'));
    expect(foreign).toEqual([]);
    // Nothing to warn of.
    expect(console.filter((line) => line.includes('portside'))).toEqual([]);
  });

  test.each([
    ['http://localhost:8080/echo', 8080],
    ['http://127.0.0.1:9000/echo', 9000],
    ['http://[::1]:3000/echo', 3000],
  ])('a redirect to %s is followed to that port', async (location, port) => {
    const echo = JSON.parse(await read(`${base}shop/api/redirect?to=${encodeURIComponent(location)}`));
    expect(echo).toMatchObject({ port, target: '/echo' });
  });

  // Navigations outside of a worker's scope go past it.
  test.runIf(base === '/')(
    'a link and a form that leave the guest’s folder within a frame come back into it',
    async () => {
      const frame = await show(`${base}shop/leaving`);
      expect(await follow(frame, '#link')).toBe('GET /landed?by=link ');
      expect(frame.url()).toBe(`${app.url}shop/landed?by=link`);
      await show(`${base}shop/leaving`);
      expect(await follow(frame, 'button')).toBe('POST /landed a=b+c');
      expect(frame.url()).toBe(`${app.url}shop/landed`);
    },
  );

  test('a link of a guest that knows its folder leaves it', async () => {
    const frame = await show(`${base}told/leaving`);
    const [response] = await Promise.all([frame.waitForNavigation(), frame.click('#link')]);
    if (!response) throw new Error('The frame shows what it showed.');
    expect([response.url(), response.fromServiceWorker()]).toEqual([`${app.origin}/landed?by=link`, false]);
  });

  test.each(['', 'no-referrer'])(
    'what a guest’s page knows survives a stop of the worker: policy %j',
    async (policy) => {
      const frame = await show(`${base}shop/leaving?policy=${policy}`);
      const session = await context.newCDPSession(page);
      await session.send('ServiceWorker.enable');
      await session.send('ServiceWorker.stopAllWorkers');
      await session.detach();
      // Wakes the worker, which asks for its clients; their answer is older than that to the next message.
      await page.evaluate(async (url) => (await fetch(url)).text(), `${base}shop/echo`);
      const echo = await frame.evaluate(async () => (await fetch('/echo?escaped')).json());
      expect(echo).toMatchObject({ port: 8080, target: '/echo?escaped' });
    },
  );

  test('the request that wakes a stopped worker comes back by its referrer', async () => {
    const frame = await show(`${base}shop/leaving`);
    const session = await context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await session.detach();
    const echo = await frame.evaluate(async () => (await fetch('/echo?woken')).json());
    expect(echo).toMatchObject({ port: 8080, target: '/echo?woken' });
  });

  test('a link to the top leaves for the app', async () => {
    const frame = await show(`${base}shop/leaving`);
    await Promise.all([page.waitForURL(`${app.origin}/about`), frame.click('#top')]);
  });
});

describe('a worker whose scope leaves out a route', () => {
  test('says so, once', async () => {
    const app = await serveStubApp('classic', { base: '/app/' });
    const context = await browser.newContext();
    try {
      const said: string[] = [];
      context.on('console', (message) => said.push(message.text()));
      const page = await context.newPage();
      await page.goto(app.url);
      await page.evaluate(async () => {
        const { installing } = await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/narrow/' });
        await new Promise<void>((resolve) => installing?.addEventListener('statechange', () => resolve()));
      });
      const warnings = said.filter((line) => line.includes('route-outside-scope'));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain('/app/shop/, /app/shop/api/, /app/stream/, /app/told/');
      expect(warnings[0]).toContain('Service-Worker-Allowed');
    } finally {
      await context.close();
      await app.close();
    }
  });
});

test('a scope above the folder of the script is named, with the header that would allow it', async () => {
  const host = await serve(
    new Map([
      ['/app/', html('<!doctype html><title>app</title>')],
      ['/client.js', script(await built('client/index.js'))],
      ['/static/js/worker.js', script('// a worker')],
    ]),
  );
  const page = await browser.newPage();
  try {
    await page.goto(`${host.origin}/app/`);
    // As text: an `import` in a function of this file would be the test runner's.
    const failure: { code: string; message: string; remedy: string } = await page.evaluate(`
      import('/client.js').then(({ register }) => register({ base: '/app/', script: '/static/js/worker.js' })).then(
        () => { throw new Error('It was registered.'); },
        ({ code, message, text }) => ({ code, message, remedy: text.remedy }),
      )
    `);
    expect(failure).toMatchObject({ code: 'service-worker-scope' });
    expect(failure.message).toContain(
      '/static/js/worker.js asks for /app/, and its host sends no Service-Worker-Allowed.',
    );
    expect(failure.remedy).toContain('Service-Worker-Allowed');
  } finally {
    await page.close();
    await host.close();
  }
});
