/** The same pages, asked by a page's `fetch` of native PHP and of a packed site: a visitor sees no difference. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_ROOT, UPLOAD_SETTINGS } from '../../cli/pack/guest-layout.js';
import { pageGroups, pagesRoot } from '../pages/requests.js';
import { browserFetcher } from '../support/browser-fetcher.js';
import { comparePages, differenceReport, type Side } from '../support/compare.js';
import type { Fetcher } from '../support/compare-exchange.js';
import { hasNativePhp, type NativePhp, startNativePhp } from '../support/native-php.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { openSite } from '../support/site-visit.js';

/** Requests that a page can't send, or whose answer it never sees, from either server: other tests send these. */
const NOT_FOR_PAGES = [
  { path: /to=http%3A%2F%2Flocalhost/, because: 'localhost is another origin for a page of native PHP at 127.0.0.1' },
  { path: /to=https%3A%2F%2Fexample\.com/, because: 'the other site does not share its answers' },
  { path: /to=%23part/, because: 'the page redirects to itself, and no fragment ends that' },
  { path: /code=999/, because: 'a Response has a status up to 599 (Fetch, "initialize a response")' },
];

/** Headers whose value a browser changes on the way from a worker to a page. */
const CHANGED_HEADERS = {
  line: /^(x-latin|x-utf8): /,
  because: 'Chromium encodes the bytes of a worker’s header values as UTF-8',
};

const cases = pageGroups
  .flatMap((group) => group.cases)
  .map((pageCase) => ({
    ...pageCase,
    steps: pageCase.steps
      .filter(({ path }) => !NOT_FOR_PAGES.some((request) => request.path.test(path)))
      // PHP's server knows no ranges: the worker makes the part.
      .filter(({ headers = [] }) => !headers.some(([name]) => name === 'Range')),
    mayDiffer: [...(pageCase.mayDiffer ?? []), CHANGED_HEADERS],
  }))
  .filter(({ steps }) => steps.length > 0);

/** Of this connection alone (RFC 9110 section 7.6.1), and what the worker adds: ranges, and how long each hop took. */
const WITHOUT_HEADERS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'accept-ranges', 'server-timing']);

/**
 * Request headers of a connection. The worker asks for no content coding, since nobody behind it would decode one, and speaks
 * over one connection a request.
 */
const OF_THE_CONNECTION = /"(?:HTTP_)?(?:ACCEPT[_-]ENCODING|CONNECTION)":"[^"]*",?/gi;

/** Leaves those out of what pages tell of a request. */
const withoutThose =
  (fetch: Fetcher): Fetcher =>
  async (request) => {
    const response = await fetch(request);
    const text = Buffer.from(response.body).toString('latin1');
    return { ...response, body: Buffer.from(text.replace(OF_THE_CONNECTION, ''), 'latin1') };
  };

describe.skipIf(!hasNativePhp())('a packed site beside native PHP', () => {
  let native: NativePhp;
  let site: PackedSite;
  let browser: Browser;
  let left: Side;
  let right: Side;

  beforeAll(async () => {
    [native, site, browser] = await Promise.all([
      startNativePhp({ documentRoot: pagesRoot, settings: UPLOAD_SETTINGS }),
      servePackedSite(pagesRoot),
      launchChromium(),
    ]);
    const page: Page = await (await browser.newContext()).newPage();
    await page.goto(`${native.origin}/static/hello.txt`);
    const shown = await openSite(await browser.newContext(), `${site.url}static/hello.txt`);
    left = {
      name: 'native',
      fetch: withoutThose(browserFetcher(page.mainFrame(), native.origin)),
      habitat: { host: `127.0.0.1:${native.port}`, port: native.port, root: pagesRoot },
    };
    right = {
      name: 'packed',
      fetch: withoutThose(browserFetcher(shown.frame, site.origin)),
      habitat: { host: new URL(site.url).host, port: Number(new URL(site.url).port), root: DOCUMENT_ROOT },
    };
  });
  afterAll(async () => {
    await browser?.close();
    await site?.remove();
    await native?.stop();
  });

  it.for(cases.map((pageCase) => ({ name: pageCase.name, pageCase })))(
    '$name',
    { timeout: 30_000 },
    async ({ pageCase }) => {
      const options = { withoutHeaders: WITHOUT_HEADERS };
      expect(await differenceReport(comparePages([pageCase], left, right, options))).toBe('');
    },
  );
});
