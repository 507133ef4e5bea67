/** Firefox stops the service worker between any two messages of an exchange. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goTo, launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { begin, EXCHANGES, end, interruptEverywhere, settled } from '../support/interrupted-exchange.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: TestBrowser;
let profile: Profile;
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([
    serveStubSite('/', { page: 'test/support/gated-page.ts', kernel: 'test/support/gated-kernel.ts' }),
    launchEngine('firefox'),
  ]);
  profile = await browser.newProfile();
  page = await profile.newTab();
  await goTo(page, site.url);
  await page.waitForSelector('html[data-ready]');
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test.each(EXCHANGES)(
  '%s is answered or told of, never twice carried out, never left hanging',
  async (_, plan, size) => {
    expect.hasAssertions();
    await interruptEverywhere(
      {
        begin: (request, messages) => page.evaluate(begin, [request, messages] as const),
        end: () => page.evaluate(end),
        settled: () => page.evaluate(settled),
        stopWorker: () => profile.stopWorkers(page),
        asksAgain: false,
      },
      plan,
      size,
    );
  },
);
