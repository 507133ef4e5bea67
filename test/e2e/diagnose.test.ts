/** Each thing that keeps a bridge from being up, brought about in a real Chromium: what `diagnose` makes of it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DiagnoseOptions, Diagnosis } from '../../client/index.js';
import { CHROMIUM_ARGUMENTS, CHROMIUM_PATH, launchChromium } from '../support/shell-browser.js';
import { hostShellSite } from '../support/shell-site.js';
import { bundle, type HostedFile, html, type StubHost, script, serve } from '../support/stub-host.js';

/** A name of this machine that browsers do not hold for secure. */
const INSECURE = 'insecure.test';

let host: StubHost;
let browser: Browser;
let context: BrowserContext;

const ask = (where: Page | Frame, options: DiagnoseOptions = {}): Promise<Diagnosis> =>
  where.evaluate((asked) => window.diagnose(asked), options);
const codes = ({ findings }: Diagnosis) => findings.map(({ code }) => code);

async function open(url = host.origin, within = context): Promise<Page> {
  const page = await within.newPage();
  await page.goto(url);
  return page;
}

/** Registers the worker of the host, and waits until it controls the page. */
const register = (page: Page) =>
  page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const control = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve));
    await serviceWorker.register('/sw.js');
    await control;
  });

beforeAll(async () => {
  const [page, library] = await Promise.all([
    bundle('test/support/diagnosis-page.ts', 'esm'),
    bundle('sw/index.ts', 'iife', 'portside'),
  ]);
  const worker = Buffer.concat([
    Buffer.from(library),
    Buffer.from(`
      const bridge = portside.createBridge({ scope: '/', routes: [{ base: '/site/', port: 80 }] });
      oninstall = () => skipWaiting();
      onactivate = (event) => event.waitUntil(clients.claim());
      onfetch = (event) => { if (bridge.match(event.request)) event.respondWith(bridge.handle(event)); };`),
  ]);
  // In the page itself: a frame without an origin may load no module.
  const document = `<!doctype html><title>page</title><body><script type="module">${Buffer.from(page)}</script>`;
  host = await serve(
    new Map<string, HostedFile>([
      ['/', html(document)],
      ['/sw.js', script(worker)],
      ['/deep/sw.js', script(worker)],
      ['/typeless/sw.js', html('<!doctype html><title>not found</title>')],
    ]),
  );
  browser = await launchChromium(`--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

test('an origin that is not secure', async () => {
  const diagnosis = await ask(await open(host.origin.replace('127.0.0.1', INSECURE)));
  expect(diagnosis).toMatchObject({ ok: false, facts: { secureContext: false, serviceWorkers: 'missing' } });
  expect(diagnosis.findings).toMatchObject([{ code: 'insecure-origin', detail: expect.stringContaining(INSECURE) }]);
});

test.each([
  ['a script that is no script', { script: '/typeless/sw.js' }, 'service-worker-wrong-type', 'text/html'],
  ['no script', { script: '/nowhere/sw.js' }, 'service-worker-missing', '404'],
  ['a scope beyond the script', { script: '/deep/sw.js' }, 'service-worker-scope', 'no Service-Worker-Allowed'],
  ['no registration', {}, 'service-worker-unregistered', '/'],
])('%s', async (_, options, code, detail) => {
  const { findings } = await ask(await open(), options);
  expect(findings[0]).toMatchObject({ code, detail: expect.stringContaining(detail), blocking: true });
});

test('a reload past the worker', async () => {
  const page = await open();
  await register(page);
  const session = await context.newCDPSession(page);
  const loaded = page.waitForEvent('load');
  await session.send('Page.reload', { ignoreCache: true });
  await loaded;
  const diagnosis = await ask(page);
  expect(codes(diagnosis)[0]).toBe('service-worker-bypassed');
  expect(diagnosis.facts).toMatchObject({ controller: null, registration: { active: `${host.origin}/sw.js` } });
});

test('no kernel, where a frame that isolates itself could run one', async () => {
  const page = await open();
  await register(page);
  const { findings, facts } = await ask(page);
  expect(findings).toMatchObject([{ code: 'kernel-unreachable', blocking: true }]);
  expect(facts).toMatchObject({ sharedArrayBuffer: false, isolatedFrame: 'isolated', kernelLock: 'free' });
  expect(await page.$('iframe')).toBeNull();
});

test('no kernel, and no shared memory to run one in', async () => {
  const without = await launchChromium('--disable-features=DocumentIsolationPolicy');
  try {
    const page = await open(host.origin, await without.newContext());
    await register(page);
    const diagnosis = await ask(page);
    expect(codes(diagnosis)).toEqual(['kernel-unreachable', 'isolation-refused']);
    expect(diagnosis.facts).toMatchObject({ crossOriginIsolated: false, sharedArrayBuffer: false });
  } finally {
    await without.close();
  }
});

describe('in a frame of another site', () => {
  async function frameIn(attributes: string, within = context): Promise<Frame> {
    const page = await open(host.origin.replace('127.0.0.1', 'localhost'), within);
    await page.evaluate(
      ([src, more]) => document.body.insertAdjacentHTML('beforeend', `<iframe src="${src}" ${more}></iframe>`),
      [host.origin, attributes] as const,
    );
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    if (!frame) throw new Error('The page has no frame.');
    await frame.waitForFunction(() => 'diagnose' in window);
    return frame;
  }

  // A private window of Chromium blocks storage of other sites; the sandbox takes the frame's origin away.
  test.each([
    ['by a private window', ''],
    ['by a sandbox', 'sandbox="allow-scripts"'],
  ])('storage that is blocked %s is the reason', async (_, attributes) => {
    const { findings, facts } = await ask(await frameIn(attributes));
    expect(findings).toMatchObject([{ code: 'third-party-frame', blocking: true }]);
    expect(facts.storage.caches).toEqual({ error: 'SecurityError' });
  });

  test('storage that is kept apart is told of', async () => {
    // chrome://settings/cookies: third-party cookies allowed. Where they are blocked, so is what a frame of another site stores.
    await inOrdinaryWindow({ cookie_controls_mode: 0 }, async (ordinary) => {
      const { findings, facts } = await ask(await frameIn('', ordinary));
      expect(facts).toMatchObject({ place: 'cross-origin frame', storage: { caches: 'works', locks: 'works' } });
      expect(findings.at(-1)).toMatchObject({ code: 'third-party-frame', blocking: false });
    });
  });
});

/** With a profile that is kept on disk, and what it was told in its settings. */
async function inOrdinaryWindow(settings: object, use: (ordinary: BrowserContext) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'portside-profile-'));
  try {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default/Preferences'), JSON.stringify({ profile: settings }));
    const ordinary = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM_PATH,
      args: [...CHROMIUM_ARGUMENTS],
    });
    try {
      await use(ordinary);
    } finally {
      await ordinary.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

test('storage that the browser blocks', async () => {
  // chrome://settings/content/siteData: "Don't allow sites to save data on your device".
  await inOrdinaryWindow({ default_content_setting_values: { cookies: 2 } }, async (ordinary) => {
    const { findings } = await ask(await open(host.origin, ordinary));
    expect(findings).toMatchObject([{ code: 'storage-blocked', blocking: true }]);
    expect(findings[0]?.detail).toContain('caches');
  });
});

test('a private window has all that the bridge needs, and Chromium does not let it be told', async () => {
  // A context of this browser is off the record, as a private window is.
  const { facts } = await ask(await open());
  expect(facts.storage).toMatchObject({ indexedDb: 'works', caches: 'works', locks: 'works', sessionStorage: 'works' });
  expect(facts.privateWindow).toBe('unknown');
});

test('the screen of a shell that failed has the report, and the codes are the same', async () => {
  const site = await hostShellSite();
  try {
    const worker = site.files.get('/sw.js');
    if (!worker) throw new Error('The site has no worker.');
    worker.type = 'text/html';
    const page = await open(site.url);
    await page.waitForSelector('html[data-portside-code="service-worker-wrong-type"]', { state: 'attached' });
    await page.click('summary');
    await page.waitForSelector('#portside-report:has-text("service-worker-wrong-type")');
    // As a person writes it at the console.
    const diagnosis = await page.evaluate('portside.diagnose()');
    expect(diagnosis).toMatchObject({ ok: false, findings: [{ code: 'service-worker-wrong-type' }] });
  } finally {
    await site.close();
  }
});
