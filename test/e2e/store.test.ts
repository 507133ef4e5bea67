/** What a site writes is there after a reload, a crash, another tab, another start of the browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { storeDatabaseName } from '../../protocol/site.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from '../support/shell-browser.js';
import { fetchIn, openSite, siteFrame, siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let profile: string;
let context: BrowserContext;

beforeAll(async () => {
  site = await servePackedSite(siteRoot);
});
afterAll(() => site?.remove());
beforeEach(async () => {
  profile = await mkdtemp(join(tmpdir(), 'portside-profile-'));
  context = await launch();
});
afterEach(async () => {
  await context.close();
  await rm(profile, { recursive: true, force: true });
});

const launch = (ignoreDefaultArgs: string[] = []): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM_PATH,
    args: [...CHROMIUM_ARGUMENTS],
    ignoreDefaultArgs,
  });

/** Adds a row and a line of a file in one request; with a GET, only looks. */
async function ledger(frame: Frame, entry?: string): Promise<{ rows: string[]; lines: string[]; check: string }> {
  const response = await fetchIn(frame, '/ledger.php', {
    ...(entry !== undefined && {
      method: 'POST',
      body: new URLSearchParams({ entry }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }),
  });
  expect(response.status, response.text).toBe(200);
  const { rows, lines, check } = JSON.parse(response.text);
  return { rows, lines, check };
}

const sound = (...entries: readonly string[]) => ({ rows: entries, lines: entries, check: 'ok' });

async function crash(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  session.send('Page.crash').catch(() => {}); // Nobody is left to answer.
  await crashed;
}

test('a page that crashes as soon as it has its answer has lost nothing', async () => {
  const { page, frame } = await openSite(context, site.url);
  await ledger(frame, 'one');
  await ledger(frame, 'two');
  await crash(page);
  await page.close();
  const again = await openSite(context, site.url);
  expect(await ledger(again.frame)).toEqual(sound('one', 'two'));
  await ledger(again.frame, 'three');
  await again.page.reload({ waitUntil: 'commit' });
  expect(await ledger(await siteFrame(again.page))).toEqual(sound('one', 'two', 'three'));
});

test('a browser that is started anew finds it', async () => {
  const { frame } = await openSite(context, site.url);
  await ledger(frame, 'before');
  await context.close();
  context = await launch();
  expect(await ledger((await openSite(context, site.url)).frame)).toEqual(sound('before'));
});

test('a tab that takes over from one that crashed goes on with what that one wrote', async () => {
  const first = await openSite(context, site.url);
  await ledger(first.frame, 'first');
  const second = await openSite(context, site.url);
  expect(await ledger(second.frame)).toEqual(sound('first'));
  await ledger(first.frame, 'second');
  await crash(first.page);
  expect(await ledger(second.frame)).toEqual(sound('first', 'second'));
  expect(await ledger(second.frame, 'third')).toEqual(sound('first', 'second', 'third'));
});

test('what was written without being asked for is stored when the page is left', async () => {
  const { page, frame } = await openSite(context, site.url);
  expect((await fetchIn(frame, '/ledger.php?entry=by+GET')).status).toBe(200);
  await page.goto('about:blank');
  await page.close();
  expect((await ledger((await openSite(context, site.url)).frame)).rows).toEqual(['by GET']);
});

test('a tab that comes back from the back/forward cache has not lost what another one wrote meanwhile, and can write', async () => {
  await context.close();
  // What the driver adds by itself.
  context = await launch(['--disable-back-forward-cache']);
  const first = await openSite(context, site.url);
  await ledger(first.frame, 'by the first');
  await first.page.evaluate(() => {
    document.documentElement.dataset.left = 'here';
  });
  await first.page.goto('data:text/html,elsewhere', { waitUntil: 'commit' });
  const second = await openSite(context, site.url);
  expect(await ledger(second.frame, 'by the second')).toEqual(sound('by the first', 'by the second'));
  await second.page.close();
  await first.page.goBack({ waitUntil: 'commit' });
  await first.page.waitForSelector('html[data-left="here"]', { state: 'attached' });
  // The driver loses frames of pages that come back: they are asked by the page around them.
  const again = first.page.mainFrame();
  expect(await ledger(again, 'by the first again')).toEqual(
    sound('by the first', 'by the second', 'by the first again'),
  );
});

test('a full disk fails what needs room, says so, loses nothing, and is over when there is room', async () => {
  // Before the store is opened: Chromium remembers for a while how much room it has left.
  const session = await context.newCDPSession(await context.newPage());
  const { origin } = site;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 32_000_000 });
  const { page, frame } = await openSite(context, site.url);
  await ledger(frame, 'before');
  const large = () =>
    fetchIn(frame, '/ledger.php', {
      method: 'POST',
      body: 'noise=3000000',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    });
  let refused = await large();
  for (let count = 1; refused.status === 200 && count < 20; count++) refused = await large();
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([507, 'storage-full']);
  await page.waitForSelector('#portside-storage:not([hidden]) >> text=hardly any room');
  expect((await ledger(frame)).check).toBe('ok');
  expect((await fetchIn(frame, '/')).status).toBe(200);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await page.waitForSelector('#portside-storage >> text=is stored now');
  expect((await ledger(frame, 'after')).rows).toContain('after');
  await crash(page);
  await page.close();
  const found = await ledger((await openSite(context, site.url)).frame);
  expect(found.check).toBe('ok');
  expect(found.rows).toEqual(expect.arrayContaining(['before', 'after']));
});

