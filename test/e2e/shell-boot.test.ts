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

describe('several tabs', () => {
  it('go on when the one with the kernel is reloaded', async () => {
    const first = await visit.open();
    const second = await visit.open('b');
    await first.page.reload();
    const again = await shown(first.page);
    expect(await again.textContent('#instance')).not.toBe(await second.frame.textContent('#instance'));
    await second.frame.click('#a');
    await heading(second.frame, 'a?x=1');
    expect(await second.frame.textContent('#instance')).toBe(await again.textContent('#instance'));
  });

  it('share one kernel, and the next takes over', async () => {
    const first = await visit.open();
    const instance = await first.frame.textContent('#instance');
    const second = await visit.open('b');
    expect(await second.frame.textContent('#instance')).toBe(instance);
    await first.page.close();
    await second.frame.click('#a');
    await heading(second.frame, 'a?x=1');
    expect(await second.frame.textContent('#instance')).not.toBe(instance);
  });
});

describe('the service worker', () => {
  it('gets a new port when the browser has stopped it', async () => {
    const { page, frame } = await visit.open();
    const instance = await frame.textContent('#instance');
    const session = await visit.context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await frame.click('#a');
    await heading(frame, 'a?x=1');
    expect(await frame.textContent('#instance')).toBe(instance);
  });
});

describe('later visits', () => {
  it('need no network', async () => {
    const { page } = await visit.open('b');
    await visit.context.setOffline(true);
    await page.reload();
    await heading(await shown(page), 'b');
  });

  it('show a page while it is still being sent', async () => {
    const { page, frame } = await visit.open('endless');
    await heading(frame, 'endless');
    await page.waitForFunction(() => document.title === 'Endless');
    // And go on from it at once.
    const { frame: next } = await visit.open('b', page);
    await heading(next, 'b');
  });

  it('work under a base', async () => {
    const shop = await ShellVisit.begin(() => browser.newContext(), '/shop/');
    try {
      const { page, frame } = await shop.open('b');
      await heading(frame, 'b');
      await frame.click('#a');
      await shop.address(page, 'a?x=1');
      expect(await page.evaluate(() => caches.keys().then((names) => names.sort()))).toEqual([
        'portside:assets:/shop/:test',
        'portside:files:/shop/',
        'portside:guest:/shop/',
      ]);
    } finally {
      await shop.end();
    }
  });
});

describe('the console', () => {
  it('has what the guests wrote, by level', async () => {
    const page = await visit.context.newPage();
    const lines: string[] = [];
    page.on('console', (message) => lines.push(`${message.type()} ${message.text()}`));
    await visit.open('', page);
    expect(lines).toContain('warning [process 2] [Sun Nov 22 12:00:00 2026] PHP Warning:  Undefined variable');
    expect(lines).toContain('log [process 1] guest from network, answers 42, image 3000000, stored undefined');
    await page.reload();
    await shown(page);
    expect(lines).toContain('log [process 1] guest from cache, answers 42, image 3000000, stored undefined');
    expect(await page.evaluate(() => caches.keys().then((names) => names.sort()))).toEqual([
      'portside:assets:/:test',
      'portside:files:/',
      'portside:guest:/',
    ]);
  });
});

describe('a boot that fails', () => {
  async function failure(prepare: () => unknown, path = ''): Promise<string> {
    prepare();
    const page = await visit.context.newPage();
    await page.goto(visit.site.url + path);
    await page.waitForSelector('html[data-portside-state="failed"]');
    expect(await page.isVisible('#portside-remedy')).toBe(true);
    expect(await page.isVisible('#portside-retry')).toBe(true);
    return (await page.getAttribute('html', 'data-portside-code')) ?? '';
  }
  const damage = (path: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const file = visit.site.files.get(`/${path}`);
    if (file) file.bytes = change(file.bytes);
  };

  it.each([
    ['service-worker-missing', () => visit.site.files.delete('/sw.js')],
    ['service-worker-wrong-type', () => visit.site.files.set('/sw.js', { type: 'text/html', bytes: new Uint8Array() })],
  ])('%s', async (code, prepare) => {
    expect(await failure(prepare)).toBe(code);
  });

  it('service-worker-failed: a script that throws', async () => {
    const bytes = Buffer.from('throw new Error("broken")');
    expect(await failure(() => visit.site.files.set('/sw.js', { type: 'text/javascript', bytes }))).toBe(
      'service-worker-failed',
    );
  });

  it('service-worker-bypassed: a worker that answers nothing', async () => {
    const bytes = Buffer.from(
      'oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim())',
    );
    expect(await failure(() => visit.site.files.set('/sw.js', { type: 'text/javascript', bytes }))).toBe(
      'service-worker-bypassed',
    );
  });

  it('insecure-origin: plain http from another machine', async () => {
    const page = await visit.context.newPage();
    await page.goto(visit.site.url.replace('127.0.0.1', 'insecure.test'));
    await page.waitForSelector('html[data-portside-code="insecure-origin"]');
  });

  // The browser context that the driver makes blocks storage for third parties, as several browsers do.
  it('storage-blocked: framed by a page of another site', async () => {
    const page = await visit.context.newPage();
    const bytes = Buffer.from(`<!doctype html><iframe src="${visit.site.url}"></iframe>`);
    visit.site.files.set('/embedder', { type: 'text/html', bytes });
    await page.goto(`${visit.site.url.replace('127.0.0.1', 'localhost')}embedder`);
    await page.frameLocator('iframe').locator('html[data-portside-code="storage-blocked"]').waitFor();
  });

  it('kernel-start-failed: a kernel that throws', async () => {
    expect(await failure(() => visit.site.configure({ env: { STUB: 'throw' } }))).toBe('kernel-start-failed');
  });

  it.each(['shell', 'kernelWorker', 'guest'] as const)('asset-missing: %s', async (name) => {
    expect(await failure(() => visit.site.files.delete(`/${visit.site.config.assets[name].path}`))).toBe(
      'asset-missing',
    );
  });

  it('asset-unreachable: the transfer breaks off', async () => {
    const image = visit.site.files.get(`/${visit.site.config.assets.image.path}`);
    expect(await failure(() => image && (image.breakOff = true))).toBe('asset-unreachable');
  });

  it('asset-damaged: another digest, a short file', async () => {
    const { image, guest } = visit.site.config.assets;
    const wrong = { ...image, sha256: '0'.repeat(64) };
    expect(await failure(() => visit.site.configure({ assets: { ...visit.site.config.assets, image: wrong } }))).toBe(
      'asset-damaged',
    );
    visit.site.configure({ assets: { ...visit.site.config.assets, image } });
    expect(await failure(() => damage(guest.path, (bytes) => bytes.subarray(0, -5)))).toBe('asset-damaged');
  });

  it('can be tried again', async () => {
    const { path } = visit.site.config.assets.guest;
    const guest = visit.site.files.get(`/${path}`);
    visit.site.files.delete(`/${path}`);
    const page = await visit.context.newPage();
    await page.goto(visit.site.url);
    await page.waitForSelector('html[data-portside-state="failed"]');
    if (guest) visit.site.files.set(`/${path}`, guest);
    await page.click('#portside-retry');
    await heading(await shown(page), 'home');
  });
});
