import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { heading, ShellVisit, shown } from '../support/shell-page.js';

let browser: Browser;
let visit: ShellVisit;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  visit = await ShellVisit.begin(() => browser.newContext());
});
afterEach(() => visit.end());

describe('a first visit', () => {
  it('ends with the site in the frame, without a second loading', async () => {
    const page = await visit.context.newPage();
    let loads = 0;
    page.on('domcontentloaded', () => loads++);
    const { frame } = await visit.open('', page);
    await heading(frame, 'home');
    expect(loads).toBe(1);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.title()).toBe('Page home');
    expect(await page.getAttribute('iframe#portside-site', 'title')).toBe('Harbour & <Sons>');
    expect(await frame.textContent('#referrer')).toBe('');
    await page.waitForSelector('link[rel="icon"][href^="data:image/svg+xml"]', { state: 'attached' });
  });

  it('shows a deep link at once, from 404.html', async () => {
    const { page, frame } = await visit.open('b?y=2#part');
    await heading(frame, 'b?y=2');
    expect(page.url()).toBe(`${visit.site.url}b?y=2#part`);
    expect(frame.url()).toBe(`${visit.site.url}b?y=2#part`);
  });
});

describe('the address', () => {
  it('follows links, back, forward, and reload', async () => {
    const { page, frame } = await visit.open();
    const entries = () => page.evaluate(() => history.length);
    const before = await entries();
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    await visit.address(page, 'a?x=1');
    await frame.click('#b');
    await heading(frame, 'b');
    await visit.address(page, 'b');
    await frame.click('#hash');
    await visit.address(page, 'b#part');
    expect(await entries()).toBe(before + 3);
    await page.evaluate(() => history.go(-2));
    await heading(frame, 'a?x=1');
    await visit.address(page, 'a?x=1');
    await page.evaluate(() => history.back());
    await heading(frame, 'home');
    await visit.address(page, '');
    await page.evaluate(() => history.go(2));
    await heading(frame, 'b');
    await visit.address(page, 'b');
    await page.reload();
    const again = await shown(page);
    await heading(again, 'b');
    expect(await entries()).toBe(before + 3);
    // The entries of before the reload belong to a frame that is gone.
    await page.evaluate(() => history.back());
    await heading(again, 'a?x=1');
    await visit.address(page, 'a?x=1');
    await page.evaluate(() => history.forward());
    await heading(again, 'b');
    await visit.address(page, 'b');
  });

  it('follows the history API and steers by an edited fragment', async () => {
    const { page, frame } = await visit.open();
    await frame.evaluate(() => history.pushState(null, '', '/pushed'));
    await visit.address(page, 'pushed');
    await page.evaluate(() => history.back());
    await visit.address(page, '');
    expect(await frame.textContent('h1')).toBe('home');
    await page.evaluate(() => {
      location.hash = '#part';
    });
    await frame.waitForFunction(() => location.hash === '#part');
    await visit.address(page, '#part');
    await page.evaluate(() => history.back());
    await visit.address(page, '');
    await frame.waitForFunction(() => location.hash === '');
  });
});

describe('a frame that a page of the site fills from a Blob', () => {
  it('is controlled, loads once, and again when it is given another', async () => {
    const { frame } = await visit.open();
    const loads = await frame.evaluate(async () => {
      const inner = document.createElement('iframe');
      const seen: string[] = [];
      for (const name of ['first', 'second']) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const html = `<base href="${location.origin}"><h2>${name}</h2><script>frameElement.loadedBy("${name}")</script>`;
        Object.assign(inner, { loadedBy: (by: string) => seen.push(by) });
        inner.onload = () => resolve();
        inner.src = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
        document.body.append(inner);
        await promise;
        const answer = await inner.contentWindow?.fetch(new URL('a', inner.contentDocument?.baseURI));
        seen.push(`${answer?.status} ${inner.contentDocument?.querySelector('h2')?.textContent}`);
      }
      return seen;
    });
    expect(loads).toEqual(['first', '200 first', 'second', '200 second']);
  });
});

describe('navigations that leave the frame', () => {
  it('keeps links to _top in the frame, without another boot', async () => {
    const { page, frame } = await visit.open();
    const instance = await frame.textContent('#instance');
    await frame.click('#top');
    await heading(frame, 'topped');
    await visit.address(page, 'topped');
    expect(await frame.textContent('#instance')).toBe(instance);
  });

  it('keeps forms to _top in the frame, with their body', async () => {
    const { page, frame } = await visit.open();
    await frame.click('#form button');
    await heading(frame, 'posted');
    expect(await frame.textContent('#posted')).toBe('POST q=1');
    await visit.address(page, 'posted');
  });

  it('stands a page that breaks out of frames', async () => {
    const { page, frame } = await visit.open('b');
    const instance = await frame.textContent('#instance');
    await frame.evaluate(() => {
      if (top && top !== self) top.location.href = self.location.href;
    });
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    expect(await frame.textContent('#instance')).toBe(instance);
    await visit.address(page, 'a?x=1');
  });

  it('saves a link with a download attribute, from the site', async () => {
    const { page, frame } = await visit.open();
    const [download] = await Promise.all([page.waitForEvent('download'), frame.click('#save')]);
    expect(download.suggestedFilename()).toBe('page b.html');
    expect(await readFile(await download.path(), 'utf8')).toContain('<h1>b</h1>');
    expect(page.url()).toBe(visit.site.url);
    // The page goes on as before.
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    await visit.address(page, 'a?x=1');
  });

  it('follows a redirect to another origin at the top, and comes back to the page before', async () => {
    const { page, frame } = await visit.open('b');
    await frame.evaluate(() => location.assign('/leave'));
    await page.waitForURL(/^http:\/\/elsewhere.test:/);
    await page.goBack();
    await heading(await shown(page), 'b');
    await visit.address(page, 'b');
  });

  it('opens another origin at the top, and comes back', async () => {
    const { page, frame } = await visit.open();
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    await frame.click('#outside');
    await page.waitForURL(/^http:\/\/elsewhere.test:/);
    await page.goBack();
    const again = await shown(page);
    await heading(again, 'a?x=1');
    await visit.address(page, 'a?x=1');
    await page.evaluate(() => history.back());
    await heading(again, 'home');
    await visit.address(page, '');
  });
});
