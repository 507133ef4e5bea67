/** What a page gets when a guest does not answer as it should: a status, a code, a sentence, a remedy; and what has no limit. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFailure, failures } from '../support/failure-pages.js';
import { launchChromium } from '../support/shell-browser.js';
import { serveStubApp } from '../support/stub-app.js';
import type { StubHost } from '../support/stub-host.js';

/** Milliseconds; the guest of `gated-kernel.ts` pauses for twice as long in a body. */
const HEAD_TIMEOUT = 400;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

async function openApp(parts: Parameters<typeof serveStubApp>[1]): Promise<{ app: StubHost; page: Page }> {
  const app = await serveStubApp('classic', parts);
  const page = await (await browser.newContext()).newPage();
  await page.goto(app.origin);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return { app, page };
}

describe('a guest', () => {
  let app: StubHost;
  let page: Page;
  beforeAll(async () => {
    ({ app, page } = await openApp({
      page: 'test/support/gated-page.ts',
      kernel: 'test/support/gated-kernel.ts',
      options: { headTimeout: HEAD_TIMEOUT },
    }));
  });
  afterAll(() => app?.close());

  test.each([
    ['that is silent', '/shop/silent', 504, 'guest-timeout'],
    ['that closes', '/shop/close', 502, 'guest-closed-early'],
    ['that speaks no HTTP', '/shop/garbage', 502, 'guest-bad-response'],
  ] as const)('%s', async (_, path, status, code) => {
    const seen = await failures(page, path);
    expectFailure(seen, status, code);
    expect(seen.retryAfter).toBeNull();
  });

  test('that stops in the middle of a body breaks the body off', async () => {
    const seen = await page.evaluate(async () => {
      const response = await fetch('/shop/truncated');
      const body = await response.text().catch((error: unknown) => error instanceof TypeError);
      return [response.status, body];
    });
    expect(seen).toEqual([200, true]);
  });

  test('may pause in a body for longer than it may take for the head', async () => {
    expect(await page.evaluate(async () => (await fetch('/shop/pausing')).text())).toBe('firstlater');
  });

  test.each([
    ['is still being started', true, 503, 'kernel-booting', '2'],
    ['is not there', false, 502, 'guest-not-listening', null],
  ] as const)('that %s', async (_, booting, status, code, retryAfter) => {
    const listen = (listening: boolean) =>
      page.evaluate((state) => window.tellKernel({ type: 'guest', ...state }), { listening, booting });
    await listen(false);
    const seen = await failures(page, '/shop/');
    await listen(true);
    expectFailure(seen, status, code);
    expect(seen.retryAfter).toBe(retryAfter);
  });
});

test('a page that has no kernel yet', async () => {
  const { app, page } = await openApp({ options: { connectTimeout: HEAD_TIMEOUT } });
  try {
    await page.evaluate(() => window.stopKernel());
    const seen = await failures(page, '/shop/');
    expectFailure(seen, 503, 'kernel-booting');
    expect(seen.retryAfter).toBe('2');
  } finally {
    await app.close();
  }
});
