/** Looks at a packed site in a browser: the page, and the frame that shows the site in it. */
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Frame, Page } from 'playwright-core';

/** A small PHP site with a page for each thing that a site does. */
export const siteRoot = fileURLToPath(new URL('../site', import.meta.url));

export interface SiteView {
  readonly page: Page;
  readonly frame: Frame;
  /** What is on the console, as `level text`; grows. */
  readonly console: readonly string[];
}

/** Opens `url` in a new tab and waits until the site is to be seen. */
export async function openSite(context: BrowserContext, url: string): Promise<SiteView> {
  const page = await context.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(`${message.type()} ${message.text()}`));
  await page.goto(url, { waitUntil: 'commit' });
  return { page, frame: await siteFrame(page), console: lines };
}

/** The frame of a page that is opening or has been reloaded, once the site is to be seen in it. */
export async function siteFrame(page: Page): Promise<Frame> {
  await page.waitForSelector('html[data-portside-state="ready"]');
  const frame = await (await page.waitForSelector('iframe#portside-site', { state: 'visible' })).contentFrame();
  if (!frame) throw new Error('The site has no frame.');
  await frame.waitForLoadState();
  return frame;
}

export interface FetchOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Fetched {
  readonly url: string;
  readonly status: number;
  readonly redirected: boolean;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** As a script of the site would. */
export const fetchIn = (frame: Frame, path: string, options: FetchOptions = {}): Promise<Fetched> =>
  frame.evaluate(
    async ([url, init]) => {
      const response = await fetch(url, init);
      const { status, redirected } = response;
      const headers = Object.fromEntries(response.headers);
      return { url: response.url, status, redirected, headers, text: await response.text() };
    },
    [path, options] as const,
  );

/** What `request.php` says of a request. */
export interface SeenRequest {
  readonly server: Readonly<Record<string, string | number>>;
  readonly get: unknown;
  readonly post: unknown;
  readonly cookies: unknown;
  /** The text; of a long one its length and digest. */
  readonly input: string | readonly [number, string];
  readonly files: Readonly<Record<string, { name: string; type: string; error: number; size: number; sha256: string }>>;
}

export async function requestSeen(frame: Frame, path: string, options?: FetchOptions): Promise<SeenRequest> {
  return JSON.parse((await fetchIn(frame, path, options)).text);
}
