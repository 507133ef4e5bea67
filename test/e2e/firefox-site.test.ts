/** A real PHP site, packed and hosted by the command line, in Firefox: what site-visit and site-requests see in Chromium. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { address, type EngineView, fetchIn, heading, openSite, show, siteIn } from '../support/engine-visit.js';
import { launchEngine, navigated, type Profile, type TestBrowser } from '../support/engines.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { siteRoot } from '../support/site-visit.js';

const MEBIBYTE = 1024 * 1024;
/** Not a power of two, so that no buffer's size divides it. */
const PERIOD = 251;

let site: PackedSite;
let browser: TestBrowser;
let profile: Profile;
let view: EngineView;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchEngine('firefox')]);
  await arrive();
});
/** What a failed test leaves is no place for the next one, nor for its own second try. */
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await arrive();
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

/** The first visit of somebody new. */
async function arrive(): Promise<void> {
  profile = await browser.newProfile();
  view = await openSite(profile, `${site.url}visits.php?x=1#part`);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const reload = (page: Page) => navigated(page, () => page.evaluate(() => location.reload()));
const front = () => show(view.frame, '/', 'front');

describe('a visit', () => {
  test('begins at a deep link, isolated after one reload on a host that sets no headers', async () => {
    const { page, frame } = view;
    await heading(frame, 'visit 1');
    await address(page, `${site.url}visits.php?x=1#part`);
    const seen = await page.evaluate(() => ({
      isolated: crossOriginIsolated,
      title: document.title,
      loads: performance.getEntriesByType('navigation').map((entry) => entry.toJSON().type),
    }));
    expect(seen).toEqual({ isolated: true, title: 'visit 1', loads: ['reload'] });
    expect(await frame.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('goes back and forth, and survives a reload', async () => {
    const { page, frame } = view;
    await front();
    await frame.click('#deep');
    await heading(frame, 'page /deep/link');
    await address(page, `${site.url}deep/link?x=1#part`);
    await page.evaluate(() => history.back());
    await heading(frame, 'front');
    await address(page, site.url);
    await page.evaluate(() => history.forward());
    await heading(frame, 'page /deep/link');
    await address(page, `${site.url}deep/link?x=1#part`);

    await reload(page);
    view = await siteIn(page);
    await heading(view.frame, 'page /deep/link');
    await address(page, `${site.url}deep/link?x=1#part`);
    await page.evaluate(() => history.back());
    await heading(view.frame, 'front');
    await address(page, site.url);
  });

  test('keeps its session over a reload and a stop of the worker', async () => {
    const session = async () => JSON.parse((await fetchIn(view.frame, '/cookies.php')).text).PHPSESSID;
    const before = await session();
    expect(before).toMatch(/^\w+$/);
    await reload(view.page);
    view = await siteIn(view.page);
    expect(await session()).toBe(before);
    await profile.stopWorkers(view.page);
    expect(await session()).toBe(before);
  });

  test('a link for the whole tab stays in the shell, one for a new tab opens a shell of its own', async () => {
    const { page, frame } = view;
    await show(frame, '/frames.php', 'frames');
    await page.evaluate(() => document.documentElement.setAttribute('data-still-here', ''));
    const tab = await profile.opened(() => frame.click('#blank'));
    const other = await siteIn(tab);
    await heading(other.frame, 'page /deep/blank');
    await address(tab, `${site.url}deep/blank`);
    await tab.close();
    await frame.click('#top');
    await heading(frame, 'page /deep/top');
    await address(page, `${site.url}deep/top`);
    expect(await page.$('html[data-still-here]')).not.toBeNull();
  });

  test('shows a page that forbids framing', async () => {
    await show(view.frame, '/no-frames.php', 'not to be framed');
    expect((await fetchIn(view.frame, '/no-frames.php')).headers['content-security-policy']).toContain(
      "default-src 'self'",
    );
  });

  test('has its styles, scripts and pictures', async () => {
    await show(view.frame, '/files/page.html', 'static');
    await view.frame.waitForSelector('html[data-script=ran]');
    const [color, width] = await view.frame.evaluate(() => [
      getComputedStyle(document.querySelector('h1') ?? document.body).color,
      document.querySelector('img')?.naturalWidth,
    ]);
    expect([color, width]).toEqual(['rgb(0, 128, 128)', 7]);
  });
});

describe('a request', () => {
  test('is a form that a person posts', async () => {
    const { page, frame } = view;
    await front();
    await frame.type('[name=name]', 'Jürgen & Co');
    await frame.click('form:not([id]) button');
    await heading(frame, 'form');
    const expected = ['POST', { from: 'front' }, { name: 'Jürgen & Co', text: '' }];
    expect(JSON.parse(await frame.$eval('pre', (pre) => pre.textContent))).toEqual(expected);
    await address(page, `${site.url}form.php?from=front`);
  });

  test('has what $_SERVER has under a server at this address', async () => {
    await show(view.frame, '/?at=home', 'front');
    const { text } = await fetchIn(view.frame, '/request.php/info?a=b', { method: 'POST', body: 'x=y' });
    expect(JSON.parse(text).server).toMatchObject({
      HTTP_HOST: new URL(site.url).host,
      HTTP_REFERER: `${site.url}?at=home`,
      HTTP_ORIGIN: site.origin,
      HTTP_USER_AGENT: await view.page.evaluate(() => navigator.userAgent),
      SERVER_PORT: new URL(site.url).port,
      CONTENT_LENGTH: '3',
      CONTENT_TYPE: 'text/plain;charset=UTF-8',
      REQUEST_URI: '/request.php/info?a=b',
      PATH_INFO: '/info',
    });
  });

  test.each([1, 50])('carries %i MiB from a form and from scripts', async (mebibytes) => {
    const size = mebibytes * MEBIBYTE;
    const bytes = new Uint8Array(size).map((_, index) => index % PERIOD);
    const digest = sha256(bytes);
    const folder = await mkdtemp(join(tmpdir(), 'portside-upload-'));
    try {
      await writeFile(join(folder, 'large.bin'), bytes);
      await front();
      await view.frame.type('#upload [name=title]', 'large');
      const input = await view.frame.waitForSelector('#upload input[type=file]');
      await input?.uploadFile(join(folder, 'large.bin'));
      await view.frame.click('#upload button');
      await heading(view.frame, 'upload');
    } finally {
      await rm(folder, { recursive: true });
    }
    const uploaded = await view.frame.$eval('pre', (pre) => pre.textContent);
    expect(JSON.parse(uploaded)).toEqual(['large', 'large.bin', size, digest]);

    const [posted, put] = await view.frame.evaluate(
      async (length, period) => {
        const content = new Uint8Array(length).map((_, index) => index % period);
        const form = new FormData();
        form.append('file', new File([content], 'größe.bin', { type: 'application/x-large' }));
        form.append('after', 'the file');
        return [
          await (await fetch('/request.php', { method: 'POST', body: form })).json(),
          await (await fetch('/request.php', { method: 'PUT', body: content })).json(),
        ];
      },
      size,
      PERIOD,
    );
    expect(posted.files.file).toEqual({
      name: 'größe.bin',
      type: 'application/x-large',
      error: 0,
      size,
      sha256: digest,
    });
    expect(posted.post).toEqual({ after: 'the file' });
    expect(put.input).toEqual([size, digest]);
    expect(put.server.CONTENT_LENGTH).toBe(String(size));
  });

  test('is one of 200 at once, and answered', async () => {
    const wrong = await view.frame.evaluate(async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const response = await fetch(index % 2 === 0 ? '/files/data.json' : `/request.php?n=${index}`);
          return response.ok && (await response.text()).includes(index % 2 === 0 ? 'ü' : `"n":"${index}"`);
        }),
      );
      return answers.filter((answered) => !answered).length;
    });
    expect(wrong).toBe(0);
  });
});

