/** WordPress, made by the demo's own command and used as a person would: with mouse and keyboard in a real Chromium. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { paintedPng } from '../support/picture.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite } from '../support/site-visit.js';

const BUILD = fileURLToPath(new URL('../../demo/wordpress/build.mjs', import.meta.url));
/** What the visitor saw last, for people. */
const SCREENSHOT = fileURLToPath(new URL('../../out/screenshots/wordpress.png', import.meta.url));
const PASSWORD = 'a lamp in every window 7';
const PICTURE = { name: 'lighthouse.png', mimeType: 'image/png', buffer: Buffer.from(paintedPng(900, 600)) };

let made: string;
let site: PackedSite;
let browser: Browser;
let page: Page;
let frame: Frame;
/** Requests of the site's origin that failed, with their status. */
const failures: string[] = [];

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'portside-wordpress-'));
  // The first time ever it fetches 159 MB.
  await promisify(execFile)(process.execPath, [BUILD, '--out', made, '--root-only']);
  [site, browser] = await Promise.all([servePackedSite(join(made, 'root')), launchChromium()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.on('response', (response) => {
    const { origin, pathname } = new URL(response.url());
    if (origin === site.origin && response.status() >= 400) failures.push(`${response.status()} ${pathname}`);
  });
  ({ page, frame } = await openSite(context, site.url));
}, 600_000);

afterAll(async () => {
  await browser?.close();
  await site?.remove();
  await rm(made, { recursive: true, force: true });
});

const open = (path: string) => frame.goto(site.url + path, { waitUntil: 'domcontentloaded' });

test('the installer sets it up', async () => {
  await frame.fill('#weblog_title', 'Harbour & friends');
  await frame.fill('#user_login', 'harbourmaster');
  await frame.fill('#pass1', PASSWORD);
  await frame.fill('#admin_email', 'master@example.com');
  await frame.click('#submit');
  await frame.waitForSelector('h1:text-is("Success!")');
});

test('the login leads to the dashboard', async () => {
  await frame.click('text=Log In');
  await frame.fill('#user_login', 'harbourmaster');
  await frame.fill('#user_pass', PASSWORD);
  await frame.click('#wp-submit');
  await frame.waitForSelector('#dashboard-widgets');
  expect(new URL(page.url()).pathname).toBe('/wp-admin/');
});

test('the block editor publishes a post with a picture', async () => {
  await open('wp-admin/post-new.php');
  await frame.click('.edit-post-welcome-guide button[aria-label="Close"]');
  const canvas = frame.frameLocator('iframe[name="editor-canvas"]');
  await canvas.locator('.editor-post-title').fill('First light');
  await canvas.getByRole('button', { name: 'Add default block' }).click();
  await page.keyboard.type('The lamp is lit: grüße, 日本.');
  await insertPicture(canvas);

  await frame.click('.editor-post-publish-button__button');
  await frame.click('.editor-post-publish-panel .editor-post-publish-button');
  await frame.click('.post-publish-panel__postpublish-buttons a:has-text("View Post")');

  await frame.waitForSelector('h1:text-is("First light")');
  expect(new URL(page.url()).pathname).toMatch(/^\/\d{4}\/\d\d\/first-light\/$/);
  expect(await frame.textContent('.entry-content p')).toBe('The lamp is lit: grüße, 日本.');
  expect(await pictureWidth()).toBe(900);
});

async function insertPicture(canvas: FrameLocator): Promise<void> {
  await page.keyboard.press('Enter');
  await page.keyboard.type('/image');
  await frame.getByRole('option', { name: 'Image', exact: true }).click();
  await canvas.locator('.wp-block-image input[type="file"]').setInputFiles(PICTURE);
  // Until it is stored the editor shows the file by a `blob:` URL.
  await canvas.locator('.wp-block-image img[src*="/wp-content/uploads/"]').waitFor();
}

/** Of the whole picture: browsers choose among the sizes that WordPress made. */
const pictureWidth = () =>
  frame.$eval('.wp-block-image img[src]', async (image) => {
    const response = await fetch(image.getAttribute('src') ?? '');
    return (await createImageBitmap(await response.blob())).width;
  });

test('the front page shows it', async () => {
  await open('');
  await frame.click('.wp-block-post-title a:text-is("First light")');
  await frame.waitForSelector('h1:text-is("First light")');
  await page.screenshot({ path: SCREENSHOT });
});

test.each([
  ['upload.php', '.attachment, .wp-list-table .has-media-icon'],
  ['edit.php', '#the-list a.row-title:text-is("First light")'],
  ['site-editor.php', '.edit-site-layout'],
  ['themes.php', '.theme.active'],
  ['plugins.php', '#the-list tr'],
  ['users.php', '#the-list td:has-text("harbourmaster")'],
  ['options-permalink.php', '#permalink_structure'],
  ['site-health.php', '.health-check-body'],
])('the dashboard’s %s', async (path, selector) => {
  await open(`wp-admin/${path}`);
  await frame.waitForSelector(selector);
});

test('nothing that the pages asked for was missing', () => {
  // PHP's server takes that address for a file, so that WordPress can't answer with a picture of its own.
  expect(failures.filter((failure) => failure !== '404 /favicon.ico')).toEqual([]);
});
