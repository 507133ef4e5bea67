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

  test('no cache is touched, and no database but Portside’s', async () => {
    const touched = await page.evaluate(async () => ({
      caches: await caches.keys(),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    expect(touched.caches).toEqual([]);
    expect(touched.databases.every((name) => name?.startsWith('portside'))).toBe(true);
  });
});
