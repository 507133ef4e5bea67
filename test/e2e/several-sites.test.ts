/** Two packed sites on one origin: each keeps its own files, is exported and deleted by itself. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packSite } from '../../cli/pack/site.js';
import { obtainPhp } from '../../cli/php/obtain.js';
import { createStaticServer } from '../../cli/serve/static-server.js';
import { storeDatabaseName, storedNote } from '../../protocol/site.js';
import { launchChromium } from '../support/shell-browser.js';
import { fetchIn, openSite, siteFrame, siteRoot } from '../support/site-visit.js';
import { listening, type StubHost } from '../support/stub-host.js';

const build = fileURLToPath(new URL('../../dist/site/', import.meta.url));
const BASES = ['/one/', '/two/'] as const;

let folder: string;
let host: StubHost;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-several-'));
  const quiet = { step: () => {}, done: () => {} };
  const servers = new Map<string, ReturnType<typeof createStaticServer>>();
  for (const base of BASES) {
    const out = join(folder, base);
    await packSite(
      { docroot: siteRoot, out, php: '8.2', workers: 1, base, build, name: `Site ${base}` },
      quiet,
      obtainPhp(''),
    );
    servers.set(base, createStaticServer({ folder: out, base }));
  }
  const server = createServer((request, response) => {
    const base = BASES.find((candidate) => request.url?.startsWith(candidate));
    if (base) servers.get(base)?.emit('request', request, response);
    else response.writeHead(404).end();
  });
  [host, browser] = await Promise.all([listening(server, []), launchChromium()]);
  context = await browser.newContext();
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (base: string) => openSite(context, host.origin + base);
const rows = async (frame: Frame, base: string, entry?: string): Promise<string[]> => {
  const { text } = await fetchIn(frame, `${base}ledger.php${entry === undefined ? '' : `?entry=${entry}`}`, {
    method: entry === undefined ? 'GET' : 'POST',
  });
  return JSON.parse(text).rows;
};

test('each has its own files, and the browser is asked to keep them at the first write', async () => {
  await context.addInitScript(() => {
    navigator.storage.persist = async () => {
      localStorage.setItem('persist', 'asked');
      return true;
    };
  });
  const [one, two] = [await open('/one/'), await open('/two/')];
  const asked = () => one.page.evaluate(() => localStorage.getItem('persist'));
  // PHP's cache of compiled scripts is written at once, and is not what the visitor would miss.
  expect((await fetchIn(one.frame, '/one/')).status).toBe(200);
  expect(await asked()).toBeNull();
  expect(await rows(one.frame, '/one/', 'of+one')).toEqual(['of one']);
  await expect.poll(asked).toBe('asked');
  expect(await rows(two.frame, '/two/', 'of+two')).toEqual(['of two']);
  expect(await rows(one.frame, '/one/')).toEqual(['of one']);
});

test('an export has what is stored, though nobody has read it since the start', async () => {
  const { page } = await open('/one/');
  await page.reload({ waitUntil: 'commit' });
  const frame = await siteFrame(page);
  const archive = await fetchIn(frame, '/one/.portside/export.tar?path=/var/www/html/ledger.txt');
  expect(archive.status).toBe(200);
  expect(archive.text).toContain('of one\n');
  await page.close();
});

test('one that is deleted leaves the other as it was', async () => {
  const manage = await context.newPage();
  await manage.goto(`${host.origin}/two/.portside/manage`);
  const names = () => manage.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(await names()).toEqual(expect.arrayContaining(BASES.map(storeDatabaseName)));
  await manage.click('#delete');
  await manage.click('#delete-confirm, dialog button:has-text("Delete")');
  await expect.poll(names).not.toContain(storeDatabaseName('/two/'));
  expect(await names()).toContain(storeDatabaseName('/one/'));
  const notes = (await manage.evaluate(() => Object.keys(localStorage))).filter((key) =>
    key.startsWith('portside:stored:'),
  );
  expect(notes).toEqual([storedNote('/one/')]);
  expect((await manage.evaluate(() => caches.keys())).filter((name) => name.includes('/two/'))).toEqual([]);
  expect(await rows((await open('/one/')).frame, '/one/')).toEqual(['of one']);
  expect(await rows((await open('/two/')).frame, '/two/')).toEqual([]);
});
