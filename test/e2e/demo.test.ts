/** The demo site, packed, in a real Chromium: everything on it, as its own pages would ask for it. */
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserFetcher } from '../support/browser-fetcher.js';
import { visitHarbour } from '../support/harbour.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite } from '../support/site-visit.js';

const documentRoot = fileURLToPath(new URL('../../demo/site', import.meta.url));

let site: PackedSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(documentRoot), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

test('the demo site does all that it offers, and refuses what it should', async () => {
  // Its pages forbid scripts to fetch; a file of its own forbids nothing.
  const { frame, console: lines } = await openSite(await browser.newContext(), `${site.url}assets/style.css`);
  await visitHarbour(browserFetcher(frame, site.origin, Number.POSITIVE_INFINITY), site.origin);
  expect(lines.filter((line) => /PHP (Warning|Notice|Deprecated|Fatal)/.test(line))).toEqual([]);
});
