/** What a site gets and gives: a real PHP site, packed and hosted by the command line, in a real Chromium. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { heading } from '../support/shell-page.js';
import { fetchIn, openSite, requestSeen, siteRoot } from '../support/site-visit.js';

const FIFTY = 50 * 1024 * 1024;
/** Not a power of two, so that no buffer's size divides it. */
const PERIOD = 251;

let site: PackedSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let frame: Frame;
let consoleLines: readonly string[];

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
  context = await browser.newContext();
  ({ page, frame, console: consoleLines } = await openSite(context, site.url));
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const goTo = async (path: string, title: string): Promise<void> => {
  await frame.goto(site.url + path, { waitUntil: 'commit' });
  await heading(frame, title);
};

describe('a request', () => {
  test('GET has its query', async () => {
    const seen = await requestSeen(frame, '/request.php?a=1&b[]=2&b[]=x%20y&c=%E2%82%AC');
    expect(seen.server.REQUEST_METHOD).toBe('GET');
    expect(seen.get).toEqual({ a: '1', b: ['2', 'x y'], c: '€' });
  });

  test('HEAD has the headers alone', async () => {
    const head = await fetchIn(frame, '/request.php', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['x-method']).toBe('HEAD');
    expect(head.headers['content-type']).toBe('application/json');
  });

  test('a form is posted by a person', async () => {
    await goTo('', 'front');
    await frame.fill('[name=name]', 'Jürgen & Co');
    await frame.fill('[name=text]', 'one\ntwo');
    await frame.click('text=Send');
    await heading(frame, 'form');
    // HTML, "constructing the entry list": line breaks become CRLF.
    const expected = ['POST', { from: 'front' }, { name: 'Jürgen & Co', text: 'one\r\ntwo' }];
    expect(JSON.parse((await frame.textContent('pre')) ?? '')).toEqual(expected);
    await page.waitForURL('**/form.php?from=front');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s has its body in php://input', async (method) => {
    const headers = { 'Content-Type': 'application/json' };
    const seen = await requestSeen(frame, '/request.php', { method, body: '{"a":"ü"}', headers });
    expect(seen.server).toMatchObject({
      REQUEST_METHOD: method,
      CONTENT_TYPE: 'application/json',
      CONTENT_LENGTH: '10',
    });
    expect(seen).toMatchObject({ input: '{"a":"ü"}', post: [] });
  });

  test('DELETE has none', async () => {
    const seen = await requestSeen(frame, '/request.php', { method: 'DELETE' });
    expect(seen).toMatchObject({ server: { REQUEST_METHOD: 'DELETE' }, input: '' });
  });

  test('$_SERVER is as under a server at this address', async () => {
    await goTo('?at=home', 'front');
    const { server } = await requestSeen(frame, '/request.php/info?a=b', { method: 'POST', body: 'x=y' });
    expect(server).toMatchObject({
      HTTP_HOST: new URL(site.url).host,
      HTTP_REFERER: `${site.url}?at=home`,
      HTTP_ORIGIN: site.origin,
      HTTP_USER_AGENT: await page.evaluate(() => navigator.userAgent),
      REMOTE_ADDR: '127.0.0.1',
      SERVER_NAME: new URL(site.url).hostname,
      SERVER_PORT: new URL(site.url).port,
      CONTENT_LENGTH: '3',
      CONTENT_TYPE: 'text/plain;charset=UTF-8',
      SERVER_PROTOCOL: 'HTTP/1.1',
      REQUEST_URI: '/request.php/info?a=b',
      PATH_INFO: '/info',
      SCRIPT_NAME: '/request.php',
      DOCUMENT_ROOT: '/var/www/html',
      SCRIPT_FILENAME: '/var/www/html/request.php',
    });
    expect(server.HTTPS).toBeUndefined();
    expect(Math.abs(Number(server.REQUEST_TIME_FLOAT) - Date.now() / 1000)).toBeLessThan(60);
  });
});

