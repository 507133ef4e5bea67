/** A site whose host is gone: opens, works and saves, in a browser that was started anew, and takes a new release by consent when the host is back. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { end, PHP, printedUrl } from '../support/packed-site.js';
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH } from '../support/shell-browser.js';
import { openSite, siteFrame } from '../support/site-visit.js';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const logbook = fileURLToPath(new URL('../../demo/offline/site', import.meta.url));

/** A host that goes down and comes back at the same address, with what is packed there by then. */
class Host {
  readonly #folder: string;
  #server: ReturnType<typeof spawn> | undefined;
  url = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  async pack(edition: string): Promise<void> {
    const site = join(this.#folder, 'site');
    await cp(logbook, site, { recursive: true });
    await writeFile(join(site, 'edition.txt'), edition);
    const packing = spawn(
      process.execPath,
      [portside, 'pack', site, '--out', join(this.#folder, 'packed'), '--php', PHP, '--status', '--name', 'Logbook'],
      { stdio: 'ignore' },
    );
    const status = await new Promise((resolve) => packing.on('exit', resolve));
    expect(status).toBe(0);
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const server = spawn(process.execPath, [portside, 'serve', join(this.#folder, 'packed'), '--port', port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#server = server;
    this.url = await printedUrl(server);
  }

  async stop(): Promise<void> {
    if (this.#server) await end(this.#server);
    this.#server = undefined;
  }

  path(name: string): string {
    return join(this.#folder, 'packed', name);
  }
}

let folder: string;
let host: Host;
let context: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-offline-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let profile: string;
beforeEach(async () => {
  const own = await mkdtemp(join(folder, 'case-'));
  host = new Host(own);
  await host.pack('one');
  await host.start();
  profile = join(own, 'profile');
  context = await launch();
});
afterEach(async () => {
  await context.close();
  await host.stop();
});

const launch = (): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, { executablePath: CHROMIUM_PATH, args: [...CHROMIUM_ARGUMENTS] });

const worksOffline = (page: Page) =>
  page.locator('#portside-offline[data-state="ready"] #portside-offline-text', { hasText: 'Works offline' }).waitFor();

async function write(frame: Frame, text: string): Promise<void> {
  await frame.fill('#text', text);
  await frame.click('text=Write it down');
  await frame.locator('li p', { hasText: text }).waitFor();
}

const entries = (frame: Frame) => frame.locator('li p').allTextContents();

test('opens, works and saves without its host, in a browser that was started anew', async () => {
  const { page, frame } = await openSite(context, host.url);
  await worksOffline(page);
  expect(await page.textContent('#portside-offline-size')).toMatch(/^\d+(\.\d)? MB on this device$/);
  await write(frame, 'written with the host');
  await context.close();
  await host.stop();

  context = await launch();
  const again = await openSite(context, host.url);
  expect(await entries(again.frame)).toEqual(['written with the host']);
  await worksOffline(again.page);
  await write(again.frame, 'written without');
  await again.page.reload({ waitUntil: 'commit' });
  expect(await entries(await siteFrame(again.page))).toEqual(['written without', 'written with the host']);
  const second = await openSite(context, `${host.url}index.php`);
  expect(await entries(second.frame)).toHaveLength(2);
  await again.page.close();
  await write(second.frame, 'in the second tab');

  await context.close();
  context = await launch();
  expect(await entries((await openSite(context, host.url)).frame)).toHaveLength(3);
});

test('says that the network is off, and that it works all the same', async () => {
  const { page, frame } = await openSite(context, host.url);
  await worksOffline(page);
  await context.setOffline(true);
  await page.locator('#portside-offline-text', { hasText: 'No network: the site works offline' }).waitFor();
  await write(frame, 'off');
  await context.setOffline(false);
  await worksOffline(page);
});

test('a new release comes whole, is offered by a button, and keeps what was written', async () => {
  const { page, frame } = await openSite(context, host.url);
  await worksOffline(page);
  await write(frame, 'kept');
  await host.pack('two');
  await page.reload({ waitUntil: 'commit' });
  const old = await siteFrame(page);
  expect(await old.textContent('body > footer')).toContain('edition one');
  await page.locator('#portside-offline-update').waitFor();
  // It has come already: the host is needed no more.
  await host.stop();
  await Promise.all([page.waitForEvent('domcontentloaded'), page.click('#portside-offline-update')]);
  const fresh = await siteFrame(page);
  expect(await fresh.textContent('body > footer')).toContain('edition two');
  expect(await entries(fresh)).toEqual(['kept']);
  await worksOffline(page);
});

test('a new release of which a part is damaged is not taken, and the old one stays whole', async () => {
  const { page } = await openSite(context, host.url);
  await worksOffline(page);
  await host.pack('two');
  const config: { chunks: [string, number, number][] } = JSON.parse(
    await readFile(host.path('.portside/site.json'), 'utf8'),
  );
  for (const [sha256] of config.chunks)
    await writeFile(host.path(`.portside/files.${sha256.slice(0, 16)}.bin`), 'damaged');
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
    const installing = registration?.installing;
    if (!installing) return 'none';
    return new Promise<string>((resolve) => {
      installing.addEventListener('statechange', () => resolve(installing.state));
    });
  });
  expect(state).toBe('redundant');
  await host.stop();
  await page.reload({ waitUntil: 'commit' });
  expect(await (await siteFrame(page)).textContent('body > footer')).toContain('edition one');
  await worksOffline(page);
});

test('can be installed: the browser finds nothing that is missing', async () => {
  const { page } = await openSite(context, host.url);
  const session = await context.newCDPSession(page);
  const { errors } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
});
