/** The service worker by itself, in every engine: a packed site whose kernel answers from a table. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, goTo, launchEngine, navigated, type Profile, type TestBrowser } from '../support/engines.js';
import { html, type StubHost, serve } from '../support/stub-host.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';
import { type Echo, fetchEcho, headerOf, openStub, showInFrame, stubFrame, stubReady } from '../support/stub-visit.js';

const MEBIBYTE = 1024 * 1024;

describe.each(ENGINES)('%s', (engine) => {
  let site: StubSite;
  let browser: TestBrowser;
  let profile: Profile;
  let page: Page;

  beforeAll(async () => {
    [site, browser] = await Promise.all([serveStubSite(), launchEngine(engine)]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  const visit = async () => {
    profile = await browser.newProfile();
    page = await openStub(profile, site.url);
  };
  const leave = () => profile?.close();

  describe('frames', () => {
    beforeEach(async () => {
      await visit();
      return leave;
    });

    test('a deep link shows the shell, a frame the site', async () => {
      await goTo(page, `${site.url}no-such-page?x=1`);
      await stubReady(page);
      expect(await page.title()).toBe('shell');
      expect(await showInFrame(page, '/')).toBe('front');
    });

    test('a page that forbids framing shows in the frame, its other rules kept', async () => {
      expect(await showInFrame(page, '/no-frames')).toBe('framed');
      const policy = await page.evaluate(async () =>
        (await fetch('/no-frames')).headers.get('Content-Security-Policy'),
      );
      expect(policy).toContain("default-src 'self'");
    });
  });

  describe('requests and responses', () => {
    beforeAll(async () => {
      await visit();
      return leave;
    });

    test('a request arrives as the browser would have sent it', async () => {
      const echo = await fetchEcho(page, '/echo?a=%20b', {
        method: 'POST',
        body: 'c=d',
        headers: { 'Content-Type': 'text/plain' },
      });
      expect(echo).toMatchObject({ method: 'POST', target: '/echo?a=%20b', body: 'c=d' });
      expect(headerOf(echo, 'Host')).toEqual([new URL(site.url).host]);
      expect(headerOf(echo, 'Referer')).toEqual([site.url]);
      expect(headerOf(echo, 'Origin')).toEqual([site.origin]);
      expect(headerOf(echo, 'User-Agent')).toEqual([await page.evaluate(() => navigator.userAgent)]);
      expect(headerOf(echo, 'Accept-Language')).toHaveLength(1);
      expect(headerOf(echo, 'X-Forwarded-Proto')).toEqual([]);
    });

    test.each(['PUT', 'PATCH', 'DELETE'])('%s carries its body', async (method) => {
      expect(await fetchEcho(page, '/echo', { method, body: 'payload' })).toMatchObject({ method, body: 'payload' });
    });

    test.each([1, 50])('%i MiB go up whole, with their length declared', async (mebibytes) => {
      const size = mebibytes * MEBIBYTE;
      const answer = await page.evaluate(async (length) => {
        const bytes = new Uint8Array(length).map((_, index) => index % 251);
        const form = new FormData();
        form.append('file', new File([bytes], 'big.bin'));
        const sent = await (await fetch('/hash', { method: 'PUT', body: new Blob([bytes]) })).json();
        const posted = await (await fetch('/hash', { method: 'POST', body: form })).json();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return { sent, posted, sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
      }, size);
      expect(answer.sent).toEqual({ length: size, declaredLength: size, sha256: answer.sha256 });
      expect(answer.posted.length).toBeGreaterThan(size);
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

    test('50 MiB come down whole', async () => {
      const wrong = await page.evaluate(async (size) => {
        const bytes = new Uint8Array(await (await fetch(`/bytes?n=${size}`)).arrayBuffer());
        return bytes.length === size ? bytes.findIndex((byte, index) => byte !== index % 251) : bytes.length;
      }, 50 * MEBIBYTE);
      expect(wrong).toBe(-1);
    });

    test('a body is seen piece by piece', async () => {
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
      const echo = await fetchEcho(page, `/redirect?to=${encodeURIComponent(location)}`);
      expect(echo.target).toBe(`/echo${query}`);
    });

    test('a redirect is left alone where the page wants it so', async () => {
      const seen = await page.evaluate(async () => {
        const manual = await fetch('/redirect?to=/echo', { redirect: 'manual' });
        const error = await fetch('/redirect?to=/echo', { redirect: 'error' }).catch((reason: unknown) =>
          String(reason),
        );
        return [manual.type, typeof error];
      });
      expect(seen).toEqual(['opaqueredirect', 'string']);
    });

    test('a redirected frame navigation arrives', async () => {
      expect(await showInFrame(page, `/redirect?to=${encodeURIComponent('/no-frames')}`)).toBe('framed');
    });

    test.each([
      [301, 'GET'],
      [302, 'GET'],
      [303, 'GET'],
      [307, 'POST'],
      [308, 'POST'],
    ])('with %i a POST becomes a %s', async (code, method) => {
      const echo = await fetchEcho(page, `/redirect?code=${code}&to=/echo`, { method: 'POST', body: 'again' });
      expect(echo).toMatchObject({ method, body: method === 'POST' ? 'again' : null });
    });

    test.each([
      ['#attached', 'kept.txt', 'to keep'],
      ['#named', 'b c.txt', 'a'.repeat(1024)],
    ])('%s is saved to a file', async (link, name, content) => {
      await showInFrame(page, '/links');
      const frame = await stubFrame(page);
      const saved = await profile.saved(() => frame.click(link));
      expect({ name: saved.name, content: Buffer.from(saved.bytes).toString() }).toEqual({ name, content });
    });

    test('a form for the whole tab keeps the shell and shows the answer in the frame', async () => {
      await showInFrame(page, '/form');
      const frame = await stubFrame(page);
      await navigated(page, () => frame.click('button'));
      await stubReady(page);
      expect(await page.evaluate(() => [document.title, location.pathname])).toEqual(['shell', '/echo-page']);
      expect(await showInFrame(page, '/echo-page')).toBe('echo');
      expect(await (await stubFrame(page)).$eval('pre', (pre) => pre.textContent)).toBe('POST a=b+c');
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
      return () => other.close();
    });
    beforeEach(async () => {
      await visit();
      return leave;
    });

    test.each(['named', 'hidden'])('is not taken for one of the site: %s', async (name) => {
      const set = `c=${encodeURIComponent('session=1')}&c=${encodeURIComponent('strict=2; SameSite=Strict')}`;
      await fetchEcho(page, `/set-cookie?${set}`);
      const tab = await profile.newTab();
      // Another name of the same machine: another site.
      const tabOrigin = other.origin.replace('127.0.0.1', 'localhost');
      await tab.goto(`${tabOrigin}/${name}`);
      await navigated(tab, () => tab.click('button'));
      await stubReady(tab);
      await showInFrame(tab, '/echo');
      const echo: Echo = JSON.parse(await (await stubFrame(tab)).evaluate(() => document.body.textContent));
      expect(echo.method).toBe('POST');
      expect(headerOf(echo, 'Cookie')).toEqual([]);
      expect(headerOf(echo, 'Sec-Fetch-Site')).toEqual(['cross-site']);
      expect(headerOf(echo, 'Origin')).toEqual([name === 'named' ? tabOrigin : 'null']);
    });
  });

  describe('the way to the kernel', () => {
    beforeEach(async () => {
      await visit();
      return leave;
    });

    test('is found again after the worker was stopped, and cookies with it', async () => {
      const cookies = ['session=1; Path=/; HttpOnly', 'deep=2; Path=/sub', 'secure=3; Secure', 'gone=4; Max-Age=0'];
      const query = cookies.map((cookie) => `c=${encodeURIComponent(cookie)}`).join('&');
      const redirected = await fetchEcho(page, `/set-cookie?${query}`);
      expect(headerOf(redirected, 'Cookie')).toEqual(['session=1; secure=3']);
      await page.evaluate(() => {
        window.fromWorker = [];
      });
      await profile.stopWorkers(page);
      expect(headerOf(await fetchEcho(page, '/echo'), 'Cookie')).toEqual(['session=1; secure=3']);
      expect(headerOf(await fetchEcho(page, '/echo', { credentials: 'omit' }), 'Cookie')).toEqual([]);
      const asked = await page.evaluate(() =>
        window.fromWorker.filter((message) => message.portside === 'port-wanted'),
      );
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
        // Firefox asks for an icon on its own, and may wait for a port already.
        await fetch('/echo');
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

    test('a second tab is served by the kernel of the first', async () => {
      const second = await openStub(profile, `${site.url}second`);
      await second.evaluate(() => window.stopKernel());
      expect(await fetchEcho(second, '/echo')).toMatchObject({ target: '/echo' });
    });

    test('a tab that goes leaves its requests to the next kernel, though it said nothing', async () => {
      const second = await openStub(profile, `${site.url}second`);
      const answer = page.evaluate(async () => (await fetch('/gated?gate=left-behind')).text());
      await fetchEcho(page, '/echo');
      await second.close();
      await page.evaluate(async () => (await fetch('/open?gate=left-behind')).json());
      expect(await answer).toBe('through');
    });
  });

  describe('under a base path', () => {
    let inFolder: StubSite;
    beforeAll(async () => {
      inFolder = await serveStubSite('/repo/');
      profile = await browser.newProfile();
      page = await openStub(profile, inFolder.url);
      return async () => {
        await leave();
        await inFolder.close();
      };
    });

    test('the guest sees its folder as the root, and redirects come back into it', async () => {
      expect(await fetchEcho(page, '/repo/echo')).toMatchObject({ target: '/echo' });
      expect(await fetchEcho(page, '/repo/redirect?to=/echo')).toMatchObject({ target: '/echo' });
    });

    test('a script that a guest’s page asks for outside of the folder is the guest’s', async () => {
      await showInFrame(page, '/repo/escape');
      const seen = await (await stubFrame(page)).evaluate(() => document.documentElement.dataset.outside);
      expect(seen).toBe('served');
      expect(inFolder.asked).not.toContain('/outside.js');
    });

    test('the host’s own pages stay the host’s', async () => {
      const other = await profile.newTab();
      await other.goto(`${inFolder.origin}/outside.txt`);
      expect(await other.evaluate(() => document.body.textContent)).toBe('from the host');
      expect(inFolder.asked).toContain('/outside.txt');
    });
  });
});
