/** A site's own files: offline, through an update, and damaged. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let browser: Browser;
let site: StubSite;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  site = await serveStubSite();
  page = await (await browser.newContext()).newPage();
  await page.goto(site.url);
  await ready();
});
afterEach(() => site?.close());

const ready = () => page.waitForSelector('html[data-ready]', { state: 'attached' });
const caches = () => page.evaluate(async () => (await window.caches.keys()).filter((name) => name.includes('assets')));
const release = () => page.evaluate(() => document.documentElement.dataset.release);

/** Looks for a new release and resolves with what became of it. */
const update = () =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise<ServiceWorker | null>((resolve) => {
      registration.addEventListener('updatefound', () => resolve(registration.installing), { once: true });
    });
    await registration.update();
    const worker = await found;
    while (worker?.state === 'installing') {
      await new Promise((changed) => worker.addEventListener('statechange', changed, { once: true }));
    }
    return worker?.state;
  });

test('the site starts without its host', async () => {
  await page.evaluate(async () => (await fetch('/.portside/image.bin')).text());
  await page.waitForFunction(async () => (await window.caches.match('/.portside/image.bin')) !== undefined);
  await site.close();
  await page.goto(`${site.url}deep/link`);
  await ready();
  expect(await page.evaluate(async () => (await (await fetch('/echo')).json()).target)).toBe('/echo');
  expect(await page.evaluate(async () => (await fetch('/.portside/image.bin')).text())).toBe('image');
});

test('a new release waits for the old one’s tabs, then leaves nothing of it', async () => {
  site.publish('second');
  expect(await update()).toBe('installed');
  await page.reload();
  await ready();
  expect(await release()).toBe('first');
  expect(await caches()).toEqual(['portside:assets:/:first', 'portside:assets:/:second']);

  await page.evaluate(async () => {
    const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    const { waiting } = await navigator.serviceWorker.ready;
    waiting?.postMessage({ portside: 'take-over', base: '/' });
    await changed;
  });
  await page.reload();
  await ready();
  expect(await release()).toBe('second');
  expect(await caches()).toEqual(['portside:assets:/:second']);
});

test('a release that arrives damaged is not installed', async () => {
  site.publish('second', { damaged: true });
  expect(await update()).toBe('redundant');
  await page.reload();
  await ready();
  expect(await release()).toBe('first');
});
