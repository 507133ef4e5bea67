/** Server-sent events through the service worker, whose kernel answers from a table. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

declare global {
  interface Window {
    /** `id data` of each event that has come. */
    messages: string[];
    source: EventSource;
  }
}

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Shows a page of the guest's, in which the worker has put its script. */
let guest: Frame;

const listen = (gate: string) =>
  guest.evaluate((name) => {
    window.messages = [];
    window.source = new EventSource(`/events?gate=${name}`);
    window.source.onmessage = ({ data, lastEventId }) => void window.messages.push(`${lastEventId} ${data}`);
  }, gate);

async function messages(count: number): Promise<string[]> {
  await guest.waitForFunction((length) => window.messages.length >= length, count);
  return guest.evaluate(() => window.messages);
}

const open = (gate: string) => page.evaluate((name) => fetch(`/open?gate=${name}`), gate);

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
  page = await context.newPage();
  await page.goto(site.url);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  const element = await page.waitForSelector('#portside-site');
  await element.evaluate((frame) => frame.setAttribute('src', '/'));
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The shell has no frame.');
  guest = frame;
  await guest.waitForSelector('h1');
});

test('each arrives before the next is made', async () => {
  await listen('one-by-one');
  expect(await messages(1)).toEqual(['1 after 0']);
  await open('one-by-one');
  expect((await messages(2)).slice(0, 2)).toEqual(['1 after 0', '2 open']);
});

test('a stream that the guest ends goes on after the last event that was seen', async () => {
  await open('ends');
  await listen('ends');
  expect((await messages(4)).slice(0, 4)).toEqual(['1 after 0', '2 open', '3 after 2', '4 open']);
});

test('a stream whose worker is stopped goes on after the last event that was seen', async () => {
  await listen('stopped');
  await messages(1);
  const session = await context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
  expect((await messages(2)).slice(0, 2)).toEqual(['1 after 0', '2 after 1']);
});

test('a stream that is none is an error for good', async () => {
  const failed = await guest.evaluate(
    () =>
      new Promise((come) => {
        const source = new EventSource('/echo');
        source.onerror = () => come(source.readyState === EventSource.CLOSED);
      }),
  );
  expect(failed).toBe(true);
});

test('a stream that the page closes is closed for the guest', async () => {
  await listen('closed');
  await messages(1);
  const cancelled = await page.evaluate(async () => (await fetch('/cancelled')).json());
  await guest.evaluate(() => window.source.close());
  await page.waitForFunction(async (before) => (await (await fetch('/cancelled')).json()) === before + 1, cancelled);
});
