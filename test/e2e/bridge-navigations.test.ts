/** Where forms for the whole tab lead, through redirects that change them and ones that keep them. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let page: Page;

const showInFrame = (path: string) =>
  page.evaluate(
    (src) =>
      new Promise((shown) => {
        const frame = document.querySelector<HTMLIFrameElement>('#portside-site');
        if (!frame) throw new Error('no frame');
        frame.onload = shown;
        frame.src = src;
      }).then(() => undefined),
    path,
  );

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext()).newPage();
  await page.goto(site.url);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
});

test.each([
  [301, 'GET'],
  [302, 'GET'],
  [303, 'GET'],
  [307, 'POST a=b+c'],
  [308, 'POST a=b+c'],
])('a form for the whole tab, redirected with %i, arrives as %s within the shell', async (code, arrived) => {
  await showInFrame(`/form?action=${encodeURIComponent(`/redirect?code=${code}&to=/echo-page`)}`);
  await page.frameLocator('#portside-site').locator('button').click();
  await page.waitForURL('**/echo-page');
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  expect(await page.title()).toBe('shell');
  await showInFrame('/echo-page');
  const seen = await page.frameLocator('#portside-site').locator('pre').textContent();
  expect(seen?.trim()).toBe(arrived);
});
