/** The same requests, made by a page of an ordinary server and by one behind the bridge: the page sees no difference. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchProbes, installTools } from '../support/fetch-probes.js';
import { launchChromium } from '../support/shell-browser.js';
import type { StubHost } from '../support/stub-host.js';
import { serveStubAnswers } from '../support/stub-server.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

interface Side {
  readonly page: Page | Frame;
  readonly origin: string;
}

let server: StubHost;
let site: StubSite;
let browser: Browser;
let direct: Side;
let bridged: Side;

beforeAll(async () => {
  [server, site, browser] = await Promise.all([serveStubAnswers(), serveStubSite(), launchChromium()]);
  const [plain, shell] = await Promise.all([browser.newPage(), browser.newPage()]);
  await Promise.all([plain.goto(server.origin), shell.goto(site.url)]);
  await shell.waitForSelector('html[data-ready]', { state: 'attached' });
  direct = { page: plain, origin: server.origin };
  const element = await shell.waitForSelector('#portside-site');
  await element.evaluate((frame) => frame.setAttribute('src', '/'));
  const guest = await element.contentFrame();
  if (!guest) throw new Error('The shell has no frame.');
  await guest.waitForSelector('h1');
  bridged = { page: guest, origin: site.origin };
  for (const { page } of [direct, bridged]) await page.evaluate(installTools);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await server?.close();
});

async function outcome({ page, origin }: Side, run: () => unknown): Promise<unknown> {
  const seen = JSON.stringify(await page.evaluate(run));
  return JSON.parse(seen.replaceAll(origin, 'http://server').replaceAll(new URL(origin).host, 'server'));
}

test.each(fetchProbes)('$name', async ({ run }) => {
  expect(await outcome(bridged, run)).toEqual(await outcome(direct, run));
});

test('a coding that scripts cannot undo is an error page, not noise', async () => {
  const answer = await bridged.page.evaluate(async () => {
    const response = await fetch('/coded?coding=zstd&text=noise', { headers: { Accept: 'application/json' } });
    return [response.status, (await response.json()).code];
  });
  expect(answer).toEqual([502, 'guest-coding-unsupported']);
});

test('a coding that breaks off is an error, not a short text', async () => {
  const outcome = await bridged.page.evaluate(async (text) => {
    const response = await fetch(`/coded?coding=gzip&format=gzip&bytes=20&text=${text}`);
    return response.text().then(
      () => 'read',
      (error: Error) => error.name,
    );
  }, 'decoded '.repeat(100));
  expect(outcome).toBe('TypeError');
});
