/**
 * Chromium and Firefox behind one interface: puppeteer's, which speaks the DevTools protocol with the one and WebDriver BiDi with
 * the other. For what has to work in both; what only one of them can be asked has tests of its own.
 */
import { EventEmitter, once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type BrowserContext, type Frame, type Page, type Target } from 'puppeteer-core';
import { launchFirefox, stopFirefoxWorkers } from './firefox.js';
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from './shell-browser.js';

export const ENGINES = ['chromium', 'firefox'] as const;
export type Engine = (typeof ENGINES)[number];

export interface TestBrowser {
  readonly engine: Engine;
  /** Somebody's browser: nothing in it is shared with another's. */
  newProfile(): Promise<Profile>;
  close(): Promise<void>;
}

export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Profile {
  newTab(): Promise<Page>;
  /** Stops the service workers that serve the tab, as browsers do with idle ones. */
  stopWorkers(tab: Page): Promise<void>;
  /** The tab that `act` makes the browser open. */
  opened(act: () => Promise<unknown>): Promise<Page>;
  /** Name and content of the file that `act` makes the browser save. */
  saved(act: () => Promise<unknown>): Promise<SavedFile>;
  close(): Promise<void>;
}

export async function launchEngine(engine: Engine): Promise<TestBrowser> {
  const browser = await launchers[engine]();
  return {
    engine,
    async newProfile() {
      const downloads = await mkdtemp(join(tmpdir(), 'portside-downloads-'));
      const downloadBehavior = { policy: 'allow', downloadPath: downloads } as const;
      const context = await browser.createBrowserContext({ downloadBehavior });
      return new EngineProfile(context, downloads, (tab) => workerStoppers[engine](browser, tab));
    },
    close: () => browser.close(),
  };
}

const launchers: Readonly<Record<Engine, () => Promise<Browser>>> = {
  chromium: () =>
    puppeteer.launch({ executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGUMENTS], acceptInsecureCerts: true }),
  firefox: launchFirefox,
};

const workerStoppers: Readonly<Record<Engine, (browser: Browser, tab: Page) => Promise<void>>> = {
  async chromium(_, tab) {
    const session = await tab.createCDPSession();
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await session.detach();
  },
  firefox: stopFirefoxWorkers,
};

class EngineProfile implements Profile {
  readonly stopWorkers: (tab: Page) => Promise<void>;
  readonly #context: BrowserContext;
  readonly #downloads: string;

  constructor(context: BrowserContext, downloads: string, stopWorkers: (tab: Page) => Promise<void>) {
    this.#context = context;
    this.#downloads = downloads;
    this.stopWorkers = stopWorkers;
  }

  newTab(): Promise<Page> {
    return this.#context.newPage();
  }

  async opened(act: () => Promise<unknown>): Promise<Page> {
    // Puppeteer tells of no `popup` over WebDriver BiDi.
    const created = new Promise<Target>((resolve) => this.#context.once('targetcreated', resolve));
    await act();
    const tab = await (await created).page();
    if (!tab) throw new Error('What was opened is no tab.');
    return tab;
  }

  async saved(act: () => Promise<unknown>): Promise<SavedFile> {
    const before = new Set(await readdir(this.#downloads));
    const changes = new EventEmitter();
    // From now on: the promise API of `watch` begins only when the first change is waited for.
    const watcher = watch(this.#downloads, () => changes.emit('change'));
    try {
      await act();
      for (;;) {
        const changed = once(changes, 'change');
        const saved = await this.#whole(before);
        if (saved) return saved;
        await changed;
      }
    } finally {
      watcher.close();
    }
  }

  /** The file that was not there before, if it is the only one and complete. */
  async #whole(before: ReadonlySet<string>): Promise<SavedFile | undefined> {
    const names = (await readdir(this.#downloads)).filter((name) => !before.has(name));
    const [name] = names;
    // Chromium and Firefox call a file so that is still coming.
    if (!name || names.some((unfinished) => /^\.|\.(?:crdownload|part)$/.test(unfinished))) return undefined;
    const bytes = await readFile(join(this.#downloads, name));
    // Firefox keeps the name with an empty file while the content comes under another.
    return bytes.byteLength > 0 ? { name, bytes } : undefined;
  }

  async close(): Promise<void> {
    await this.#context.close();
    await rm(this.#downloads, { recursive: true });
  }
}

/**
 * Waits until a navigation that `act` begins has a new document in the tab. Puppeteer's own `goto` and `waitForNavigation` wait for
 * ever where Firefox 153 changes the process in the middle, as it does from one isolated page to the next: the tab shows
 * `about:blank` in between, under another navigation's id.
 */
export async function navigated(tab: Page, act: () => Promise<unknown>): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    const look = (frame: Frame) => {
      if (frame !== tab.mainFrame() || frame.url() === 'about:blank') return;
      tab.off('framenavigated', look);
      resolve();
    };
    tab.on('framenavigated', look);
  });
  await act();
  await arrived;
}

/** As somebody would by the address bar. */
export const goTo = (tab: Page, url: string): Promise<void> =>
  navigated(tab, () => tab.evaluate((href) => location.assign(href), url));