describe('50 MB', () => {
  const bytes = new Uint8Array(FIFTY).map((_, index) => index % PERIOD);
  const digest = sha256(bytes);

  test('arrive as an upload from a form', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portside-upload-'));
    try {
      await writeFile(join(folder, 'large.bin'), bytes);
      await goTo('', 'front');
      await frame.fill('#upload [name=title]', 'large');
      await frame.setInputFiles('#upload [name=file]', join(folder, 'large.bin'));
      await frame.click('text=Upload');
      await heading(frame, 'upload');
      expect(JSON.parse((await frame.textContent('pre')) ?? '')).toEqual(['large', 'large.bin', FIFTY, digest]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('arrive from a script, as a form and as they are', async () => {
    const [posted, put] = await frame.evaluate(
      async ([size, period]) => {
        const content = new Uint8Array(size).map((_, index) => index % period);
        const form = new FormData();
        form.append('file', new File([content], 'größe.bin', { type: 'application/x-large' }));
        form.append('after', 'the file');
        return [
          await (await fetch('/request.php', { method: 'POST', body: form })).json(),
          await (await fetch('/request.php', { method: 'PUT', body: content })).json(),
        ];
      },
      [FIFTY, PERIOD] as const,
    );
    expect(posted.files.file).toEqual({
      name: 'größe.bin',
      type: 'application/x-large',
      error: 0,
      size: FIFTY,
      sha256: digest,
    });
    expect(posted.post).toEqual({ after: 'the file' });
    expect(put.input).toEqual([FIFTY, digest]);
    expect(put.server.CONTENT_LENGTH).toBe(String(FIFTY));
  });

  test('come down whole, to a script and to a file', async () => {
    const expected = createHash('sha256');
    for (let piece = 0; piece < FIFTY / 65_536; piece++) {
      const block = createHash('sha256').update(String(piece)).digest();
      expected.update(Buffer.alloc(65_536, block));
    }
    const wanted = expected.digest('hex');
    const fetched = await frame.evaluate(async (size) => {
      const response = await fetch(`/download.php?size=${size}`);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }, FIFTY);
    expect(fetched).toBe(wanted);

    await goTo('', 'front');
    const [download] = await Promise.all([page.waitForEvent('download'), frame.click('#download')]);
    expect(download.suggestedFilename()).toBe('large.bin');
    expect(sha256(await readFile(await download.path()))).toBe(wanted);
  });
});

describe('a script that reads slowly', () => {
  test('stops the server’s writing, lets it go on, and ends it', async () => {
    const seen = await frame.evaluate(async () => {
      const howFar = async () => (await fetch('/how-far.php')).text();
      const { body } = await fetch('/flood.php');
      const reader = body?.getReader();
      await reader?.read();
      // It stands still once each of many requests beside it is answered without a step of it.
      let still = 0;
      let far = '';
      for (let before = ''; still < 30; still = far !== '' && far === before ? still + 1 : 0) {
        before = far;
        far = await howFar();
      }
      for (let read = 0; read < 30 * 1024 * 1024; ) {
        const piece = await reader?.read();
        read += piece?.value?.byteLength ?? 0;
      }
      while (Number(await howFar()) <= Number(far));
      await reader?.cancel();
      while ((await howFar()) !== 'over');
      return Number(far);
    });
    // Of 300: Chromium 156 takes some 57 MiB out of any worker's stream ahead of a script that reads none, and then no more.
    expect(seen).toBeLessThan(100);
  });
});

describe('a page that flushes', () => {
  test('is read piece by piece', async () => {
    const times = await frame.evaluate(async () => {
      const arrivals: number[] = [];
      const { body } = await fetch('/pieces.php');
      const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; ; ) {
        const result = await reader?.read();
        if (!result || result.done) return arrivals;
        text += result.value;
        while (text.includes(`id="piece${arrivals.length + 1}"`)) arrivals.push(performance.now());
      }
    });
    expect(times).toHaveLength(5);
    // Made 100 ms apart; together they would arrive within a few.
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(50);
  });

  test('is shown while it is still coming', async () => {
    await goTo('', 'front');
    await frame.evaluate(() => location.assign('/pieces.php'));
    await heading(frame, 'pieces');
    const whole = await frame.waitForFunction(() => [document.readyState, document.querySelector('#piece5') !== null]);
    expect(await whole.jsonValue()).toEqual(['loading', false]);
    await frame.waitForSelector('#piece5');
  });
});

describe('a redirect', () => {
  test.each([
    ['to a name', 'request.php?to=name'],
    ['to a path', '/request.php?to=path'],
    ['to the page’s own host', '//{host}/request.php?to=host'],
    ['to the page’s own origin', 'http://{host}/request.php?to=origin'],
    ['to localhost and the server’s port', 'http://localhost:{port}/request.php?to=localhost'],
    ['to 127.0.0.1', 'http://127.0.0.1:{port}/request.php?to=loopback'],
  ])('%s is followed', async (_, location) => {
    const to = location.replace('{host}', new URL(site.url).host);
    const { url, redirected, text } = await fetchIn(frame, `/redirect.php?to=${encodeURIComponent(to)}`);
    const search = to.slice(to.indexOf('?'));
    expect({ url, redirected }).toEqual({ url: `${site.url}request.php${search}`, redirected: true });
    expect(JSON.parse(text).server.REQUEST_URI).toBe(`/request.php${search}`);
  });

  test('is followed by the frame and the address', async () => {
    const to = encodeURIComponent('http://localhost:{port}/visits.php?redirected');
    await frame.goto(`${site.url}redirect.php?to=${to}`, { waitUntil: 'commit' });
    await frame.waitForSelector('h1:text-matches("visit [0-9]+")');
    await page.waitForURL(`${site.url}visits.php?redirected`);
  });

  test.each([
    [303, 'GET', ''],
    [307, 'POST', 'again'],
    [308, 'POST', 'again'],
  ])('with %i a POST becomes a %s', async (status, method, input) => {
    const seen = await requestSeen(frame, `/redirect.php?to=request.php&status=${status}`, {
      method: 'POST',
      body: 'again',
    });
    expect(seen).toMatchObject({ server: { REQUEST_METHOD: method }, input });
  });
});

describe('cookies', () => {
  test('a session goes on from page to page', async () => {
    await goTo('visits.php', await nextVisit());
    await goTo('visits.php', await nextVisit());
  });

  const nextVisit = async (): Promise<string> => {
    const { text } = await fetchIn(frame, '/visits.php');
    return `visit ${Number(/visit (\d+)/.exec(text)?.[1]) + 1}`;
  };

  test('come back as they were set, by path and until they expire', async () => {
    const cookies = async (path: string) => JSON.parse((await fetchIn(frame, path)).text);
    await fetchIn(frame, '/cookies.php?set=1');
    const everywhere = { lasting: 'kept', plain: 'grüße; and more' };
    expect(await cookies('/cookies.php')).toMatchObject(everywhere);
    expect(await cookies('/cookies.php')).not.toHaveProperty('past');
    expect(await cookies('/cookies.php')).not.toHaveProperty('folder');
    expect(await cookies('/folder/cookies.php')).toMatchObject({ ...everywhere, folder: 'below' });
  });
});

describe('SQLite by PDO', () => {
  test('keeps what is written', async () => {
    for (const name of ['Ada', 'Jürgen']) {
      await goTo('guest-book.php', 'guest book');
      await frame.fill('[name=name]', name);
      await Promise.all([frame.waitForNavigation(), frame.click('text=Sign')]);
    }
    await heading(frame, 'guest book');
    expect(JSON.parse((await frame.textContent('pre')) ?? '')).toEqual({ 1: 'Ada', 2: 'Jürgen' });
  });
});

describe('static files', () => {
  // The types are those of PHP's own table, sapi/cli/mime_type_map.h.
  test.each([
    ['text.txt', 'text/plain; charset=UTF-8'],
    ['style.css', 'text/css; charset=UTF-8'],
    ['script.js', 'application/javascript'],
    ['data.json', 'application/json'],
    ['image.svg', 'image/svg+xml'],
    ['page.html', 'text/html; charset=UTF-8'],
    ['module.wasm', 'application/wasm'],
    ['with%20space.txt', 'text/plain; charset=UTF-8'],
  ])('%s', async (name, type) => {
    const { status, headers, text } = await fetchIn(frame, `/files/${name}`);
    const content = await readFile(join(siteRoot, 'files', decodeURIComponent(name)), 'utf8');
    expect({ status, type: headers['content-type'], text }).toEqual({ status: 200, type, text: content });
  });

  test('make up a page', async () => {
    await goTo('files/page.html', 'static');
    await frame.waitForSelector('html[data-script=ran]', { state: 'attached' });
    const [color, width] = await frame.evaluate(() => [
      getComputedStyle(document.querySelector('h1') ?? document.body).color,
      document.querySelector('img')?.naturalWidth,
    ]);
    expect([color, width]).toEqual(['rgb(0, 128, 128)', 7]);
  });

  test.each(['/files/missing.txt', '/missing.php', '/missing.png'])('%s is not found', async (path) => {
    const { status, text } = await fetchIn(frame, path);
    expect(status).toBe(404);
    expect(text).toContain(`The requested resource <code class="url">${path}</code> was not found`);
  });
});

describe('the shell', () => {
  test('has error_log on its console, a line for a line', async () => {
    const line = page.waitForEvent('console', (message) => message.text().includes('from the harbour'));
    await fetchIn(frame, '/log.php?text=from%20the%20harbour');
    // As PHP's server writes it: time, then text.
    expect((await line).text()).toMatch(/^\[process \d+\] \[\w{3} \w{3} [\d ]\d [\d:]{8} \d{4}\] from the harbour$/);
    expect(consoleLines.filter((text) => /\[process \d+\] *$/.test(text))).toEqual([]);
  });

  test('shows a page that forbids framing', async () => {
    await goTo('no-frames.php', 'not to be framed');
    const { headers } = await fetchIn(frame, '/no-frames.php');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
  });
});

describe('a page that nobody waits for', () => {
  const ended = () => page.waitForEvent('console', (message) => message.text().includes('endless ended'));

  test('ends when a script cancels it', async () => {
    const end = ended();
    await frame.evaluate(async () => {
      const abort = new AbortController();
      const { body } = await fetch('/endless.php', { signal: abort.signal });
      await body?.getReader().read();
      abort.abort();
    });
    await end;
  });

  test('ends when the frame goes elsewhere', async () => {
    const end = ended();
    await goTo('endless.php', 'endless');
    await goTo('', 'front');
    await end;
  });

  test('takes no server along: a large download, given up', async () => {
    await frame.evaluate(async (size) => {
      const abort = new AbortController();
      const { body } = await fetch(`/download.php?size=${size}`, { signal: abort.signal });
      await body?.getReader().read();
      abort.abort();
    }, FIFTY);
    for (let round = 0; round < 2; round++) {
      const served = await Promise.all([1, 2].map(async () => (await fetchIn(frame, '/sleep.php?seconds=1')).text));
      expect(new Set(served).size).toBe(2);
    }
  });
});

describe('200 requests at once', () => {
  test('are all answered', async () => {
    const answers = await frame.evaluate(() =>
      Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const path = index % 2 === 0 ? '/files/data.json' : `/request.php?n=${index}`;
          const response = await fetch(path);
          return [response.status, (await response.text()).includes(index % 2 === 0 ? 'ü' : `"n":"${index}"`)];
        }),
      ),
    );
    expect(answers.filter(([status, whole]) => status !== 200 || !whole)).toEqual([]);
  });
});

describe('two server processes', () => {
  const ask = (seconds: number) =>
    frame.evaluate(async (wait) => {
      const start = performance.now();
      const ask = async () => (await fetch(`/sleep.php?seconds=${wait}`)).text();
      const processes = await Promise.all([ask(), ask()]);
      return { elapsed: performance.now() - start, processes };
    }, seconds);

  test('serve two slow requests at a time', async () => {
    const { elapsed } = await ask(2);
    expect(elapsed).toBeGreaterThanOrEqual(2000);
    expect(elapsed).toBeLessThan(3000);
  });

  test('share what comes together, every time', async () => {
    // Long enough that on a busy machine the second comes before the first is done.
    for (let round = 0; round < 5; round++) expect(new Set((await ask(1)).processes).size).toBe(2);
  });
});
