/**
 * What the tests of Chromium alone see of the bridge, in Firefox: failures, and fetches held against an ordinary server's. A page
 * whose main thread is busy is not looked at: Firefox runs tabs of one site in one process, where one holds up the other by itself.
 */
import type { Frame, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goTo, launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { expectFailure, failures } from '../support/failure-pages.js';
import { fetchProbes, installTools } from '../support/fetch-probes.js';
import { serveStubApp } from '../support/stub-app.js';
import type { StubHost } from '../support/stub-host.js';
import { serveStubAnswers } from '../support/stub-server.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';
import { openStub, showInFrame, stubFrame } from '../support/stub-visit.js';

/** Milliseconds */
const HEAD_TIMEOUT = 400;

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchEngine('firefox');
});
afterAll(() => browser?.close());

describe('a guest', () => {
  let app: StubHost;
  let page: Page;
  let profile: Profile;
  beforeAll(async () => {
    app = await serveStubApp('classic', {
      page: 'test/support/gated-page.ts',
      kernel: 'test/support/gated-kernel.ts',
      options: { headTimeout: HEAD_TIMEOUT },
    });
    profile = await browser.newProfile();
    page = await profile.newTab();
    await goTo(page, app.origin);
    await page.waitForSelector('html[data-ready]');
  });
  afterAll(async () => {
    await profile?.close();
    await app?.close();
  });

  test.each([
    ['that is silent', '/shop/silent', 504, 'guest-timeout'],
    ['that closes', '/shop/close', 502, 'guest-closed-early'],
    ['that speaks no HTTP', '/shop/garbage', 502, 'guest-bad-response'],
  ] as const)('%s', async (_, path, status, code) => {
    expectFailure(await failures(page, path), status, code);
  });

  test('that stops in the middle of a body breaks the body off', async () => {
    const seen = await page.evaluate(async () => {
      const response = await fetch('/shop/truncated');
      const body = await response.text().catch(() => 'broken off');
      return [response.status, body];
    });
    expect(seen).toEqual([200, 'broken off']);
  });

  test('may pause in a body for longer than it may take for the head', async () => {
    expect(await page.evaluate(async () => (await fetch('/shop/pausing')).text())).toBe('firstlater');
  });

  test('that is still being started is waited for, with Retry-After', async () => {
    const listen = (listening: boolean) =>
      page.evaluate((state) => window.tellKernel({ type: 'guest', listening: state, booting: true }), listening);
    await listen(false);
    const seen = await failures(page, '/shop/');
    await listen(true);
    expectFailure(seen, 503, 'kernel-booting');
    expect(seen.retryAfter).toBe('2');
  });
});

describe('behind the bridge', () => {
  let server: StubHost;
  let site: StubSite;
  let profile: Profile;
  let shell: Page;
  let bridged: Frame;
  let direct: Page;

  beforeAll(async () => {
    [server, site] = await Promise.all([serveStubAnswers(), serveStubSite()]);
    profile = await browser.newProfile();
    direct = await profile.newTab();
    await goTo(direct, server.origin);
    shell = await openStub(profile, site.url);
    await showInFrame(shell, '/');
    bridged = await stubFrame(shell);
    for (const page of [direct, bridged]) await page.evaluate(installTools);
  });
  afterAll(async () => {
    await profile?.close();
    await site?.close();
    await server?.close();
  });

  const outcome = async (page: Page | Frame, origin: string, run: () => unknown): Promise<unknown> => {
    const seen = JSON.stringify(await page.evaluate(run));
    const [named, unlike] = [new URL(origin).host, /geckoformboundary[0-9a-f]+|,\["www-authenticate","[^\]]*"\]/g];
    // It hides that header from scripts, but not that of an answer that a worker made; boundaries are made up each time.
    return JSON.parse(seen.replaceAll(origin, 'http://server').replaceAll(named, 'server').replaceAll(unlike, ''));
  };

  /** `fetch` with `keepalive` goes past the service worker (seen in 153): it has a test of its own. */
  const LEAVING = 'what a page sends as it goes';

  test('beacons reach the guest', async () => {
    const bodies = await bridged.evaluate(async () => {
      navigator.sendBeacon('/seen/txt/text', 'text');
      navigator.sendBeacon('/seen/txt/parameters', new URLSearchParams('a=b'));
      const seen = await Promise.all(['text', 'parameters'].map((name) => window.tools.recorded(`/seen/txt/${name}`)));
      return JSON.stringify(seen);
    });
    expect(bodies).toContain('"body":"text"');
    expect(bodies).toContain('"body":"a=b"');
  });

  test.each(fetchProbes.filter(({ name }) => name !== LEAVING))('$name', async ({ run }) => {
    expect(await outcome(bridged, site.origin, run)).toEqual(await outcome(direct, server.origin, run));
  });
});
