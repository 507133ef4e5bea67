/** The inspector page beside a packed PHP site: two tabs of a real Chromium, real PHP behind them. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectHar } from '../support/har.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { fetchIn, openSite, siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let frame: Frame;
let inspector: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
  context = await browser.newContext({ acceptDownloads: true });
  ({ page, frame } = await openSite(context, site.url));
  inspector = await context.newPage();
  await inspector.goto(`${site.url}.portside/inspect`);
  await state('watching');
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

const state = (name: string) => inspector.waitForSelector(`.state[data-state="${name}"]`, { state: 'attached' });
/** The row of the newest request whose URL ends so, once it is in this state. */
const row = (path: string, inState: string) =>
  inspector.waitForSelector(`tbody tr[data-state="${inState}"]:has(td[title$="${path}"])`, { state: 'attached' });
const cell = async (path: string, inState: string, name: string) =>
  (await (await row(path, inState)).$eval(`.c-${name}`, (element) => element.textContent)) ?? '';
const show = (tab: string) => inspector.click(`#tab-${tab}`);

test('is a page by itself: it boots no kernel, shows no site, and loads nothing from the host', async () => {
  expect(await inspector.$('iframe')).toBeNull();
  expect(await inspector.title()).toContain('Inspector');
  const loaded = await inspector.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(loaded).toEqual([]);
});

test('a request is there as it happens: pending, then done, its hops in order', async () => {
  const answered = fetchIn(frame, '/pieces.php?slow');
  await row('/pieces.php?slow', 'pending');
  await answered;
  const done = await row('/pieces.php?slow', 'done');
  expect(await cell('/pieces.php?slow', 'done', 'status')).toBe('200 OK');
  await done.click();
  const details = await inspector.waitForSelector('.details:not([hidden])');
  const hops = await details.$$eval('.hops > .number', (cells) => cells.map(({ textContent }) => textContent ?? ''));
  const milliseconds = hops.map((text) => Number.parseFloat(text) * (text.endsWith(' ms') ? 1 : 1000));
  const together = milliseconds.pop() ?? 0;
  expect(milliseconds).toHaveLength(5);
  // The script lets five times 100 ms pass after its first byte.
  expect(milliseconds[4]).toBeGreaterThan(400);
  expect(milliseconds.reduce((sum, hop) => sum + hop, 0)).toBeGreaterThan(together * 0.9);
  await inspector.keyboard.press('Escape');
  await inspector.waitForSelector('.details', { state: 'hidden' });
});

test('bytes are counted, of large bodies too', async () => {
  const { text } = await fetchIn(frame, '/download.php?size=3000000');
  expect(text).not.toBe('');
  expect(await cell('/download.php?size=3000000', 'done', 'size')).toBe('3.0 MB');
});

test('what went wrong is told: not found, given up, nothing listening', async () => {
  await fetchIn(frame, '/no-such-file.txt');
  expect(await cell('/no-such-file.txt', 'done', 'status')).toBe('404 Not Found');
  await frame.evaluate(async () => {
    const given = new AbortController();
    const { body } = await fetch('/endless.php', { signal: given.signal });
    await body?.getReader().read();
    given.abort();
  });
  expect(await cell('/endless.php', 'cancelled', 'status')).toBe('200, cancelled');
  expect((await fetchIn(frame, '/.portside/port/9999/nobody')).status).toBe(502);
  expect(await cell('/.portside/port/9999/nobody', 'failed', 'status')).toBe('502 guest-not-listening');
});

test('nothing that a guest sends is taken for markup', async () => {
  await fetchIn(frame, '/?<img src=x onerror="document.title=1"><b>bold</b>');
  await fetchIn(frame, `/log.php?text=${encodeURIComponent('<b>bold</b>')}`);
  await show('output');
  await inspector.waitForSelector('.log div:has-text("<b>bold</b>")');
  expect(await inspector.evaluate(() => document.querySelectorAll('tbody b, .log b b, img').length)).toBe(0);
  await show('requests');
});

