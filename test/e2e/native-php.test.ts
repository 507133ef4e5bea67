/** A site packed with our own build of PHP (`--php native`), in a real Chromium. */
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { heading } from '../support/shell-page.js';
import { fetchIn, openSite, requestSeen, siteFrame, siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  [site, browser] = await Promise.all([
    servePackedSite(siteRoot, ['--php', 'native', '--workers', '3']),
    launchChromium(),
  ]);
  context = await browser.newContext();
}, 1_800_000);
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

test('pages, forms, sessions and several requests at once', async () => {
  const { page, frame } = await openSite(context, site.url);
  await heading(frame, 'front');
  const seen = await requestSeen(frame, 'request.php?a[]=1&a[]=2', {
    method: 'POST',
    body: 'text=%C3%A4&more=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(seen).toMatchObject({ get: { a: ['1', '2'] }, post: { text: 'ä', more: '1' } });
  expect(seen.server.SERVER_SOFTWARE).toMatch(/^PHP 8\.2\.32 Development Server$/);

  await frame.goto(`${site.url}visits.php`);
  await heading(frame, 'visit 1');
  await frame.goto(`${site.url}visits.php`);
  await heading(frame, 'visit 2');
  // One process sleeps while the others answer.
  const slow = fetchIn(frame, 'sleep.php?seconds=2');
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => requestSeen(frame, `request.php?n=${n}`)));
  expect(answers.map(({ get }) => get)).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ n: String(n) })));
  expect((await slow).status).toBe(200);

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const entry = { method: 'POST', body: 'entry=kept&wal=1', headers: form };
  expect(JSON.parse((await fetchIn(frame, 'ledger.php', entry)).text)).toMatchObject({ mode: 'wal', rows: ['kept'] });
  await page.reload({ waitUntil: 'commit' });
  const again = await siteFrame(page);
  await again.waitForSelector('h1:text-matches("visit [0-9]+")');
  const ledger = JSON.parse((await fetchIn(again, 'ledger.php?wal=1')).text);
  expect(ledger).toEqual({ mode: 'wal', rows: ['kept'], lines: ['kept'], check: 'ok' });
});
