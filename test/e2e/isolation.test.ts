/** Where shared memory comes from: a frame that isolates itself, or a page that is loaded once more to be isolated. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { heading } from '../support/shell-page.js';
import { fetchIn, openSite, siteFrame, siteRoot } from '../support/site-visit.js';

/** As an administrator may set it, or a device short of memory: the browser's name still says that it could. */
const NO_DOCUMENT_ISOLATION = '--disable-features=DocumentIsolationPolicy';

let site: PackedSite;
beforeAll(async () => {
  site = await servePackedSite(siteRoot);
});
afterAll(() => site?.remove());

const isolated = (where: Page | Frame) => where.evaluate(() => crossOriginIsolated);
const headersOf = (frame: Frame) =>
  frame.evaluate(async () => Object.fromEntries((await fetch(location.href)).headers));

describe.each([
  { how: 'a frame isolates itself', flags: [], pageIsolated: false, loads: 1 },
  { how: 'the page is isolated', flags: [NO_DOCUMENT_ISOLATION], pageIsolated: true, loads: 2 },
])('$how', ({ flags, pageIsolated, loads }) => {
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await launchChromium(...flags);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  test(`a first visit loads the page ${loads}×, a next one once`, async () => {
    const page = await context.newPage();
    const seen: string[] = [];
    page.on('domcontentloaded', () => seen.push(page.url()));
    await page.goto(site.url, { waitUntil: 'commit' });
    const frame = await siteFrame(page);
    await heading(frame, 'front');
    expect(seen).toHaveLength(loads);
    expect([await isolated(page), await isolated(frame)]).toEqual([pageIsolated, pageIsolated]);
    await page.goto(`${site.url}visits.php`, { waitUntil: 'commit' });
    await heading(await siteFrame(page), 'visit 1');
    expect(seen).toHaveLength(loads + 1);
  });

  test('a second tab, and the one that takes over', async () => {
    const first = await openSite(context, `${site.url}visits.php`);
    await heading(first.frame, 'visit 1');
    const second = await openSite(context, `${site.url}visits.php`);
    await heading(second.frame, 'visit 2');
    // The answer to a POST is complete when the session, which lies in the guest's files, is stored; that to a GET may be so before.
    expect((await fetchIn(second.frame, '/visits.php', { method: 'POST' })).text).toContain('visit 3');
    await first.page.close();
    expect((await fetchIn(second.frame, '/visits.php')).text).toContain('visit 4');
  });

  test('documents carry an embedder policy only where their page has one', async () => {
    const { frame } = await openSite(context, site.url);
    const answer = await frame.goto(`${site.url}files/page.html`);
    const headers = answer?.headers() ?? {};
    expect('cross-origin-embedder-policy' in headers).toBe(pageIsolated);
    expect(await headersOf(frame)).not.toHaveProperty('cross-origin-embedder-policy');
  });
});