test('processes and sockets are those of the machine', async () => {
  await show('processes');
  await inspector.waitForFunction(() => document.querySelectorAll('#panel-processes tbody tr').length === 2);
  const commands = await inspector.$$eval('#panel-processes td.wide', (cells) => cells.map((one) => one.textContent));
  for (const command of commands) expect(command).toMatch(/^php .* -S /);
  await show('sockets');
  const { host } = new URL(site.url);
  const listening = await inspector.waitForSelector(`#panel-sockets tbody tr:has(td:text-is("${host}"))`);
  const [, pids, waiting, backlog] = await listening.$$eval('td', (cells) => cells.map((one) => one.textContent));
  expect(pids).toMatch(/^\d+, \d+$/);
  expect([waiting, backlog]).toEqual(['0', '128']);
  const answered = fetchIn(frame, '/sleep.php?seconds=2');
  await inspector.waitForSelector(`#panel-sockets .block:nth-child(2) td:text-is("${host}")`);
  await answered;
  await show('requests');
});

test('output has the log of each server, and warnings as such', async () => {
  await fetchIn(frame, '/log.php?text=seen%20from%20outside');
  await fetchIn(frame, '/fatal.php');
  await show('output');
  await inspector.waitForSelector('.log [data-level="info"]:has-text("seen from outside")');
  await inspector.waitForSelector('.log [data-level="error"]:has-text("no_such_function")');
  await show('requests');
});

test('keys go through the list, and open and close what is chosen', async () => {
  await inspector.focus('tbody tr[tabindex="0"]');
  await inspector.keyboard.press('Home');
  await inspector.keyboard.press('ArrowDown');
  const second = await inspector.evaluate(() =>
    document.activeElement?.querySelector('.c-path')?.getAttribute('title'),
  );
  expect(second).toBe(await inspector.getAttribute('tbody tr:nth-child(2) .c-path', 'title'));
  await inspector.keyboard.press('Enter');
  expect(await inspector.textContent('.details h2')).toContain(second);
  await inspector.keyboard.press('Escape');
  expect(await inspector.evaluate(() => document.activeElement?.querySelector('.c-path')?.getAttribute('title'))).toBe(
    second,
  );
});

test('an archive of what is listed can be saved', async () => {
  await inspector.fill('input[type=search]', 'no-such-file');
  const [download] = await Promise.all([inspector.waitForEvent('download'), inspector.click('text=Save HAR')]);
  const har: unknown = JSON.parse(await readFile(await download.path(), 'utf8'));
  expectHar(har);
  expect(har.log.entries).toMatchObject([
    { request: { method: 'GET', url: `${site.url}no-such-file.txt` }, response: { status: 404 } },
  ]);
  await inspector.fill('input[type=search]', '');
});

test('paused, it shows nothing new, and all of it afterwards', async () => {
  await inspector.click('button:text-is("Pause")');
  await state('paused');
  await fetchIn(frame, '/?while-paused');
  // The kernel answers a snapshot after everything it has sent before.
  await show('processes');
  await show('requests');
  expect(await inspector.$('td[title$="/?while-paused"]')).toBeNull();
  await inspector.click('button:text-is("Pause")');
  await row('/?while-paused', 'done');
});

test('a diagnosis of what is well finds nothing, and says what it saw', async () => {
  const { host } = new URL(site.url);
  expect(await page.evaluate('portside.diagnose()')).toMatchObject({
    ok: true,
    findings: [],
    facts: { kernelLock: 'held', kernel: { kind: 'running', listening: [host] } },
  });
});

test('every response tells the browser where its time went, and what the guest tells of itself stays', async () => {
  const timing = await frame.evaluate(async () => {
    const { headers } = await fetch('/request.php');
    return headers.get('Server-Timing');
  });
  expect(timing).toMatch(/^worker;dur=[\d.]+, port;dur=[\d.]+, accept;dur=[\d.]+, guest;dur=[\d.]+$/);
  expect((await fetchIn(frame, '/.portside/port/9999/')).headers['server-timing']).toMatch(/^worker;dur=[\d.]+$/);
});

describe('goes on', () => {
  test('when the service worker is stopped', async () => {
    const session = await context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await session.detach();
    await fetchIn(frame, '/?after-the-stop');
    await row('/?after-the-stop', 'done');
  });

  test('and says so when the tab with the kernel has gone, and with the next one', async () => {
    await page.close();
    await state('absent');
    const notice = (await inspector.textContent('.notice')) ?? '';
    expect(notice).toContain('No kernel is running');
    expect(notice).toContain('kernel-unreachable');
    ({ page, frame } = await openSite(context, site.url));
    await state('watching');
    await fetchIn(frame, '/?the-next-kernel');
    await row('/?the-next-kernel', 'done');
  });
});
