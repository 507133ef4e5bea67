/** A site that is taken out while it runs: by its address, by hand, to native PHP, into another site, and off the device. */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { end, type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { fetchIn, openSite, siteRoot } from '../support/site-visit.js';

const run = promisify(execFile);
const NOTES = `<?php
$file = __DIR__ . '/uploads/notes.txt';
if (isset($_POST['note'])) { @mkdir(dirname($file)); file_put_contents($file, $_POST['note'] . "\\n", FILE_APPEND); }
echo '<h1>Notes</h1><pre>', htmlspecialchars((string) @file_get_contents($file)), '</pre>';
`;

let folder: string;
let documentRoot: string;
let site: PackedSite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let frame: Frame;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-takeout-'));
  documentRoot = join(folder, 'notes');
  await cp(siteRoot, documentRoot, { recursive: true });
  await writeFile(join(documentRoot, 'notes.php'), NOTES);
  [site, browser] = await Promise.all([servePackedSite(documentRoot), launchChromium()]);
  context = await browser.newContext({ acceptDownloads: true });
  ({ page, frame } = await openSite(context, site.url));
  await write('kept in this browser');
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
  await rm(folder, { recursive: true, force: true });
});

const write = (note: string) =>
  fetchIn(frame, '/notes.php', {
    method: 'POST',
    body: new URLSearchParams({ note }).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });

/** Saves an archive by a link of the page for it. */
async function download(
  selector: string,
  name: string,
): Promise<{ readonly path: string; readonly suggested: string }> {
  const manage = await context.newPage();
  await manage.goto(`${site.url}.portside/manage`);
  const [saved] = await Promise.all([manage.waitForEvent('download'), manage.click(selector)]);
  const path = join(folder, name);
  await saved.saveAs(path);
  await manage.close();
  return { path, suggested: saved.suggestedFilename() };
}

test('the document root runs on native PHP, and shows the same page', async () => {
  const { path, suggested } = await download('#export-root', 'root.tar');
  expect(suggested).toMatch(/^notes-html-\d{4}-\d\d-\d\d\.tar$/);
  const unpacked = join(folder, 'native');
  await mkdir(unpacked);
  const { stderr } = await run('tar', ['xf', path, '-C', unpacked]);
  expect(stderr).toBe('');
  const php = spawn('php8.2', ['-S', '127.0.0.1:0', '-t', unpacked], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      php.stderr.on('data', (data: Buffer) => {
        const found = /127\.0\.0\.1:(\d+)\) started/.exec(data.toString())?.[1];
        if (found) resolve(found);
      });
      php.on('exit', () => reject(new Error('php ended')));
    });
    const native = await (await fetch(`http://127.0.0.1:${port}/notes.php`)).text();
    expect(native).toContain('kept in this browser');
    expect(native).toBe((await fetchIn(frame, '/notes.php')).text);
  } finally {
    await end(php);
  }
});

test('a path alone can be exported, and scripts read the archive as a stream', async () => {
  const { headers, text } = await fetchIn(frame, '/.portside/export.tar?path=/var/www/html/uploads');
  expect(headers).toMatchObject({ 'content-type': 'application/x-tar', 'cache-control': 'no-store' });
  expect(headers['content-disposition']).toMatch(/filename="notes-uploads-/);
  expect(text).toContain('kept in this browser');
  expect(text).not.toContain('notes.php');
  const missing = await fetchIn(frame, '/.portside/export.tar?path=/nowhere', {
    headers: { Accept: 'application/json' },
  });
  expect([missing.status, JSON.parse(missing.text).code]).toEqual([404, 'archive-path-missing']);
});

test('a page of another site gets nothing, and a form writes nothing', async () => {
  const other = await context.newPage();
  const foreign = site.url.replace('127.0.0.1', 'localhost');
  await other.route(foreign, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<a href="${site.url}.portside/export.tar">out</a>` }),
  );
  await other.goto(foreign);
  await other.click('a');
  await other.waitForSelector('code:text-is("cross-site-refused")');
  await other.close();
  const posted = await frame.evaluate(async () => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: '/.portside/import', enctype: 'multipart/form-data' });
    const target = document.createElement('iframe');
    target.name = 'target';
    form.target = 'target';
    document.body.append(target, form);
    const loaded = new Promise((resolve) => target.addEventListener('load', resolve));
    form.submit();
    await loaded;
    return target.contentDocument?.querySelector('code')?.textContent;
  });
  expect(posted).toBe('bad-request');
});

describe('taken out whole', () => {
  let archive: string;

  test('it holds what the site is, and not what the machine makes', async () => {
    ({ path: archive } = await download('#export-all', 'whole.tar'));
    const { stdout } = await run('tar', ['tf', archive]);
    expect(stdout).toContain('var/www/html/uploads/notes.txt\n');
    expect(stdout).not.toMatch(/^(?:dev|proc|tmp|var\/cache)\//m);
  });

  test('it can be packed again, and shows in a new browser what was written in the old one', async () => {
    const again = await servePackedSite(`--from=${archive}`);
    const fresh = await browser.newContext();
    try {
      const opened = await openSite(fresh, `${again.url}notes.php`);
      expect(await opened.frame.textContent('pre')).toContain('kept in this browser');
    } finally {
      await fresh.close();
      await again.remove();
    }
  });

  test('it can be imported, which brings back what was lost; a damaged archive changes nothing', async () => {
    await write('written after the export');
    const manage = await context.newPage();
    await manage.goto(`${site.url}.portside/manage`);
    const bytes = await readFile(archive);
    await manage.setInputFiles('#archive', {
      name: 'torn.tar',
      mimeType: 'application/x-tar',
      buffer: bytes.subarray(0, -5000),
    });
    await manage.selectOption('#target', '/');
    await manage.click('button[type=submit]');
    await manage.click('dialog button[value=yes]');
    await manage.waitForSelector('.notice code:text-is("archive-damaged")');
    expect((await fetchIn(frame, '/notes.php')).text).toContain('written after the export');
    await manage.setInputFiles('#archive', archive);
    await manage.check('#replace');
    await manage.click('button[type=submit]');
    await manage.click('dialog button[value=yes]');
    await manage.waitForSelector('.notice:has-text("Imported")');
    await manage.close();
    const { text } = await fetchIn(frame, '/notes.php');
    expect(text).toContain('kept in this browser');
    expect(text).not.toContain('written after the export');
  });
});

test('a site that is deleted leaves nothing, and its tab says so', async () => {
  const manage = await context.newPage();
  await manage.goto(`${site.url}.portside/manage`);
  await manage.click('#delete');
  // Escape, and what has the focus, mean no.
  expect(await manage.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
  await manage.keyboard.press('Escape');
  await manage.waitForSelector('dialog', { state: 'detached' });
  await manage.click('#delete');
  await manage.click('dialog button[value=yes]');
  await manage.waitForSelector('.notice:has-text("The site was deleted")');
  await page.waitForSelector('html[data-portside-code="site-deleted"]', { state: 'attached' });
  const left = await manage.evaluate(async () => ({
    caches: (await caches.keys()).filter((name) => name.startsWith('portside:') && !name.includes('no-isolation')),
    databases: (await indexedDB.databases())
      .map(({ name }) => name)
      .filter((name) => name?.startsWith('portside-store')),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  expect(left).toEqual({ caches: [], databases: [], workers: 0 });
});
