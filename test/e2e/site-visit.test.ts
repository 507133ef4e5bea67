/** How a packed site feels: its addresses, tabs, first visits and faults, in a real Chromium with real PHP behind it. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { heading } from '../support/shell-page.js';
import { fetchIn, openSite, requestSeen, type SiteView, siteFrame, siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

const open = (path = ''): Promise<SiteView> => openSite(context, site.url + path);
const address = (page: Page, path: string) => page.waitForFunction((href) => location.href === href, site.url + path);
const textOf = async (frame: Frame, selector: string) => (await frame.textContent(selector)) ?? '';

describe('a visit', () => {
  test('shows the site, on a host that sets no headers', async () => {
    const { page, frame } = await open();
    await heading(frame, 'front');
    expect(await page.title()).toBe('front');
  });

  test('begins at a deep link, which the host answers with 404.html', async () => {
    const answer = await fetch(`${site.url}visits.php`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('portside-site');
    const { page, frame } = await open('visits.php?x=1#part');
    await heading(frame, 'visit 1');
    await address(page, 'visits.php?x=1#part');
    expect(frame.url()).toBe(page.url());
  });

  test('goes back and forth, and survives a reload', async () => {
    const { page, frame } = await open();
    await frame.click('#deep');
    await heading(frame, 'page /deep/link');
    await address(page, 'deep/link?x=1#part');
    await frame.goto(`${site.url}visits.php`, { waitUntil: 'commit' });
    await heading(frame, 'visit 1');
    await address(page, 'visits.php');

    await page.evaluate(() => history.back());
    await heading(frame, 'page /deep/link');
    await address(page, 'deep/link?x=1#part');
    await page.evaluate(() => history.back());
    await heading(frame, 'front');
    await address(page, '');
    await page.evaluate(() => history.go(2));
    await frame.waitForSelector('h1:text-matches("visit [0-9]+")');
    await address(page, 'visits.php');

    await page.reload({ waitUntil: 'commit' });
    const again = await siteFrame(page);
    await again.waitForSelector('h1:text-matches("visit [0-9]+")');
    await address(page, 'visits.php');
    await page.evaluate(() => history.back());
    await heading(again, 'page /deep/link');
    await address(page, 'deep/link?x=1#part');
  });

  test('follows what is typed into the address bar', async () => {
    const { page } = await open();
    await page.goto(`${site.url}files/page.html`, { waitUntil: 'commit' });
    await heading(await siteFrame(page), 'static');
    expect(await page.title()).toBe('static');
  });

  test('keeps its session over a reload', async () => {
    const { page, frame } = await open('visits.php');
    await heading(frame, 'visit 1');
    const cookie = async (of: Frame) => (await requestSeen(of, '/request.php')).cookies;
    const before = await cookie(frame);
    expect(before).toHaveProperty('PHPSESSID');
    await page.reload({ waitUntil: 'commit' });
    expect(await cookie(await siteFrame(page))).toEqual(before);
  });
});

describe('a link', () => {
  test('for a new tab opens the site in it, in a shell of its own', async () => {
    const { frame } = await open('frames.php');
    const [opened] = await Promise.all([context.waitForEvent('page'), frame.click('#blank')]);
    await heading(await siteFrame(opened), 'page /deep/blank');
    await address(opened, 'deep/blank');
  });

  test('for the whole tab stays in the shell', async () => {
    const { page, frame } = await open('frames.php');
    await page.evaluate(() => document.documentElement.setAttribute('data-still-here', ''));
    await frame.click('#top');
    await heading(frame, 'page /deep/top');
    await address(page, 'deep/top');
    expect(await page.getAttribute('html', 'data-still-here')).toBe('');
  });

  test('for a frame within a page leaves the page and the address', async () => {
    const { page, frame } = await open('frames.php');
    await frame.click('#inner');
    await page.waitForFunction(
      () => frames[0]?.frames[0]?.document.querySelector('h1')?.textContent === 'page /deep/inner',
    );
    expect(frame.url()).toBe(`${site.url}frames.php`);
    expect(page.url()).toBe(`${site.url}frames.php`);
  });

  test('with a download attribute saves a file', async () => {
    const { page, frame } = await open('frames.php');
    const [download] = await Promise.all([page.waitForEvent('download'), frame.click('#kept')]);
    expect(download.suggestedFilename()).toBe('kept.txt');
    expect(await readFile(await download.path(), 'utf8')).toBe('a plain text, with an ü\n');
  });
});

describe('a second tab', () => {
  test('shows the same site from the same servers', async () => {
    const first = await open('visits.php');
    await heading(first.frame, 'visit 1');
    const second = await open('visits.php');
    await heading(second.frame, 'visit 2');
    await fetchIn(first.frame, '/guest-book.php', {
      method: 'POST',
      body: 'name=Ada',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    await second.frame.goto(`${site.url}guest-book.php`);
    expect(JSON.parse(await textOf(second.frame, 'pre'))).toEqual({ 1: 'Ada' });
  });

  test('goes on when the first is closed', async () => {
    const first = await open();
    const second = await open('deep/link');
    await first.page.close();
    await second.frame.goto(`${site.url}files/page.html`, { waitUntil: 'commit' });
    await heading(second.frame, 'static');
    await second.frame.goto(`${site.url}visits.php`, { waitUntil: 'commit' });
    await heading(second.frame, 'visit 1');
  });
});

describe('a fault', () => {
  test('in a page is PHP’s message in the page and on the console, and the site goes on', async () => {
    const { page, frame } = await open();
    const logged = page.waitForEvent('console', (message) => /GET \/fatal.php - Uncaught Error/.test(message.text()));
    await frame.click('#fatal');
    await heading(frame, 'before the error');
    expect(await textOf(frame, 'body')).toContain('Fatal error:  Uncaught Error: Call to undefined function');
    expect((await logged).type()).toBe('error');
    expect((await fetchIn(frame, '/fatal.php')).status).toBe(200);
    await frame.goto(`${site.url}visits.php`, { waitUntil: 'commit' });
    await heading(frame, 'visit 1');
  });

  test('that ends a server process leaves the other serving, and starts a new one', async () => {
    const { page, frame } = await open();
    const said = (text: RegExp) => page.waitForEvent('console', (message) => text.test(message.text()));
    const restarted = Promise.all([said(/ended with status \d+; another/), said(/Development Server .* started/)]);
    const { status, headers } = await fetchIn(frame, '/crash.php', { method: 'POST' });
    expect([status, headers['x-portside-error']]).toEqual([502, 'guest-closed-early']);
    await heading(frame, 'front');
    expect((await fetchIn(frame, '/visits.php')).text).toContain('visit 1');
    await restarted;
    // Both serve: two that sleep are asleep together.
    const processes = await Promise.all([1, 2].map(async () => (await fetchIn(frame, '/sleep.php?seconds=1')).text));
    expect(new Set(processes).size).toBe(2);
  });

  test('time after time does not bring the site down', async () => {
    const { frame } = await open();
    for (let crash = 0; crash < 4; crash++) {
      expect((await fetchIn(frame, '/crash.php', { method: 'POST' })).status).toBe(502);
      expect((await fetchIn(frame, '/files/text.txt')).status).toBe(200);
    }
  });
});

let other: PackedSite | undefined;
afterEach(async () => {
  await other?.remove();
  other = undefined;
});

describe('a host that is gone', () => {
  test('is not missed after a first visit', async () => {
    other = await servePackedSite(siteRoot);
    const { page } = await openSite(context, other.url);
    await other.stop();
    await page.reload({ waitUntil: 'commit' });
    await heading(await siteFrame(page), 'front');
    await page.close();
    const { frame } = await openSite(context, `${other.url}deep/link`);
    await heading(frame, 'page /deep/link');
    const form = { method: 'POST', body: 'name=Ada', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
    expect((await fetchIn(frame, '/guest-book.php', form)).text).toContain('Ada');
  });
});

describe('options of pack', () => {
  test('--base: the site lives in a folder of its host, and PHP knows it as the root', async () => {
    other = await servePackedSite(siteRoot, ['--base', '/sub/']);
    expect(new URL(other.url).pathname).toBe('/sub/');
    const { page, frame } = await openSite(context, `${other.url}visits.php`);
    await heading(frame, 'visit 1');
    expect(page.url()).toBe(`${other.url}visits.php`);
    const { server } = await requestSeen(frame, 'request.php');
    expect(server).toMatchObject({ REQUEST_URI: '/request.php', HTTP_REFERER: `${other.origin}/visits.php` });
    // As PHP writes them, who knows of no folder.
    const { url, status } = await fetchIn(frame, `redirect.php?to=${encodeURIComponent('/visits.php')}`);
    expect([url, status]).toEqual([`${other.url}visits.php`, 200]);
    await frame.goto(`${other.url}files/page.html`, { waitUntil: 'commit' });
    await frame.waitForSelector('html[data-script=ran]', { state: 'attached' });
    await page.reload({ waitUntil: 'commit' });
    await heading(await siteFrame(page), 'static');
  });

  test('--router: a script answers for every address', async () => {
    other = await servePackedSite(siteRoot, ['--router', 'router.php']);
    const { frame } = await openSite(context, `${other.url}any/where`);
    await heading(frame, 'routed /any/where');
    expect((await fetchIn(frame, '/files/text.txt')).headers['content-type']).toBe('text/plain; charset=UTF-8');
  });

  test('--workers: as many processes serve', async () => {
    other = await servePackedSite(siteRoot, ['--workers', '3']);
    const { frame } = await openSite(context, other.url);
    const processes = await Promise.all([1, 2, 3].map(async () => (await fetchIn(frame, '/sleep.php?seconds=1')).text));
    expect(new Set(processes).size).toBe(3);
  });
});
