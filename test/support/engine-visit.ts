/** Looks at a packed site in any engine: the tab, and the frame that shows the site in it. site-visit.ts for Playwright. */
import type { Frame, Page } from 'puppeteer-core';
import type { Profile } from './engines.js';
import type { Fetched, FetchOptions } from './site-visit.js';

/** A boot on a busy machine. */
const BOOT = { timeout: 90_000 };

export interface EngineView {
  readonly page: Page;
  readonly frame: Frame;
  /** Resolves with the next line on the console that `pattern` fits. */
  said(pattern: RegExp): Promise<string>;
}

/** Opens `url` in a new tab and waits until the site is to be seen. */
export async function openSite(profile: Profile, url: string): Promise<EngineView> {
  const page = await profile.newTab();
  // A first visit loads a second time before its `load` has come.
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return siteIn(page);
}

/** The view of a tab that opens or has been reloaded, once the site is to be seen in it. */
export async function siteIn(page: Page): Promise<EngineView> {
  await page.waitForSelector('html[data-portside-state="ready"]', BOOT);
  const frame = await (await page.waitForSelector('iframe#portside-site'))?.contentFrame();
  if (!frame) throw new Error('The site has no frame.');
  return {
    page,
    frame,
    said: (pattern) =>
      new Promise((resolve) => {
        page.on('console', function look(message) {
          if (!pattern.test(message.text())) return;
          page.off('console', look);
          resolve(message.text());
        });
      }),
  };
}

export const heading = (frame: Frame, text: string | RegExp) =>
  frame.waitForFunction(
    (wanted, isPattern) => {
      const shown = document.querySelector('h1')?.textContent ?? '';
      return isPattern ? new RegExp(wanted).test(shown) : shown === wanted;
    },
    {},
    typeof text === 'string' ? text : text.source,
    typeof text !== 'string',
  );

export const address = (page: Page, url: string) => page.waitForFunction((href) => location.href === href, {}, url);

/** Leads the frame to `path` as a script of the site would. */
export async function show(frame: Frame, path: string, title: string | RegExp): Promise<void> {
  await frame.evaluate((href) => location.assign(href), path);
  await heading(frame, title);
}

/** As a script of the site would. */
export const fetchIn = (frame: Frame, path: string, options: FetchOptions = {}): Promise<Fetched> =>
  frame.evaluate(
    async (url, init) => {
      const response = await fetch(url, init);
      const { status, redirected } = response;
      const headers = Object.fromEntries(response.headers);
      return { url: response.url, status, redirected, headers, text: await response.text() };
    },
    path,
    options,
  );
