import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { hostShellSite, type ShellSite } from '../support/shell-site.js';

let browser: Browser;
let context: BrowserContext;
let site: ShellSite;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  site = await hostShellSite();
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await site.close();
});

async function open(path = '', page?: Page): Promise<{ page: Page; frame: Frame }> {
  page ??= await context.newPage();
  await page.goto(site.url + path);
  return { page, frame: await shown(page) };
}

async function shown(page: Page): Promise<Frame> {
  await page.waitForSelector('html[data-portside-state="ready"]');
  await page.waitForSelector('iframe#portside-site', { state: 'visible' });
  const frame = await (await page.waitForSelector('iframe#portside-site')).contentFrame();
  if (!frame) throw new Error('the site has no frame');
  await frame.waitForSelector('h1');
  return frame;
}

const heading = (frame: Frame, text: string) => frame.waitForSelector(`h1:text-is("${text}")`);
const address = (page: Page, path: string) => page.waitForFunction((href) => location.href === href, site.url + path);

describe('a first visit', () => {
  it('ends with the site in the frame, isolated', async () => {
    const { page, frame } = await open();
    await heading(frame, 'home');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.title()).toBe('Page home');
    expect(await page.getAttribute('iframe#portside-site', 'title')).toBe('Harbour & <Sons>');
    expect(await frame.textContent('#referrer')).toBe('');
    await page.waitForSelector('link[rel="icon"][href^="data:image/svg+xml"]', { state: 'attached' });
  });

  it('shows a deep link at once, from 404.html', async () => {
    const { page, frame } = await open('b?y=2#part');
    await heading(frame, 'b?y=2');
    expect(page.url()).toBe(`${site.url}b?y=2#part`);
    expect(frame.url()).toBe(`${site.url}b?y=2#part`);
  });
});

describe('the address', () => {
  it('follows links, back, forward, and reload', async () => {
    const { page, frame } = await open();
    const entries = () => page.evaluate(() => history.length);
    const before = await entries();
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    await address(page, 'a?x=1');
    await frame.click('#b');
    await heading(frame, 'b');
    await address(page, 'b');
    await frame.click('#hash');
    await address(page, 'b#part');
    expect(await entries()).toBe(before + 3);
    await page.evaluate(() => history.go(-2));
    await heading(frame, 'a?x=1');
    await address(page, 'a?x=1');
    await page.evaluate(() => history.back());
    await heading(frame, 'home');
    await address(page, '');
    await page.evaluate(() => history.go(2));
    await heading(frame, 'b');
    await address(page, 'b');
    await page.reload();
    const again = await shown(page);
    await heading(again, 'b');
    expect(await entries()).toBe(before + 3);
    // The entries of before the reload belong to a frame that is gone.
    await page.evaluate(() => history.back());
    await heading(again, 'a?x=1');
    await address(page, 'a?x=1');
    await page.evaluate(() => history.forward());
    await heading(again, 'b');
    await address(page, 'b');
  });

  it('follows the history API and steers by an edited fragment', async () => {
    const { page, frame } = await open();
    await frame.evaluate(() => history.pushState(null, '', '/pushed'));
    await address(page, 'pushed');
    await page.evaluate(() => history.back());
    await address(page, '');
    expect(await frame.textContent('h1')).toBe('home');
    await page.evaluate(() => {
      location.hash = '#part';
    });
    await frame.waitForFunction(() => location.hash === '#part');
    await address(page, '#part');
    await page.evaluate(() => history.back());
    await address(page, '');
    await frame.waitForFunction(() => location.hash === '');
  });
});

describe('navigations that leave the frame', () => {
  it('keeps links to _top in the frame, without another boot', async () => {
    const { page, frame } = await open();
    const instance = await frame.textContent('#instance');
    await frame.click('#top');
    await heading(frame, 'topped');
    await address(page, 'topped');
    expect(await frame.textContent('#instance')).toBe(instance);
  });

  it('keeps forms to _top in the frame, with their body', async () => {
    const { page, frame } = await open();
    await frame.click('#form button');
    await heading(frame, 'posted');
    expect(await frame.textContent('#posted')).toBe('POST q=1');
    await address(page, 'posted');
  });

  it('stands a page that breaks out of frames', async () => {
    const { page, frame } = await open('b');
    const instance = await frame.textContent('#instance');
    await frame.evaluate(() => {
      if (top && top !== self) top.location.href = self.location.href;
    });
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    expect(await frame.textContent('#instance')).toBe(instance);
    await address(page, 'a?x=1');
  });

  it('opens another origin at the top, and comes back', async () => {
    const { page, frame } = await open();
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    await frame.click('#outside');
    await page.waitForURL(/^http:\/\/localhost:/);
    await page.goBack();
    const again = await shown(page);
    await heading(again, 'a?x=1');
    await address(page, 'a?x=1');
    await page.evaluate(() => history.back());
    await heading(again, 'home');
    await address(page, '');
  });
});

