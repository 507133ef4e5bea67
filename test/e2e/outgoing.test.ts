/** A packed site whose PHP asks other sites (`--outgoing`), in a real Chromium. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { fetchIn, openSite } from '../support/site-visit.js';

/** Asks for what its caller says, and tells what came. */
const ASK = `<?php
$context = stream_context_get_default(['http' => [
  'method' => $_GET['method'] ?? 'GET', 'content' => $_GET['content'] ?? '', 'ignore_errors' => true, 'header' => ['X-Own: 1', 'Content-Type: text/plain'],
]]);
$body = file_get_contents($_GET['url'], false, $context);
echo json_encode(['head' => $http_response_header[0] ?? null, 'body' => $body, 'proxy' => getenv('http_proxy')]);
`;

let folder: string;
let other: Server;
let site: PackedSite;
let browser: Browser;
let context: BrowserContext;
const seen: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-outgoing-'));
  await writeFile(join(folder, 'index.php'), '<h1>outgoing</h1>');
  await writeFile(join(folder, 'ask.php'), ASK);
  other = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push(
      `${request.method} ${request.url} ${body} ${request.headers['x-own'] ?? ''} ${request.headers.cookie ?? 'no cookies'}`,
    );
    if (request.url !== '/closed')
      response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*');
    response.end(`from another site: ${'x'.repeat(100_000)}`);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  [site, browser] = await Promise.all([servePackedSite(folder, ['--outgoing']), launchChromium()]);
  context = await browser.newContext();
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
  other?.close();
  await rm(folder, { recursive: true });
});

test('PHP asks other sites that allow it, its own, and nobody else', async () => {
  const { frame } = await openSite(context, site.url);
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const ask = async (url: string, more = '') =>
    JSON.parse((await fetchIn(frame, `ask.php?url=${encodeURIComponent(url)}${more}`)).text);

  const got = await ask(`${address}/open?a=b`);
  expect(got).toMatchObject({ head: 'HTTP/1.1 200 OK', proxy: 'http://127.0.0.1:3128' });
  expect(got.body).toBe(`from another site: ${'x'.repeat(100_000)}`);
  const sent = await ask(`${address}/open`, '&method=POST&content=sent');
  expect(sent.head).toBe('HTTP/1.1 200 OK');
  expect(seen.filter((line) => !line.startsWith('OPTIONS'))).toEqual([
    'GET /open?a=b  1 no cookies',
    'POST /open sent 1 no cookies',
  ]);

  const refused = await ask(`${address}/closed`);
  expect(refused.head).toBe('HTTP/1.1 502 outgoing-failed');
  expect(refused.body).toContain('outgoing-failed: ');

  // Its own address is the machine's, not the host's: the host would answer with the shell.
  const own = await ask(`${site.url}index.php`);
  expect(own).toMatchObject({ head: 'HTTP/1.1 200 ', body: '<h1>outgoing</h1>' });
});
