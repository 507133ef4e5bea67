/** Pages that come back: loaded past their service worker, or by the browser's back button. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH, launchChromium } from '../support/shell-browser.js';
import { heading, ShellVisit, shown } from '../support/shell-page.js';

let browser: Browser;
let visit: ShellVisit;
afterEach(() => visit.end());

describe('a hard reload', () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    visit = await ShellVisit.begin(() => browser.newContext());
  });

  async function reloadHard(page: Page): Promise<void> {
    const session = await visit.context.newCDPSession(page);
    await Promise.all([page.waitForEvent('domcontentloaded'), session.send('Page.reload', { ignoreCache: true })]);
    await session.detach();
  }
  const controlled = (page: Page) => page.evaluate(() => navigator.serviceWorker.controller !== null);

  test('is recovered from in the page that was loaded', async () => {
    const { page } = await visit.open('b');
    let loads = 0;
    page.on('domcontentloaded', () => loads++);
    await reloadHard(page);
    await heading(await shown(page), 'b');
    expect(await controlled(page)).toBe(true);
    expect(loads).toBe(1);
  });

  test('of the tab with the kernel leaves the other one served', async () => {
    const first = await visit.open();
    const second = await visit.open('b');
    await reloadHard(first.page);
    const again = await shown(first.page);
    await heading(again, 'home');
    await second.frame.click('#a');
    await heading(second.frame, 'a?x=1');
    expect(await again.textContent('#instance')).not.toBe('');
    await again.click('#b');
    await heading(again, 'b');
    expect(await second.frame.textContent('#instance')).toBe(await again.textContent('#instance'));
  });
});

describe('with a back/forward cache', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM_PATH,
      args: [...CHROMIUM_ARGUMENTS],
      // What the driver adds by itself.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    visit = await ShellVisit.begin(() => browser.newContext());
  });

  /** Goes elsewhere and back. */
  async function leaveAndReturn(page: Page, meanwhile: () => Promise<void>): Promise<void> {
    await page.goto(visit.site.url.replace('127.0.0.1', 'elsewhere.test'), { waitUntil: 'commit' });
    await meanwhile();
    await page.goBack({ waitUntil: 'commit' });
    await shown(page);
  }

  test('a page that another tab’s kernel serves is as it was left, and its site answers', async () => {
    await visit.open();
    const { page } = await visit.open('b');
    const other = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('elsewhere'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('The host listens on no TCP port.');
    await page.evaluate(() => {
      document.documentElement.dataset.left = 'here';
    });
    await page.goto(`http://elsewhere.test:${address.port}/`);
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForSelector('html[data-left="here"]', { state: 'attached' });
    other.close();
    // The driver loses frames of pages that come back: they are asked by the page around them.
    const seen = await page.evaluate(async () => {
      const site = document.querySelector<HTMLIFrameElement>('#portside-site')?.contentWindow;
      const response = await site?.fetch('/a?x=1');
      return { status: response?.status, at: site?.location.pathname };
    });
    expect(seen).toEqual({ status: 200, at: '/b' });
  });

  test('a page that comes back is a guest where another tab has taken the kernel over', async () => {
    const first = await visit.open('b');
    const instance = await first.frame.textContent('#instance');
    let second: Awaited<ReturnType<ShellVisit['open']>> | undefined;
    await leaveAndReturn(first.page, async () => {
      second = await visit.open();
    });
    const taken = await second?.frame.textContent('#instance');
    expect(taken).not.toBe(instance);
    const again = await shown(first.page);
    await again.click('#a');
    await heading(again, 'a?x=1');
    expect(await again.textContent('#instance')).toBe(taken);
    await second?.page.close();
    await again.click('#b');
    await heading(again, 'b');
    expect(await again.textContent('#instance')).not.toBe(taken);
  });
});