describe('an answer', () => {
  test('of 50 MiB comes down whole, to a script and to a file', async () => {
    const size = 50 * MEBIBYTE;
    const expected = createHash('sha256');
    for (let piece = 0; piece < size / 65_536; piece++) {
      expected.update(Buffer.alloc(65_536, createHash('sha256').update(String(piece)).digest()));
    }
    const wanted = expected.digest('hex');
    const fetched = await view.frame.evaluate(async (length) => {
      const response = await fetch(`/download.php?size=${length}`);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }, size);
    expect(fetched).toBe(wanted);
    await front();
    const saved = await profile.saved(() => view.frame.click('#download'));
    expect([saved.name, sha256(saved.bytes)]).toEqual(['large.bin', wanted]);
  });

  test('is saved to a file by a link with a download attribute', async () => {
    await show(view.frame, '/frames.php', 'frames');
    const saved = await profile.saved(() => view.frame.click('#kept'));
    expect([saved.name, Buffer.from(saved.bytes).toString()]).toEqual(['kept.txt', 'a plain text, with an ü\n']);
  });

  test('is read, and shown, piece by piece', async () => {
    const gaps = await view.frame.evaluate(async () => {
      const arrivals: number[] = [];
      const { body } = await fetch('/pieces.php');
      const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; ; ) {
        const result = await reader?.read();
        if (!result || result.done) break;
        text += result.value;
        while (text.includes(`id="piece${arrivals.length + 1}"`)) arrivals.push(performance.now());
      }
      return arrivals.slice(1).map((time, index) => time - (arrivals[index] ?? 0));
    });
    expect(gaps).toHaveLength(4);
    // Made 100 ms apart; together they would arrive within a few.
    for (const gap of gaps) expect(gap).toBeGreaterThan(50);
    await front();
    await show(view.frame, '/pieces.php', 'pieces');
    expect(await view.frame.evaluate(() => [document.readyState, document.querySelector('#piece5') !== null])).toEqual([
      'loading',
      false,
    ]);
    await view.frame.waitForSelector('#piece5');
  });

  test.each([
    ['to a name', 'request.php?to=name'],
    ['to a path', '/request.php?to=path'],
    ['to the page’s own host', '//{host}/request.php?to=host'],
    ['to localhost and the server’s port', 'http://localhost:{port}/request.php?to=localhost'],
  ])('may redirect %s', async (_, location) => {
    const to = location.replace('{host}', new URL(site.url).host);
    const { url, redirected } = await fetchIn(view.frame, `/redirect.php?to=${encodeURIComponent(to)}`);
    expect({ url, redirected }).toEqual({
      url: `${site.url}request.php${to.slice(to.indexOf('?'))}`,
      redirected: true,
    });
  });

  test.each([
    [303, 'GET', ''],
    [307, 'POST', 'again'],
    [308, 'POST', 'again'],
  ])('with %i makes a %s of a POST', async (status, method, input) => {
    const path = `/redirect.php?to=request.php&status=${status}`;
    const seen = JSON.parse((await fetchIn(view.frame, path, { method: 'POST', body: 'again' })).text);
    expect(seen).toMatchObject({ server: { REQUEST_METHOD: method }, input });
  });

  test('that redirects a form is followed by frame and address', async () => {
    await show(view.frame, '/guest-book.php', 'guest book');
    await view.frame.type('[name=name]', 'Ada');
    await view.frame.click('button');
    await view.frame.waitForFunction(() => document.querySelector('pre')?.textContent === '{"1":"Ada"}');
    await address(view.page, `${site.url}guest-book.php`);
    const to = encodeURIComponent('http://localhost:{port}/visits.php?redirected');
    await show(view.frame, `/redirect.php?to=${to}`, /^visit \d+$/);
    await address(view.page, `${site.url}visits.php?redirected`);
  });

  test('sets cookies that come back by path and until they expire', async () => {
    const cookies = async (path: string) => JSON.parse((await fetchIn(view.frame, path)).text);
    await fetchIn(view.frame, '/cookies.php?set=1');
    const everywhere = { lasting: 'kept', plain: 'grüße; and more' };
    expect(await cookies('/cookies.php')).toMatchObject(everywhere);
    expect(await cookies('/cookies.php')).not.toHaveProperty('past');
    expect(await cookies('/cookies.php')).not.toHaveProperty('folder');
    expect(await cookies('/folder/cookies.php')).toMatchObject({ ...everywhere, folder: 'below' });
  });
});

