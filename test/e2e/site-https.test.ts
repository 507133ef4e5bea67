/** A packed site on a host with HTTPS: PHP is told what only the browser knows. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite, requestSeen, siteRoot } from '../support/site-visit.js';
import { type TlsFront, tlsFront } from '../support/tls-front.js';

let site: PackedSite;
let front: TlsFront;
let browser: Browser;

beforeAll(async () => {
  // Nobody has signed the certificate; a service worker is not registered over a connection that only a click has let pass.
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium('--ignore-certificate-errors')]);
  front = await tlsFront(site.url);
});
afterAll(async () => {
  await browser?.close();
  await front?.close();
  await site?.remove();
});

test('a page sees that its visitor came over HTTPS, by the name in the address bar', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const { frame } = await openSite(context, front.origin);
  const { server } = await requestSeen(frame, '/request.php');
  const { HTTPS, SERVER_NAME, SERVER_PORT, REQUEST_SCHEME, HTTP_HOST } = server;
  const host = new URL(front.origin).host;
  expect({ HTTPS, SERVER_NAME, SERVER_PORT, REQUEST_SCHEME, HTTP_HOST }).toEqual({
    HTTPS: 'on',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '443',
    REQUEST_SCHEME: 'https',
    HTTP_HOST: host,
  });
});
