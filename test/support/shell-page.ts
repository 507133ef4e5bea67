import type { BrowserContext, Frame, Page } from 'playwright-core';
import { hostShellSite, type ShellSite } from './shell-site.js';

/** A hosted site and a browser profile to visit it with. */
export class ShellVisit {
  readonly site: ShellSite;
  readonly context: BrowserContext;

  private constructor(site: ShellSite, context: BrowserContext) {
    this.site = site;
    this.context = context;
  }

  static async begin(newContext: () => Promise<BrowserContext>, base = '/'): Promise<ShellVisit> {
    return new ShellVisit(await hostShellSite(base), await newContext());
  }

  async end(): Promise<void> {
    await this.context.close();
    await this.site.close();
  }

  /** Opens a path under the base and waits until the site is to be seen. */
  async open(path = '', page?: Page): Promise<{ page: Page; frame: Frame }> {
    page ??= await this.context.newPage();
    await page.goto(this.site.url + path, { waitUntil: 'commit' });
    return { page, frame: await shown(page) };
  }

  address(page: Page, path: string) {
    return page.waitForFunction((href) => location.href === href, this.site.url + path);
  }
}

export async function shown(page: Page): Promise<Frame> {
  await page.waitForSelector('html[data-portside-state="ready"]');
  const frame = await (await page.waitForSelector('iframe#portside-site', { state: 'visible' })).contentFrame();
  if (!frame) throw new Error('the site has no frame');
  await frame.waitForSelector('h1');
  return frame;
}

export const heading = (frame: Frame, text: string) => frame.waitForSelector(`h1:text-is("${text}")`);
