/** The service worker by itself: a packed site whose kernel answers from a table, in a real Chromium. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { html, type StubHost, serve } from '../support/stub-host.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

const MEBIBYTE = 1024 * 1024;

interface Echo {
  method: string;
  target: string;
  headers: [string, string][];
  declaredLength?: number;
  body: string | null;
}

interface FetchOptions {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  credentials?: RequestCredentials;
}

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

/** Stops every service worker of the browser, as Chromium does after 30 idle seconds. */
async function stopWorkers(): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  await session.detach();
  expect(targetInfos.some(({ type }) => type === 'service_worker')).toBe(true);
  const pageSession = await context.newCDPSession(page);
  await pageSession.send('ServiceWorker.enable');
  await pageSession.send('ServiceWorker.stopAllWorkers');
  await pageSession.detach();
}

const fetchEcho = (path: string, options: FetchOptions = {}): Promise<Echo> =>
  page.evaluate(async ([url, init]) => (await fetch(url, init)).json(), [path, options] as const);

const headerOf = (echo: Echo, name: string) => echo.headers.filter(([key]) => key === name).map(([, value]) => value);

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

describe('frames', () => {
  test('a deep link shows the shell, a frame the site', async () => {
    await page.goto(`${site.url}no-such-page?x=1`);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    expect(await page.title()).toBe('shell');
    expect(await showInFrame('/')).toBe('front');
  });

  test('a page that forbids framing shows in the frame, its other rules kept', async () => {
    expect(await showInFrame('/no-frames')).toBe('framed');
    const policy = await page.evaluate(async () => (await fetch('/no-frames')).headers.get('Content-Security-Policy'));
    expect(policy).toContain("default-src 'self'");
  });
});

