/** A new release of a site: offered and never forced, by two tabs of which each may have something to lose. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SiteConfig } from '../../protocol/site.js';
import { launchChromium } from '../support/shell-browser.js';
import { heading, ShellVisit, shown } from '../support/shell-page.js';

let browser: Browser;
let visit: ShellVisit;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  visit = await ShellVisit.begin(() => browser.newContext());
});
afterEach(() => visit.end());

function publish(change: Partial<SiteConfig> = {}): void {
  visit.site.configure({ release: 'second', name: 'Second', ...change });
}
/** Looks for a new release, as the browser does from time to time. */
const look = (page: Page) => page.evaluate(async () => (await navigator.serviceWorker.ready).update());
const notice = (page: Page, text: RegExp) => page.locator('#portside-notice-text', { hasText: text }).waitFor();
const isOf = (page: Page, name: string) =>
  page.waitForSelector(`iframe#portside-site[title="${name}"]`, { state: 'attached' });
const assets = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('portside:assets')));

test('it is offered without covering the site, and starts when the reader agrees', async () => {
  const { page, frame } = await visit.open('b');
  const height = () => page.evaluate(() => document.querySelector('#portside-site')?.getBoundingClientRect().bottom);
  const before = await height();
  publish();
  await look(page);
  await notice(page, /new version of this site is ready\.$/);
  const top = await page.evaluate(() => document.querySelector('#portside-notice')?.getBoundingClientRect().top);
  expect(await height()).toBe(top);
  await frame.click('#a');
  await heading(frame, 'a?x=1');

  await page.click('#portside-later');
  expect(await page.isVisible('#portside-notice')).toBe(false);
  expect(await height()).toBe(before);

  // A reload is no consent: the release that was shown is shown again, and the other offered again.
  await page.reload();
  await shown(page);
  await isOf(page, 'Harbour & <Sons>');
  await notice(page, /ready/);
  await page.focus('#portside-update');
  await page.keyboard.press('Enter');
  await isOf(page, 'Second');
  await heading(await shown(page), 'a?x=1');
  expect(await assets(page)).toEqual(['portside:assets:/:second']);
});

test('it starts by itself when all tabs were closed', async () => {
  const { page } = await visit.open();
  publish();
  await look(page);
  await notice(page, /ready/);
  await page.close();
  const next = await visit.open();
  await isOf(next.page, 'Second');
});

test('a tab that agrees waits for the others, which go on as they were', async () => {
  const first = await visit.open();
  const second = await visit.open('b');
  await second.frame.evaluate(() => document.body.setAttribute('data-unsaved', ''));
  publish();
  await look(first.page);
  await notice(second.page, /ready\.$/);
  await second.page.click('#portside-later');

  await first.page.click('#portside-update');
  await notice(first.page, /when the other tabs/);
  await notice(second.page, /another tab waits/);
  expect(await second.frame.getAttribute('body', 'data-unsaved')).toBe('');
  await second.frame.click('#a');
  await heading(second.frame, 'a?x=1');
  await isOf(first.page, 'Harbour & <Sons>');

  await second.page.click('#portside-update');
  await Promise.all([isOf(first.page, 'Second'), isOf(second.page, 'Second')]);
  await heading(await shown(second.page), 'a?x=1');
  await heading(await shown(first.page), 'home');
});

test('a tab that agrees goes on when the other is closed', async () => {
  const first = await visit.open();
  const second = await visit.open('b');
  publish();
  await look(first.page);
  await notice(first.page, /ready/);
  await first.page.click('#portside-update');
  await notice(first.page, /when the other tabs/);
  await second.page.close();
  await isOf(first.page, 'Second');
  await shown(first.page);
});

test('a release that has lost its parts is mended by the next, at the reader’s wish', async () => {
  const { page } = await visit.open();
  const { files, config } = visit.site;
  const { guest } = config.assets;
  const file = files.get(`/${guest.path}`);
  if (!file) throw new Error('no guest');
  files.delete(`/${guest.path}`);
  await page.evaluate(() => caches.delete('portside:guest:/'));
  const renamed = guest.path.replace('guest', 'second-guest');
  files.set(`/${renamed}`, file);
  publish({ assets: { ...config.assets, guest: { ...guest, path: renamed } } });
  await look(page);
  await notice(page, /ready/);
  await page.reload();
  await page.waitForSelector('html[data-portside-code="asset-missing"]');
  await page.click('#portside-retry');
  await isOf(page, 'Second');
  await shown(page);
});
