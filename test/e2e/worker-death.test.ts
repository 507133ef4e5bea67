/** The browser stops the service worker between any two messages of an exchange: Chromium, by its DevTools protocol. */
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begin, EXCHANGES, end, interruptEverywhere, settled } from '../support/interrupted-exchange.js';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let session: CDPSession;

beforeAll(async () => {
  [site, browser] = await Promise.all([
    serveStubSite('/', { page: 'test/support/gated-page.ts', kernel: 'test/support/gated-kernel.ts' }),
    launchChromium(),
  ]);
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(site.url);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  session = await context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const stopWorker = () => session.send('ServiceWorker.stopAllWorkers');

test.each(EXCHANGES)(
  '%s is answered or told of, never twice carried out, never left hanging',
  async (_, plan, size) => {
    expect.hasAssertions();
    await interruptEverywhere(
      {
        begin: (request, messages) => page.evaluate(begin, [request, messages] as const),
        end: () => page.evaluate(end),
        settled: () => page.evaluate(settled),
        stopWorker,
        asksAgain: true,
      },
      plan,
      size,
    );
  },
);

/** hello, hello, request; a form's has a ping and a pong before it. */
const GREETED = 3;

describe('a navigation of the frame that hangs with its worker', () => {
  /** Sends the frame somewhere and stops the worker once the kernel has the request, before it answers. */
  const lose = async (navigate: () => void, messages: number): Promise<void> => {
    const held = page.evaluate((count) => {
      window.tellKernel({ type: 'hold-after', messages: count });
      return window.fromKernel('held');
    }, messages);
    await stopWorker();
    await page.evaluate(navigate);
    await held;
    await stopWorker();
    await page.evaluate(() => window.tellKernel({ type: 'let-go' }));
  };
  const frame = () => page.frameLocator('#portside-site');

  test('is made again: the first one, and a link', async () => {
    await lose(() => void window.showSite(), GREETED);
    await frame().locator('h1:text-is("GET /")').waitFor();
    await lose(() => document.querySelector('iframe')?.contentWindow?.location.assign('/linked'), GREETED);
    await page.waitForURL('**/linked');
  });

  /** response, delivered, and the request for where the redirect leads. */
  const REDIRECTED = 3;

  test('is made again from where a redirect has led', async () => {
    await lose(() => document.querySelector('iframe')?.contentWindow?.location.assign('/moved'), GREETED + REDIRECTED);
    await frame().locator('h1:text-is("GET /there")').waitFor();
    await page.waitForURL('**/there');
    expect((await page.evaluate(settled)).executions['GET /moved']).toBe(1);
  });

  test('is made again after a step back', async () => {
    await page.evaluate(() => document.querySelector('iframe')?.contentWindow?.location.assign('/last'));
    await frame().locator('h1:text-is("GET /last")').waitFor();
    await lose(() => document.querySelector('iframe')?.contentWindow?.navigation?.back(), GREETED);
    await frame().locator('h1:text-is("GET /there")').waitFor();
    await page.waitForURL('**/there');
  });

  test('is told of where it was a form, which is not sent twice', async () => {
    await lose(() => {
      const document = window.document.querySelector('iframe')?.contentDocument;
      const form = document?.createElement('form');
      if (!form) throw new Error('no form');
      Object.assign(form, { method: 'post', action: '/order' });
      document?.documentElement.append(form);
      form.submit();
    }, GREETED + 2);
    await frame().locator('code:text("worker-stopped")').waitFor();
    await page.waitForURL('**/order');
    expect((await page.evaluate(settled)).executions['POST /order']).toBe(1);
  });
});
