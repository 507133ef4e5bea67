/**
 * The service worker by itself: a packed site whose kernel answers from a table, in a real Chromium. What is so in Firefox as well is
 * in engines-bridge.test.ts.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;

async function open(url: string): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(url);
  await opened.waitForSelector('html[data-ready]', { state: 'attached' });
  return opened;
}

async function showInFrame(path: string): Promise<string> {
  return page.evaluate(
    (src) =>
      new Promise<string>((resolve) => {
        const frame = document.querySelector<HTMLIFrameElement>('#portside-site');
        if (!frame) throw new Error('no frame');
        frame.onload = () => resolve(frame.contentDocument?.title ?? 'not shown');
        frame.src = src;
      }),
    path,
  );
}

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  page = await open(site.url);
});

describe('the way to the kernel', () => {
  const openSecond = async (): Promise<Page> => {
    const second = await open(`${site.url}second`);
    await second.evaluate(() => window.stopKernel());
    return second;
  };

  test('does not lead through the main thread of the page that runs the kernel', async () => {
    const second = await openSecond();
    const [blocked, answers, through] = await Promise.all([
      page.evaluate(async () => {
        await fetch('/gated?gate=second-waits');
        // Under way when the thread is blocked: the guest gets it, though the page can't take the answer.
        void fetch('/open?gate=own');
        const from = Date.now();
        while (Date.now() < from + 2_000);
        return { from, to: Date.now() };
      }),
      second.evaluate(async () => {
        const times: number[] = [];
        await fetch('/open?gate=second-waits');
        for (const begun = Date.now(); Date.now() < begun + 2_000; ) {
          await (await fetch('/echo')).json();
          times.push(Date.now());
        }
        return times;
      }),
      second.evaluate(async () => {
        await (await fetch('/gated?gate=own')).text();
        return Date.now();
      }),
    ]);
    expect(answers.filter((time) => time > blocked.from && time < blocked.to).length).toBeGreaterThan(10);
    expect(through).toBeLessThan(blocked.to);
  });

  test.each([
    ['an older kernel that answers', { type: 'version', spoken: 1, refuses: false } as const],
    ['a newer kernel that refuses', { type: 'version', spoken: 99, refuses: true } as const],
  ])('%s is told from one of this version', async (_, version) => {
    const answer = await page.evaluate(async (spoken) => {
      window.stopKernel();
      window.startKernel(spoken);
      const response = await fetch('/echo', { headers: { Accept: 'application/json' } });
      return { status: response.status, ...(await response.json()) };
    }, version);
    expect(answer).toMatchObject({ status: 502, code: 'protocol-mismatch' });
    expect(answer.detail).toContain(`version ${version.spoken},`);
  });
});

describe('a tab that goes', () => {
  test('gives up what it waited for, though no event tells of it', async () => {
    const second = await open(`${site.url}second`);
    await second.evaluate(async () => {
      window.stopKernel();
      void fetch('/silence');
      // Behind the other on the same port: once it is answered, the other is in flight.
      await fetch('/echo');
    });
    const before = await page.evaluate(async () => (await fetch('/cancelled')).json());
    await second.close();
    const after = await page.evaluate(async (count) => {
      let now: number;
      do now = await (await fetch('/cancelled')).json();
      while (now === count);
      return now;
    }, before);
    expect(after).toBe(before + 1);
  });

  test('a document goes on coming when the one before it has gone', async () => {
    await showInFrame('/');
    const text = await page.evaluate(async () => {
      const frame = document.querySelector('iframe');
      // Twice the worker looks after whoever waits, while the document is half there.
      const looks = new Promise<void>((resolve) => {
        let count = 0;
        navigator.serviceWorker.addEventListener('message', ({ data }) => {
          if (data.portside === 'busy' && ++count === 2) resolve();
        });
      });
      frame?.contentWindow?.location.assign('/pieces?gate=late');
      await looks;
      const loaded = new Promise((resolve) => frame?.addEventListener('load', resolve, { once: true }));
      await fetch('/open?gate=late');
      await loaded;
      return frame?.contentDocument?.body.textContent;
    });
    expect(text).toBe('firstsecond');
  });

  test('keep-alives are asked for while an exchange lasts, and only then', async () => {
    const busy = page.evaluate(
      () =>
        new Promise<boolean[]>((resolve) => {
          const seen: boolean[] = [];
          navigator.serviceWorker.addEventListener('message', ({ data }) => {
            if (data.portside !== 'busy') return;
            seen.push(data.busy);
            if (data.busy) void fetch('/open?gate=long');
            else resolve(seen);
          });
          void fetch('/gated?gate=long');
        }),
    );
    expect(await busy).toEqual([true, false]);
  });
});
