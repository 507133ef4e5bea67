/** The app with a Workbox worker of its own that takes Portside in, in Firefox: both go on working. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DropIn, serveDropIn } from '../support/drop-in.js';
import { goTo, launchEngine, navigated, type TestBrowser } from '../support/engines.js';

let app: DropIn;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  [app, browser] = await Promise.all([serveDropIn(['--isolated']), launchEngine('firefox')]);
});
/** Somebody new each time, so that a second try is one. */
beforeEach(async () => {
  const profile = await browser.newProfile();
  page = await profile.newTab();
  await goTo(page, app.url);
  await page.waitForSelector('html[data-journal="open"]', { timeout: 100_000 });
});
afterAll(async () => {
  await browser?.close();
  await app?.remove();
});

test('the shop keeps its basket in its own worker', async () => {
  expect(await page.$$eval('.card', (cards) => cards.length)).toBe(6);
  await page.click('button[aria-label="Add Gull"]');
  await page.waitForFunction(() => document.querySelector('#count')?.textContent === '1');
  expect(await page.evaluate(async () => (await fetch('/api/basket')).json())).toEqual({ gull: 1 });
});

test('the journal is PHP, and takes a comment that a reload finds', async () => {
  expect(await page.$eval('#engine', (element) => element.textContent)).toMatch(/^PHP 8\.\d+\.\d+ in this tab$/);
  const comment = 'From another engine.';
  const status = await page.evaluate(async (text) => {
    const body = new URLSearchParams({ id: 'tuesday', name: 'Ada', text });
    return (await fetch('/blog/comment.php', { method: 'POST', body })).status;
  }, comment);
  expect(status).toBe(200);
  const entry = () => page.evaluate(async () => (await fetch('/blog/entry.php?id=tuesday')).text());
  expect(await entry()).toContain(comment);
  await navigated(page, () => page.evaluate(() => location.reload()));
  await page.waitForSelector('html[data-journal="open"]', { timeout: 100_000 });
  expect(await entry()).toContain(comment);
});
