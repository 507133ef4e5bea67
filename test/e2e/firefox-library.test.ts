/** `portside/sw` in an app's own service worker, in Firefox: as a classic script and as a module. */
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { serveStubApp } from '../support/stub-app.js';
import { openStub } from '../support/stub-visit.js';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await launchEngine('firefox');
});
afterAll(() => browser?.close());

describe.each(['classic', 'module'] as const)('in a %s worker', (type) => {
  let app: Awaited<ReturnType<typeof serveStubApp>>;
  let profile: Profile;
  let page: Page;
  beforeAll(async () => {
    [app, profile] = await Promise.all([serveStubApp(type), browser.newProfile()]);
    page = await openStub(profile, app.url);
    return async () => {
      await profile.close();
      await app.close();
    };
  });

  const read = (path: string) => page.evaluate(async (url) => (await fetch(url)).text(), path);

  test.each([
    ['/shop/echo?a', 8080],
    ['/shop/api/echo?a', 9000],
    ['/.portside/port/3000/echo?a', 3000],
  ])('%s reaches port %i, after a stop of the worker too', async (path, port) => {
    expect(JSON.parse(await read(path))).toMatchObject({ port, target: '/echo?a' });
    await profile.stopWorkers(page);
    expect(JSON.parse(await read(path))).toMatchObject({ port, target: '/echo?a' });
  });

  test('the app’s routes and pages stay the app’s', async () => {
    expect(await read('/own-route')).toBe('the worker of the app');
    expect(await read('/about')).toContain('about');
    expect(app.asked).toContain('/about');
    expect(await read('/.portside/other')).toBe('not on this host');
  });

  test('no cache is touched, and no lock and database but Portside’s', async () => {
    const touched = await page.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return {
        caches: await caches.keys(),
        names: [...held, ...pending, ...(await indexedDB.databases())].map(({ name }) => name ?? ''),
      };
    });
    expect(touched.caches).toEqual([]);
    expect(touched.names.filter((name) => !name.startsWith('portside'))).toEqual([]);
  });
});