describe('several tabs', () => {
  it('share one kernel, and the next takes over', async () => {
    const first = await open();
    const instance = await first.frame.textContent('#instance');
    const second = await open('b');
    expect(await second.frame.textContent('#instance')).toBe(instance);
    await first.page.close();
    await second.frame.click('#a');
    await heading(second.frame, 'a?x=1');
    expect(await second.frame.textContent('#instance')).not.toBe(instance);
  });
});

describe('the service worker', () => {
  it('gets a new port when the browser has stopped it', async () => {
    const { page, frame } = await open();
    const instance = await frame.textContent('#instance');
    const session = await context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    expect(await frame.textContent('#instance')).toBe(instance);
  });
});

describe('the console', () => {
  it('has what the guests wrote, by level', async () => {
    const page = await context.newPage();
    const lines: string[] = [];
    page.on('console', (message) => lines.push(`${message.type()} ${message.text()}`));
    await open('', page);
    expect(lines).toContain('warning [process 2] [Sun Nov 22 12:00:00 2026] PHP Warning:  Undefined variable');
    expect(lines).toContain('log [process 1] guest from network, answers 42, image 3000000, stored undefined');
    await page.reload();
    await shown(page);
    expect(lines).toContain('log [process 1] guest from cache, answers 42, image 3000000, stored undefined');
    expect(await page.evaluate(() => caches.keys())).toEqual(['portside:assets:/:test', 'portside:guest:/']);
  });
});

describe('a boot that fails', () => {
  async function failure(prepare: () => unknown, path = ''): Promise<string> {
    prepare();
    const page = await context.newPage();
    await page.goto(site.url + path);
    await page.waitForSelector('html[data-portside-state="failed"]');
    expect(await page.isVisible('#portside-remedy')).toBe(true);
    expect(await page.isVisible('#portside-retry')).toBe(true);
    return (await page.getAttribute('html', 'data-portside-code')) ?? '';
  }
  const damage = (path: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const file = site.files.get(`/${path}`);
    if (file) file.bytes = change(file.bytes);
  };

  it.each([
    ['service-worker-missing', () => site.files.delete('/sw.js')],
    ['service-worker-wrong-type', () => site.files.set('/sw.js', { type: 'text/html', bytes: new Uint8Array() })],
  ])('%s', async (code, prepare) => {
    expect(await failure(prepare)).toBe(code);
  });

  it('service-worker-failed: a script that throws', async () => {
    const bytes = Buffer.from('throw new Error("broken")');
    expect(await failure(() => site.files.set('/sw.js', { type: 'text/javascript', bytes }))).toBe(
      'service-worker-failed',
    );
  });

  it('isolation-refused: a worker that adds no headers', async () => {
    const bytes = Buffer.from(
      'oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim())',
    );
    expect(await failure(() => site.files.set('/sw.js', { type: 'text/javascript', bytes }))).toBe('isolation-refused');
  });

  it('kernel-start-failed: a kernel that throws', async () => {
    expect(await failure(() => site.configure({ env: { STUB: 'throw' } }))).toBe('kernel-start-failed');
  });

  it.each(['shell', 'kernelWorker', 'guest'] as const)('asset-missing: %s', async (name) => {
    expect(await failure(() => site.files.delete(`/${site.config.assets[name].path}`))).toBe('asset-missing');
  });

  it('asset-unreachable: the transfer breaks off', async () => {
    const image = site.files.get(`/${site.config.assets.image.path}`);
    expect(await failure(() => image && (image.breakOff = true))).toBe('asset-unreachable');
  });

  it('asset-damaged: another digest, a short file', async () => {
    const { image, guest } = site.config.assets;
    const wrong = { ...image, sha256: '0'.repeat(64) };
    expect(await failure(() => site.configure({ assets: { ...site.config.assets, image: wrong } }))).toBe(
      'asset-damaged',
    );
    site.configure({ assets: { ...site.config.assets, image } });
    expect(await failure(() => damage(guest.path, (bytes) => bytes.subarray(0, -5)))).toBe('asset-damaged');
  });

  it('can be tried again', async () => {
    const { path } = site.config.assets.guest;
    const guest = site.files.get(`/${path}`);
    site.files.delete(`/${path}`);
    const page = await context.newPage();
    await page.goto(site.url);
    await page.waitForSelector('html[data-portside-state="failed"]');
    if (guest) site.files.set(`/${path}`, guest);
    await page.click('#portside-retry');
    await heading(await shown(page), 'home');
  });
});