describe('a page that nobody waits for', () => {
  test('ends when a script cancels it', async () => {
    const ended = view.said(/endless ended/);
    await view.frame.evaluate(async () => {
      const abort = new AbortController();
      const { body } = await fetch('/endless.php', { signal: abort.signal });
      await body?.getReader().read();
      abort.abort();
    });
    await ended;
  });

  test('ends when the frame goes elsewhere', async () => {
    const ended = view.said(/endless ended/);
    await show(view.frame, '/endless.php', 'endless');
    await front();
    await ended;
  });
});

describe('a fault', () => {
  test('in a page is PHP’s message in the page and on the console', async () => {
    await front();
    const logged = view.said(/GET \/fatal.php - Uncaught Error/);
    await view.frame.click('#fatal');
    await heading(view.frame, 'before the error');
    await logged;
    expect((await fetchIn(view.frame, '/fatal.php')).text).toContain('Call to undefined function');
  });

  test('that ends a server process is a page with a code, and JSON for who wants it', async () => {
    await front();
    const restarted = view.said(/ended with status \d+; another/);
    const crash = (accept: string) =>
      fetchIn(view.frame, '/crash.php', { method: 'POST', headers: { Accept: accept } });
    const page = await crash('text/html');
    expect([page.status, page.headers['x-portside-error']]).toEqual([502, 'guest-closed-early']);
    expect(page.text).toContain('<!doctype html>');
    await restarted;
    const json = await crash('application/json');
    expect([json.status, JSON.parse(json.text).code]).toEqual([502, 'guest-closed-early']);
    expect((await fetchIn(view.frame, '/files/data.json')).status).toBe(200);
  });
});

describe('a second tab', () => {
  test('shows the same site from the same servers, and goes on when the first is closed', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await fetchIn(view.frame, '/guest-book.php', { method: 'POST', body: 'name=Jürgen', headers });
    const second = await openSite(profile, `${site.url}guest-book.php`);
    await heading(second.frame, 'guest book');
    expect(await second.frame.$eval('pre', (pre) => pre.textContent)).toContain('"Jürgen"');
    await view.page.close();
    await show(second.frame, '/files/page.html', 'static');
    // Sessions lie in the guest's files, which the store has kept.
    await show(second.frame, '/visits.php', /^visit [2-9]$/);
    view = second;
  });
});
