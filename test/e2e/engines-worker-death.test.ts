/** The browser stops the service worker between any two messages of an exchange, in both engines. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type Engine, goTo, launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

/** Of what a page's script sees. */
type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string | null; readonly length: number }
  /** The body broke off after its head. */
  | { readonly kind: 'broken body'; readonly status: number }
  | { readonly kind: 'no answer'; readonly error: string };

interface Plan {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly upload?: number;
}

/** Makes the request, and holds the bridge after so many messages; the name of the last, or nothing when it took fewer. */
const begin = (page: Page, plan: Plan, messages: number): Promise<string | undefined> =>
  page.evaluate(
    async ({ method, path, upload }, after) => {
      window.tellKernel({ type: 'hold-after', messages: after });
      const held = window.fromKernel('held');
      const body = upload === undefined ? null : new Blob([new Uint8Array(upload)]);
      const outcome = (async (): Promise<Outcome> => {
        let status = 0;
        try {
          const response = await fetch(path, { method, body });
          ({ status } = response);
          const { byteLength } = await response.arrayBuffer();
          return { kind: 'answer', status, code: response.headers.get('X-Portside-Error'), length: byteLength };
        } catch (error) {
          return status === 0 ? { kind: 'no answer', error: String(error) } : { kind: 'broken body', status };
        }
      })();
      Object.assign(window, { outcome });
      return Promise.race([held.then(({ after: name }) => name), outcome.then(() => undefined)]);
    },
    plan,
    messages,
  );

const end = (page: Page): Promise<Outcome> =>
  page.evaluate(async () => {
    window.tellKernel({ type: 'let-go' });
    return (window as unknown as { outcome: Promise<Outcome> }).outcome;
  });

/** The kernel's counters, once nothing is open in it. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    for (;;) {
      const state = window.fromKernel('state');
      window.tellKernel({ type: 'state' });
      const seen = await state;
      if (seen.open === 0 && seen.connections === 0) return seen;
    }
  });

/** More than the window of a body holds: credits are among the messages. */
const LARGE = 2_300_000;

/** The size that is asked for comes after a line with the request. */
const documentOf = ({ method }: Plan, path: string): number => `<!doctype html><h1>${method} ${path}</h1>`.length;

describe.each(ENGINES)('%s', (engine: Engine) => {
  let site: StubSite;
  let browser: TestBrowser;
  let profile: Profile;
  let page: Page;

  beforeAll(async () => {
    [site, browser] = await Promise.all([
      serveStubSite('/', { page: 'test/support/gated-page.ts', kernel: 'test/support/gated-kernel.ts' }),
      launchEngine(engine),
    ]);
    profile = await browser.newProfile();
    page = await profile.newTab();
    await goTo(page, site.url);
    await page.waitForSelector('html[data-ready]');
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  describe.each<[string, Plan, number]>([
    ['GET', { method: 'GET', path: '/small' }, 0],
    ['GET of a large body', { method: 'GET', path: `/large?size=${LARGE}` }, LARGE],
    ['POST', { method: 'POST', path: '/form', upload: 100 }, 0],
    ['POST of a large body', { method: 'POST', path: '/upload', upload: LARGE }, 0],
    ['POST with a large answer', { method: 'POST', path: `/report?size=${LARGE}`, upload: 10 }, LARGE],
  ])('%s', (_, plan, size) => {
    test('is answered or told of, never twice carried out, never left hanging', async () => {
      for (let messages = 1; ; messages++) {
        const path = `${plan.path}${plan.path.includes('?') ? '&' : '?'}${messages}`;
        // Cold, so that the greeting is among the messages.
        await profile.stopWorkers(page);
        const after = await begin(page, { ...plan, path }, messages);
        if (after !== undefined) await profile.stopWorkers(page);
        const outcome = await end(page);
        const { executions } = await settled(page);
        const count = executions[`${plan.method} ${path}`] ?? 0;
        const at = { after, outcome, count };
        if (outcome.kind === 'answer' && outcome.status === 200) {
          const length = documentOf(plan, path) + size;
          // Firefox ends a body with the worker that it came from, and tells no script that it is short.
          if (outcome.length !== length)
            expect({ ...at, engine, short: outcome.length < length }).toMatchObject({ engine: 'firefox', short: true });
        } else if (outcome.kind === 'answer') {
          expect(at).toMatchObject({ outcome: { status: 502, code: 'worker-stopped' } });
          expect({ ...at, method: plan.method }).toMatchObject({ method: 'POST', count: 1 });
        } else if (outcome.kind === 'no answer') {
          // Chromium dispatches the event once more; Firefox fails the fetch, and tells nobody else.
          expect({ ...at, engine }).toMatchObject({ engine: 'firefox' });
        } else expect(at).toMatchObject({ outcome: { kind: 'broken body', status: 200 } });
        if (plan.method === 'POST') expect(count).toBeLessThanOrEqual(1);
        if (after === undefined) {
          expect(at).toMatchObject({
            outcome: { kind: 'answer', status: 200, length: documentOf(plan, path) + size },
            count: 1,
          });
          expect(messages).toBeGreaterThan(4);
          break;
        }
      }
    });
  });
});
