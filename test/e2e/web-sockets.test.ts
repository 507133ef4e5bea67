/** WebSockets into a guest: a PHP program in a packed site, in a real Chromium, beside the browser's own with native PHP. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNativePhp } from '../support/native-php.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { siteRoot } from '../support/site-visit.js';
import { type Conversation, conversations, converse } from '../support/web-socket-cases.js';
import {
  type GuestSocketPage,
  type NativeSocketPage,
  openGuestServer,
  openNativeServer,
} from '../support/web-socket-hosts.js';

let site: PackedSite;
let browser: Browser;
let guest: GuestSocketPage;
let native: NativeSocketPage;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
  const context = await browser.newContext();
  guest = await openGuestServer(context, site);
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

describe.runIf(hasNativePhp())('a page sees what the browser’s own WebSocket shows of native PHP', () => {
  beforeAll(async () => {
    native = await openNativeServer(browser);
  });
  afterAll(() => native?.stop());

  test.each(Object.entries(conversations))('%s', async (_, conversation: Conversation) => {
    const expected = await native.frame.evaluate(converse, [native.base, conversation] as const);
    const seen = await guest.frame.evaluate(converse, [guest.base, conversation] as const);
    expect(seen).toEqual(expected);
  });
});
