/** A site in a folder of its host, which takes the folder for the root: what leaves the base within the frame comes back. */
import type { Browser, Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { heading, ShellVisit } from '../support/shell-page.js';

let browser: Browser;
let visit: ShellVisit;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
beforeEach(async () => {
  visit = await ShellVisit.begin(() => browser.newContext(), '/sub/');
});
afterEach(() => visit.end());

/** Puts markup into the page that the frame shows, and clicks what it ends with. */
async function click(frame: Frame, markup: string): Promise<void> {
  await frame.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), markup);
  await frame.click('#last');
}

it('a link to a path of the origin stays in the frame, and “back” leads back', async () => {
  const { page, frame } = await visit.open('b');
  await click(frame, '<a id="last" href="/about?c#d">about</a>');
  await heading(frame, 'about?c');
  await visit.address(page, 'about?c#d');
  await page.goBack();
  await heading(frame, 'b');
  await visit.address(page, 'b');
});

it('so do a script’s navigation, and one that replaces', async () => {
  const { page, frame } = await visit.open('b');
  await frame.evaluate(() => location.assign('/pushed'));
  await heading(frame, 'pushed');
  await frame.evaluate(() => location.replace('/replaced'));
  await heading(frame, 'replaced');
  await page.goBack();
  await heading(frame, 'b');
});

it('a form keeps its method and its body', async () => {
  const { page, frame } = await visit.open('b');
  const fields = '<input name="a" value="b c"><button id="last">Go</button>';
  await click(frame, `<form method="post" action="/posted">${fields}</form>`);
  await heading(frame, 'posted');
  expect(await frame.textContent('#posted')).toBe('POST a=b+c');
  await visit.address(page, 'posted');
});

it('a link to the top leaves the site', async () => {
  const { page, frame } = await visit.open('b');
  const { origin } = new URL(visit.site.url);
  await click(frame, '<a id="last" href="/elsewhere" target="_top">elsewhere</a>');
  await page.waitForURL(`${origin}/elsewhere`);
  expect(visit.site.requests).toContain('/elsewhere');
});