test('a database in WAL mode is as sound', async () => {
  const { page, frame } = await openSite(context, site.url);
  const mode = await fetchIn(frame, '/ledger.php?wal=1&entry=first');
  expect(JSON.parse(mode.text)).toMatchObject({ mode: 'wal', rows: ['first'] });
  for (const entry of ['second', 'third']) await fetchIn(frame, `/ledger.php?wal=1&entry=${entry}`);
  await crash(page);
  await page.close();
  // No POST: what SQLite has committed is on the disk by its own doing.
  const { text } = await fetchIn((await openSite(context, site.url)).frame, '/ledger.php?wal=1');
  expect(JSON.parse(text)).toMatchObject({ mode: 'wal', check: 'ok', rows: ['first', 'second', 'third'] });
});

test('files that the browser has deleted are missed, and said to be', async () => {
  const { page, frame } = await openSite(context, site.url);
  await ledger(frame, 'lost');
  await page.goto(`${site.url}.portside/blank`);
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      }),
    storeDatabaseName('/'),
  );
  const again = await openSite(context, site.url);
  expect(await ledger(again.frame)).toEqual(sound());
  await again.page.waitForSelector('#portside-storage:not([hidden]) >> text=deleted');
  // Once.
  await again.page.reload({ waitUntil: 'commit' });
  await siteFrame(again.page);
  expect(await again.page.isHidden('#portside-storage')).toBe(true);
});

test('a store of a newer version is left as it is', async () => {
  const { page, frame } = await openSite(context, site.url);
  await ledger(frame, 'old');
  await page.goto(`${site.url}.portside/blank`);
  const setFormat = (format: number) =>
    page.evaluate(
      ([name, version]) =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onsuccess = () => {
            const database = opening.result;
            const store = database.transaction('records', 'readwrite').objectStore('records');
            const superblock = store.get(['s']);
            superblock.onsuccess = () => store.put({ ...superblock.result, format: version }, ['s']);
            store.transaction.oncomplete = () => {
              database.close();
              resolve(superblock.result.format);
            };
          };
          opening.onerror = () => reject(opening.error);
        }),
      [storeDatabaseName('/'), format] as const,
    );
  const format = await setFormat(1000);
  const newer = await context.newPage();
  await newer.goto(site.url, { waitUntil: 'commit' });
  await newer.waitForSelector('html[data-portside-state="failed"]');
  expect(await newer.textContent('#portside-code')).toContain('store-newer');
  await newer.close();
  expect(await setFormat(format)).toBe(1000);
  expect(await ledger((await openSite(context, site.url)).frame)).toEqual(sound('old'));
});
