/** Looks at a stub site in a browser: its shell, and the frame that shows what the stub kernel answers. */
import type { Frame, Page } from 'puppeteer-core';
import type { Profile } from './engines.js';

export interface Echo {
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly declaredLength?: number;
  readonly body: string | null;
}

export interface EchoOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: RequestCredentials;
}

export async function openStub(profile: Profile, url: string): Promise<Page> {
  const tab = await profile.newTab();
  await tab.goto(url);
  await stubReady(tab);
  return tab;
}

/** A page that is loaded once more on the way is waited for through that. */
export const stubReady = (tab: Page) => tab.waitForSelector('html[data-ready]');

export const fetchEcho = (tab: Page, path: string, options: EchoOptions = {}): Promise<Echo> =>
  tab.evaluate(async (url, init) => (await fetch(url, init)).json(), path, options);

export const headerOf = (echo: Echo, name: string): string[] =>
  echo.headers.filter(([key]) => key === name).map(([, value]) => value);

/** The title of what the site's frame shows at `path`. */
export const showInFrame = (tab: Page, path: string): Promise<string> =>
  tab.evaluate(
    (src) =>
      new Promise<string>((resolve) => {
        const frame = document.querySelector<HTMLIFrameElement>('#portside-site');
        if (!frame) throw new Error('no frame');
        frame.onload = () => resolve(frame.contentDocument?.title ?? 'not shown');
        frame.src = src;
      }),
    path,
  );

export async function stubFrame(tab: Page): Promise<Frame> {
  const frame = await (await tab.waitForSelector('#portside-site'))?.contentFrame();
  if (!frame) throw new Error('The site has no frame.');
  return frame;
}
