/** The demo of an app with a Workbox worker of its own that takes Portside in: both go on working. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DropIn, serveDropIn } from '../support/drop-in.js';
import { launchChromium } from '../support/shell-browser.js';

/** What the visitor sees, for people. */
const screenshot = (name: string): string =>
  fileURLToPath(new URL(`../../out/screenshots/drop-in-${name}.png`, import.meta.url));

let app: DropIn;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const opened = (page: Page) => page.waitForSelector('html[data-journal="open"]', { state: 'attached' });

beforeAll(async () => {
  [app, browser] = await Promise.all([serveDropIn(), launchChromium()]);
  context = await browser.newContext();
  context.setDefaultTimeout(100_000);
  page = await context.newPage();
  await page.goto(app.url);
  await opened(page);
});
afterAll(async () => {
  await browser?.close();
  await app?.remove();
});

const journal = async (): Promise<Frame> => {
  await page.click('nav a[href="#journal"]');
  const frame = page.frame({ name: 'journal' });
  if (!frame) throw new Error('The shop has no journal.');
  return frame;
};

/** What each cache of the origin holds, by path. */
const caches = (): Promise<Record<string, string[]>> =>
  page.evaluate(async () => {
    const held: Record<string, string[]> = {};
    for (const name of await window.caches.keys()) {
      const requests = await (await window.caches.open(name)).keys();
      held[name] = requests.map(({ url }) => new URL(url).pathname).sort();
    }
    return held;
  });

test('it takes under ten lines', async () => {
  const sources = ['app.js', 'sw.js'].map((name) =>
    readFile(fileURLToPath(new URL(`../../demo/drop-in/app/${name}`, import.meta.url)), 'utf8'),
  );
  const lines = (await Promise.all(sources)).join('\n').split('\n');
  const marked = lines.filter((line) => line.includes('// Portside'));
  expect(marked.map((line) => /\d+ of \d+$/.exec(line)?.[0]).sort()).toEqual(
    Array.from({ length: 9 }, (_, index) => `${index + 1} of 9`),
  );
  expect(lines.filter((line) => /portside|machine|bridge/i.test(line))).toEqual(marked);
});

describe('the shop', () => {
  test('opens with its pictures, and keeps a basket in its own worker', async () => {
    expect(await page.locator('.card').count()).toBe(6);
    await page.click('button[aria-label="Add Gull"]');
    await page.click('button[aria-label="Add Gull"]');
    await page.waitForFunction(() => document.querySelector('#count')?.textContent === '2');
    expect(await page.evaluate(async () => (await fetch('/api/basket')).json())).toEqual({ gull: 2 });
  });

  test('has in its caches what it had without Portside', async () => {
    const held = await caches();
    const [precache] = Object.keys(held).filter((name) => name.startsWith('workbox-precache'));
    expect(Object.keys(held).sort()).toEqual(
      ['api', 'basket', 'pictures', 'portside:files:/blog/', 'portside:guest:/blog/', precache ?? 'a precache'].sort(),
    );
    expect(held.api).toEqual(['/api/coffees.json']);
    expect(held.pictures).toHaveLength(6);
    expect(held[precache ?? '']).toEqual(expect.arrayContaining(['/app.js', '/index.html', '/style.css']));
    // Nothing that a guest answered, whatever Workbox caches.
    expect(
      Object.values(held)
        .flat()
        .filter((path) => path.endsWith('.php') || path === '/blog/'),
    ).toEqual([]);
  });
});

describe('the journal', () => {
  test('is read by fetch, from PHP', async () => {
    expect(await page.textContent('#teaser-title')).toBe('What harbour water does to a kettle');
    expect(await page.textContent('#engine')).toMatch(/^PHP 8\.\d+\.\d+ in this tab$/);
  });

  test('shows in a frame, with its own style sheet of the same path as the shop’s', async () => {
    const frame = await journal();
    expect(await frame.textContent('h1')).toBe('Journal');
    const widths = await Promise.all(
      [page, frame].map((shown) => shown.evaluate(async () => (await fetch('/style.css')).text())),
    );
    expect(widths[0]).toContain('.brand');
    expect(widths[1]).toContain('.entries');
    expect(
      await frame.evaluate(() => getComputedStyle(document.querySelector('.entries') ?? document.body).listStyleType),
    ).toBe('none');
  });

  test('knows nothing of its folder: its links and forms lead out of it, and come back', async () => {
    const frame = await journal();
    await Promise.all([frame.waitForURL('**/blog/entry.php?id=tuesday'), frame.click('text=Why we roast')]);
    await frame.fill('input[name="name"]', 'Ada');
    await frame.fill('textarea', 'Then it is Thursday here.');
    await Promise.all([frame.waitForURL('**/blog/entry.php?id=tuesday#comments'), frame.click('text=Leave a comment')]);
    expect(await frame.textContent('blockquote p')).toBe('Then it is Thursday here.');
    await Promise.all([frame.waitForURL('**/blog/'), frame.click('text=All entries')]);
    expect(page.url()).toBe(`${app.url}#journal`);
  });
});

test.each([
  ['light', 1200, 900],
  ['dark', 1200, 900],
  ['light', 390, 844],
  ['dark', 390, 844],
] as const)('looks as it should: %s, %i pixels wide', async (colorScheme, width, height) => {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  for (const name of ['shop', 'journal', 'basket']) {
    await page.click(`nav a[href="#${name === 'shop' ? 'shop' : name}"]`);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.screenshot({ path: screenshot(`${name}-${colorScheme}-${width}`) });
  }
});

test('by the keyboard alone', async () => {
  await page.goto(app.url);
  await opened(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(page.url()).toBe(`${app.url}#journal`);
});

test('without its host all of it opens: page, pictures, basket and journal', async () => {
  await app.stop();
  await page.goto(`${app.url}#shop`);
  await page.reload();
  await opened(page);
  expect(await page.locator('.card').count()).toBe(6);
  const drawn = await page.evaluate(() =>
    Array.from(document.images, ({ complete, naturalWidth }) => complete && naturalWidth > 0),
  );
  expect(drawn.every(Boolean)).toBe(true);
  expect(await page.textContent('#count')).toBe('2');
  expect(await page.textContent('#teaser-title')).toBe('What harbour water does to a kettle');
  expect(await (await journal()).textContent('.entries h2')).toBe('What harbour water does to a kettle');
});
