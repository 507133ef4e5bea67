/** What guest documents get at their start, and that it changes nothing else about them. */
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchChromium()]);
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(site.url);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const;

const path = (html: string, ...headers: readonly (readonly [string, string])[]): string =>
  `/document?${new URLSearchParams([['html', html], ...headers.map(([name, value]) => ['header', `${name}: ${value}`])])}`;

/** The guest's document as the shell's frame shows it. */
async function show(html: string, ...headers: readonly (readonly [string, string])[]): Promise<Frame> {
  const element = await page.waitForSelector('#portside-site', { state: 'attached' });
  const loaded = element.evaluate(
    (frame) => new Promise((resolve) => frame.addEventListener('load', resolve, { once: true })),
  );
  await element.evaluate(
    (frame, src) => frame.setAttribute('src', src),
    path(html, ...(headers.length > 0 ? headers : [HTML])),
  );
  await loaded;
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The site has no frame.');
  return frame;
}

/** The same document from a server, in a tab without a service worker. */
async function showNatively(html: string, ...headers: readonly (readonly [string, string])[]): Promise<Frame> {
  const native = await browser.newContext({ serviceWorkers: 'block' });
  const tab = await native.newPage();
  const fields: Record<string, string> = {};
  for (const [name, value] of headers) fields[name] = name in fields ? `${fields[name]}, ${value}` : value;
  await tab.route('**/*', (route) => route.fulfill({ headers: fields, body: html.replaceAll('|', '') }));
  await tab.goto(`${site.url}document`);
  return tab.mainFrame();
}

const ran = (frame: Frame) => frame.evaluate(() => Symbol.for('portside.document') in globalThis);
const markup = (frame: Frame) => frame.evaluate(() => document.documentElement.outerHTML);

const PAGES = [
  '<!doctype html><html lang="a>b"><head><meta charset=utf-8><ti|tle>a</title><scri|pt>seen = document.scripts.length</script></head><body>b</body></html>',
  'text <b>bold</b>',
  '<!-- c --><p>one<script>seen = document.scripts.length</script>',
  '<html data-a><frameset cols="50%,50%"></frameset>',
  '<HTML onclick="x()" class=k><HEAD><TITLE>t</TITLE></HEAD><BODY>',
  '',
];

test.each(PAGES)('%j is the same document but for what ran', async (html) => {
  const frame = await show(html);
  expect(await ran(frame)).toBe(true);
  const native = await showNatively(html, HTML);
  expect(await ran(native)).toBe(false);
  expect(await markup(frame)).toBe(await markup(native));
  const facts = () => [document.compatMode, document.characterSet, document.title, Reflect.get(globalThis, 'seen')];
  expect(await frame.evaluate(facts)).toEqual(await native.evaluate(facts));
  await native.page().context().close();
});

test('the encoding that a document declares is found', async () => {
  const frame = await show('<!doctype html><head><meta charset="windows-1251"><title>x</title></head>', [
    'Content-Type',
    'text/html',
  ]);
  expect(await ran(frame)).toBe(true);
  expect(await frame.evaluate(() => document.characterSet)).toBe('windows-1251');
});

test('a document that is written anew is set up already', async () => {
  const frame = await show('<p>first');
  await frame.evaluate(() => {
    document.open();
    document.write('<!doctype html><title>again</title>');
    document.close();
  });
  expect(await frame.evaluate(() => document.title)).toBe('again');
  expect(await ran(frame)).toBe(true);
});

describe('a Content-Security-Policy', () => {
  /** What of it ran is in `data-ran`, in order; what was reported in `data-reported`. */
  const PROBES = `<!doctype html><script nonce="good">
    document.documentElement.dataset.ran = 'nonce';
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, disposition }) => {
      document.documentElement.dataset.reported = (document.documentElement.dataset.reported || '') +
        [effectiveDirective, blockedURI, disposition] + ';';
    });
    </script><script>document.documentElement.dataset.ran += ' inline'</script>
    <script nonce="other">document.documentElement.dataset.ran += ' other'</script>
    <style>html { --styled: yes }</style>
    <p onclick="document.documentElement.dataset.ran += ' handler'" style="color: red">p</p>
    <script nonce="good">
      document.querySelector('p').click();
      try { eval("document.documentElement.dataset.ran += ' eval'") } catch {}
      const made = document.createElement('script');
      made.textContent = "document.documentElement.dataset.ran += ' made'";
      document.body.append(made);
    </script>`;

  const outcome = (frame: Frame) =>
    frame.evaluate(() => ({
      ...document.documentElement.dataset,
      styled: getComputedStyle(document.documentElement).getPropertyValue('--styled'),
      red: getComputedStyle(document.querySelector('p') ?? document.body).color,
    }));

  test.each([
    ["script-src 'nonce-good'"],
    ["default-src 'nonce-good' 'strict-dynamic'"],
    ["default-src 'self' 'nonce-good'; style-src 'unsafe-inline'"],
    ["default-src 'self' 'unsafe-inline'"],
    ["script-src 'self' 'unsafe-inline' 'unsafe-eval'"],
    ["script-src 'nonce-good' 'unsafe-eval' 'unsafe-hashes'; script-src-attr 'unsafe-inline'"],
    ["script-src 'nonce-good', script-src 'nonce-good' 'nonce-other'"],
    [
      "script-src 'nonce-good' 'nonce-other', script-src 'unsafe-inline', default-src 'nonce-other' 'nonce-good' 'unsafe-eval'",
    ],
    ["default-src 'none'"],
    ["script-src 'self'"],
    ["default-src 'unsafe-inline' 'strict-dynamic'"],
  ])('%s', async (policy) => {
    const headers = [HTML, ['Content-Security-Policy', policy]] as const;
    const frame = await show(PROBES, ...headers);
    const native = await showNatively(PROBES, ...headers);
    expect(await ran(frame)).toBe(true);
    expect(await frame.evaluate(() => document.scripts.length)).toBe(
      await native.evaluate(() => document.scripts.length),
    );
    expect(await outcome(frame)).toEqual(await outcome(native));
    await native.page().context().close();
  });

  test('one that only reports has nothing more to report', async () => {
    const headers = [
      HTML,
      ['Content-Security-Policy-Report-Only', "script-src 'nonce-good'; style-src 'self'"],
    ] as const;
    const frame = await show(PROBES, ...headers);
    const native = await showNatively(PROBES, ...headers);
    expect(await ran(frame)).toBe(true);
    expect(await outcome(frame)).toEqual(await outcome(native));
    await native.page().context().close();
  });

  test('in a meta element does not rule what comes before it', async () => {
    const meta = `<!doctype html><meta charset=utf-8><meta http-equiv="Content-Security-Policy" content="script-src 'nonce-good'">`;
    const frame = await show(meta + PROBES);
    const native = await showNatively(meta + PROBES, HTML);
    expect(await ran(frame)).toBe(true);
    expect(await outcome(frame)).toEqual(await outcome(native));
    await native.page().context().close();
  });
});
