/** What a site writes is kept in Firefox, too: over a reload, by another tab, and with its durability asked for. */
import type { Frame } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchIn, openSite, siteIn } from '../support/engine-visit.js';
import { launchEngine, navigated, type Profile, type TestBrowser } from '../support/engines.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { siteRoot } from '../support/site-visit.js';

let site: PackedSite;
let browser: TestBrowser;
let profile: Profile;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot, ['--ack', 'durable']), launchEngine('firefox')]);
  profile = await browser.newProfile();
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

async function ledger(frame: Frame, entry?: string): Promise<unknown> {
  const { status, text } = await fetchIn(frame, '/ledger.php', {
    ...(entry !== undefined && {
      method: 'POST',
      body: new URLSearchParams({ entry }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }),
  });
  expect(status, text).toBe(200);
  const { rows, lines, check } = JSON.parse(text);
  return { rows, lines, check };
}

const sound = (...entries: readonly string[]) => ({ rows: entries, lines: entries, check: 'ok' });

test('a reload finds what was written', async () => {
  const { page, frame } = await openSite(profile, site.url);
  await ledger(frame, 'one');
  await navigated(page, () => page.evaluate(() => location.reload()));
  const again = await siteIn(page);
  expect(await ledger(again.frame)).toEqual(sound('one'));
  await ledger(again.frame, 'two');
});

test('another tab goes on with it when the first is closed', async () => {
  const first = await openSite(profile, site.url);
  const second = await openSite(profile, site.url);
  await ledger(first.frame, 'three');
  expect(await ledger(second.frame)).toEqual(sound('one', 'two', 'three'));
  await first.page.close();
  expect(await ledger(second.frame, 'four')).toEqual(sound('one', 'two', 'three', 'four'));
});
