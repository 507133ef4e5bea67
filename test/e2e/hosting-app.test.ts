/** A server in an app of one's own: `portside/sw` and `portside/client` with a packed site and real PHP. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type HostingApp, ISOLATING_HEADERS, serveHostingApp } from '../support/hosting-app.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let app: HostingApp | undefined;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot, ['--base', '/blog/']), launchChromium()]);
});
afterEach(() => app?.close());
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

test.each([
  { host: 'a host of no special headers', headers: {} },
  { host: 'a host that forbids framing', headers: { 'X-Frame-Options': 'DENY' } },
  { host: 'a host that isolates its pages', headers: ISOLATING_HEADERS },
])(
  'as the README shows it, a page of the app fetches from PHP and shows it in a frame; its own addresses stay the host’s: $host',
  async ({ headers }) => {
    app = await serveHostingApp(site.folder, headers);
    const page = await browser.newPage();
    await page.goto(app.origin);
    await page.waitForSelector('html[data-ready]', { state: 'attached', timeout: 100_000 });
    const answer = await page.evaluate(async () => {
      const response = await fetch('/blog/request.php?a=1');
      return { status: response.status, by: response.headers.get('X-Powered-By') };
    });
    expect(answer).toEqual({ status: 200, by: expect.stringContaining('PHP/8.2') });
    expect(await page.evaluate(async () => (await fetch('/elsewhere.php')).status)).toBe(404);
    const posted = await page.evaluate(async () => {
      const response = await fetch('/blog/request.php', { method: 'POST', body: new URLSearchParams({ b: '2' }) });
      return (await response.json()).post;
    });
    expect(posted).toEqual({ b: '2' });
    await page.evaluate(() => document.querySelector('iframe')?.setAttribute('src', '/blog/'));
    expect(await page.frameLocator('iframe:not([hidden])').locator('h1').textContent()).toBe('front');
  },
);

test('a worker that was stopped finds the kernel again, in a page that lies above the machine’s folder', async () => {
  app = await serveHostingApp(site.folder);
  const page = await browser.newPage();
  await page.goto(app.origin);
  await page.waitForSelector('html[data-ready]', { state: 'attached', timeout: 100_000 });
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  expect(await page.evaluate(async () => (await fetch('/blog/request.php')).status)).toBe(200);
});