describe('requests', () => {
  test('arrive as a browser would have sent them', async () => {
    const echo = await fetchEcho('/echo?a=%20b', {
      method: 'POST',
      body: 'c=d',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(echo).toMatchObject({ method: 'POST', target: '/echo?a=%20b', body: 'c=d' });
    expect(headerOf(echo, 'Host')).toEqual([new URL(site.url).host]);
    expect(headerOf(echo, 'Referer')).toEqual([site.url]);
    expect(headerOf(echo, 'Origin')).toEqual([site.origin]);
    expect(headerOf(echo, 'User-Agent')[0]).toContain('Mozilla/5.0');
    expect(headerOf(echo, 'Accept-Language')).toHaveLength(1);
    expect(headerOf(echo, 'X-Forwarded-Proto')).toEqual([]);
  });

  test.each(['PUT', 'PATCH', 'DELETE'])('%s carries its body', async (method) => {
    expect(await fetchEcho('/echo', { method, body: 'payload' })).toMatchObject({ method, body: 'payload' });
  });

  test('50 MiB go up whole, with their length declared', async () => {
    const answer = await page.evaluate(async (size) => {
      const bytes = new Uint8Array(size).map((_, index) => index % 251);
      const form = new FormData();
      form.append('file', new File([bytes], 'big.bin'));
      const sent = await (await fetch('/hash', { method: 'PUT', body: new Blob([bytes]) })).json();
      const posted = await (await fetch('/hash', { method: 'POST', body: form })).json();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return { sent, posted, sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
    }, 50 * MEBIBYTE);
    expect(answer.sent).toEqual({ length: 50 * MEBIBYTE, declaredLength: 50 * MEBIBYTE, sha256: answer.sha256 });
    expect(answer.posted.length).toBeGreaterThan(50 * MEBIBYTE);
    expect(answer.posted.declaredLength).toBe(answer.posted.length);
  });

  test('200 at once are all answered', async () => {
    const targets = await page.evaluate(() =>
      Promise.all(
        Array.from({ length: 200 }, async (_, index) => (await (await fetch(`/echo?${index}`)).json()).target),
      ),
    );
    expect(targets).toEqual(Array.from({ length: 200 }, (_, index) => `/echo?${index}`));
  });
});

describe('responses', () => {
  test('50 MiB come down whole', async () => {
    const wrong = await page.evaluate(async (size) => {
      const bytes = new Uint8Array(await (await fetch(`/bytes?n=${size}`)).arrayBuffer());
      return bytes.length === size ? bytes.findIndex((byte, index) => byte !== index % 251) : bytes.length;
    }, 50 * MEBIBYTE);
    expect(wrong).toBe(-1);
  });

  test('are seen piece by piece', async () => {
    const seen = await page.evaluate(async () => {
      const response = await fetch('/pieces?gate=pieces');
      const reader = response.body?.getReader();
      const first = await reader?.read();
      await fetch('/open?gate=pieces');
      const second = await reader?.read();
      return [first?.value, second?.value].map((chunk) => new TextDecoder().decode(chunk));
    });
    expect(seen).toEqual(['first', 'second']);
  });

  test('a page that stops reading closes the guest’s side', async () => {
    const cancelled = await page.evaluate(async () => {
      const before = await (await fetch('/cancelled')).json();
      const abort = new AbortController();
      const response = await fetch('/pieces?gate=never', { signal: abort.signal });
      await response.body?.getReader().read();
      abort.abort();
      let now = before;
      while (now === before) now = await (await fetch('/cancelled')).json();
      return now - before;
    });
    expect(cancelled).toBe(1);
  });

  test.each([204, 205, 304, 404, 500])('status %i keeps its meaning', async (code) => {
    const seen = await page.evaluate(async (status) => {
      const response = await fetch(`/status?code=${status}`);
      return { status: response.status, header: response.headers.get('X-Stub'), body: await response.text() };
    }, code);
    expect(seen).toEqual({ status: code, header: 'yes', body: '' });
  });

  test('HEAD has headers and no body', async () => {
    const seen = await page.evaluate(async () => {
      const response = await fetch('/floor', { method: 'HEAD' });
      return [response.status, response.headers.get('Content-Type'), await response.text()];
    });
    expect(seen).toEqual([200, 'text/plain', '']);
  });

  test.each([
    ['relative', 'echo?to=relative'],
    ['absolute', '/echo?to=absolute'],
    ['to localhost', 'http://localhost:8080/echo?to=localhost'],
    ['to 127.0.0.1', 'http://127.0.0.1:8080/echo?to=loopback'],
  ])('a redirect %s is followed', async (_, location) => {
    const query = new URL(location, 'http://stub').search;
    const echo = await fetchEcho(`/redirect?to=${encodeURIComponent(location)}`);
    expect(echo.target).toBe(`/echo${query}`);
  });

  test('a redirected frame navigation arrives', async () => {
    expect(await showInFrame(`/redirect?to=${encodeURIComponent('/no-frames')}`)).toBe('framed');
  });

  test('307 repeats the body', async () => {
    const echo = await fetchEcho('/redirect?code=307&to=/echo', { method: 'POST', body: 'again' });
    expect(echo).toMatchObject({ method: 'POST', body: 'again' });
  });

  test.each([
    ['#attached', 'kept.txt', 'to keep'],
    ['#named', 'b c.txt', 'a'.repeat(1024)],
  ])('%s is saved to a file', async (link, name, content) => {
    await showInFrame('/links');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.frameLocator('#portside-site').locator(link).click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    expect(await readFile(await download.path(), 'utf8')).toBe(content);
  });

  test('a form for the whole tab keeps the shell and shows the answer in the frame', async () => {
    await showInFrame('/form');
    await page.frameLocator('#portside-site').locator('button').click();
    await page.waitForURL('**/echo-page');
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
    expect(await page.title()).toBe('shell');
    expect(await showInFrame('/echo-page')).toBe('echo');
    expect(await page.frameLocator('#portside-site').locator('pre').textContent()).toBe('POST a=b+c');
  });
});

describe('a form that another site sends by the whole tab', () => {
  let other: StubHost;
  beforeAll(async () => {
    const form = `<form method="post" action="${site.url}echo"><button>Go</button></form>`;
    other = await serve(
      new Map([
        ['/named', html(form)],
        ['/hidden', html(`<meta name="referrer" content="no-referrer">${form}`)],
      ]),
    );
  });
  afterAll(() => other?.close());

  test.each(['named', 'hidden'])('is not taken for one of the site: %s', async (name) => {
    await fetchEcho(
      `/set-cookie?c=${encodeURIComponent('session=1')}&c=${encodeURIComponent('strict=2; SameSite=Strict')}`,
    );
    const tab = await context.newPage();
    // Another name of the same machine: another site.
    const tabOrigin = other.origin.replace('127.0.0.1', 'localhost');
    await tab.goto(`${tabOrigin}/${name}`);
    await tab.click('button');
    await tab.waitForSelector('html[data-ready]', { state: 'attached' });
    page = tab;
    await showInFrame('/echo');
    const echo: Echo = JSON.parse((await tab.frameLocator('#portside-site').locator('body').textContent()) ?? '');
    expect(echo.method).toBe('POST');
    expect(headerOf(echo, 'Cookie')).toEqual([]);
    expect(headerOf(echo, 'Sec-Fetch-Site')).toEqual(['cross-site']);
    expect(headerOf(echo, 'Origin')).toEqual([name === 'named' ? tabOrigin : 'null']);
  });
});

describe('cookies', () => {
  test('come back by path, and survive a stop of the worker', async () => {
    const cookies = ['session=1; Path=/; HttpOnly', 'deep=2; Path=/sub', 'secure=3; Secure', 'gone=4; Max-Age=0'];
    const query = cookies.map((cookie) => `c=${encodeURIComponent(cookie)}`).join('&');
    const redirected = await fetchEcho(`/set-cookie?${query}`);
    expect(headerOf(redirected, 'Cookie')).toEqual(['session=1; secure=3']);
    await stopWorkers();
    expect(headerOf(await fetchEcho('/echo'), 'Cookie')).toEqual(['session=1; secure=3']);
    expect(headerOf(await fetchEcho('/echo', { credentials: 'omit' }), 'Cookie')).toEqual([]);
  });
});

describe('the way to the kernel', () => {
  test('is found again after the worker was stopped', async () => {
    await stopWorkers();
    expect(await fetchEcho('/echo')).toMatchObject({ target: '/echo' });
    const asked = await page.evaluate(() => window.fromWorker.filter((message) => message.portside === 'port-wanted'));
    expect(asked).toEqual([{ portside: 'port-wanted', base: '/' }]);
  });

  test('a request in flight is repeated when its kernel goes away', async () => {
    const body = await page.evaluate(async () => {
      const answer = fetch('/gated?gate=first-kernel');
      // Behind the gated request on the same port: once it is answered, the other is in flight.
      await fetch('/echo');
      window.stopKernel();
      window.startKernel();
      await fetch('/open?gate=first-kernel');
      return (await answer).text();
    });
    expect(body).toBe('through');
  });

  test('a POST in flight is not repeated, and says so', async () => {
    const answer = await page.evaluate(async () => {
      const response = fetch('/silence', { method: 'POST', body: 'once', headers: { Accept: 'application/json' } });
      await fetch('/echo');
      window.stopKernel();
      return { status: (await response).status, code: (await (await response).json()).code };
    });
    expect(answer).toEqual({ status: 502, code: 'kernel-lost' });
  });

  test('a request waits for a kernel that is still starting', async () => {
    const target = await page.evaluate(async () => {
      window.stopKernel();
      const asked = new Promise<void>((resolve) => {
        navigator.serviceWorker.addEventListener('message', () => resolve(), { once: true });
      });
      const answer = fetch('/echo?early');
      await asked;
      window.startKernel();
      return (await (await answer).json()).target;
    });
    expect(target).toBe('/echo?early');
  });

  const openSecond = async (): Promise<Page> => {
    const second = await open(`${site.url}second`);
    await second.evaluate(() => window.stopKernel());
    return second;
  };

  test('a second tab is served by the kernel of the first', async () => {
    const second = await openSecond();
    const echo = await second.evaluate(async () => (await fetch('/echo')).json());
    expect(echo.target).toBe('/echo');
  });

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

  test('leaves its requests to the next kernel, though it said nothing', async () => {
    const second = await open(`${site.url}second`);
    const answer = page.evaluate(async () => (await fetch('/gated?gate=left-behind')).text());
    await page.evaluate(async () => (await fetch('/echo')).json());
    await second.close();
    await page.evaluate(async () => (await fetch('/open?gate=left-behind')).json());
    expect(await answer).toBe('through');
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

describe('under a base path', () => {
  let inFolder: StubSite;
  beforeAll(async () => {
    inFolder = await serveStubSite('/repo/');
  });
  afterAll(() => inFolder?.close());
  beforeEach(async () => {
    page = await open(inFolder.url);
  });

  test('the guest sees its folder as the root, and redirects come back into it', async () => {
    expect(await fetchEcho('/repo/echo')).toMatchObject({ target: '/echo' });
    expect(await fetchEcho('/repo/redirect?to=/echo')).toMatchObject({ target: '/echo' });
  });

  test('a script that a guest’s page asks for outside of the folder is the guest’s', async () => {
    await showInFrame('/repo/escape');
    const seen = await page.evaluate(
      () => document.querySelector('iframe')?.contentDocument?.documentElement.dataset.outside,
    );
    expect(seen).toBe('served');
    expect(inFolder.asked).not.toContain('/outside.js');
  });

  test('the host’s own pages stay the host’s', async () => {
    const other = await context.newPage();
    const response = await other.goto(`${inFolder.origin}/outside.txt`);
    expect(response?.fromServiceWorker()).toBe(false);
    expect(await response?.text()).toBe('from the host');
    expect(inFolder.asked).toContain('/outside.txt');
  });
});
