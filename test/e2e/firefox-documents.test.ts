/** What guest documents get from the worker, in Firefox: the script at their start, events that resume, frames that are served. */
import type { Frame, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';
import { openStub, showInFrame, stubFrame } from '../support/stub-visit.js';

declare global {
  interface Window {
    /** `id data` of each event that has come. */
    messages: string[];
    source: EventSource;
  }
}

let site: StubSite;
let browser: TestBrowser;
let profile: Profile;
let page: Page;

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchEngine('firefox')]);
  profile = await browser.newProfile();
  page = await openStub(profile, site.url);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function guestAt(path: string): Promise<Frame> {
  await showInFrame(page, path);
  return stubFrame(page);
}

describe('the script at the start of a document', () => {
  test.each([
    [undefined],
    ["script-src 'nonce-good'"],
    ["default-src 'self' 'nonce-good'; style-src 'unsafe-inline'"],
    ["default-src 'none'"],
    ["script-src 'self'"],
  ])('runs, and leaves what its policy says of other scripts: %s', async (policy) => {
    const html =
      '<!doctype html><title>policed</title><script nonce="good">document.title += " nonce"</script><script>document.title += " inline"</script>';
    const query = new URLSearchParams([
      ['html', html],
      ['header', 'Content-Type: text/html; charset=utf-8'],
      ...(policy ? [['header', `Content-Security-Policy: ${policy}`]] : []),
    ]);
    const frame = await guestAt(`/document?${query}`);
    const seen = await frame.evaluate(() => [Symbol.for('portside.document') in globalThis, document.scripts.length]);
    expect(seen).toEqual([true, 2]);
    const nonce = policy === undefined || policy.includes('nonce-good') ? ' nonce' : '';
    expect(await frame.evaluate(() => document.title)).toBe(`policed${nonce}${policy ? '' : ' inline'}`);
  });
});

describe('server-sent events', () => {
  async function messages(frame: Frame, count: number): Promise<string[]> {
    await frame.waitForFunction((length) => window.messages.length >= length, {}, count);
    return (await frame.evaluate(() => window.messages)).slice(0, count);
  }
  async function listen(gate: string): Promise<Frame> {
    const frame = await guestAt('/');
    await frame.evaluate((name) => {
      window.messages = [];
      window.source = new EventSource(`/events?gate=${name}`);
      window.source.onmessage = ({ data, lastEventId }) => void window.messages.push(`${lastEventId} ${data}`);
    }, gate);
    return frame;
  }
  const open = (gate: string) => page.evaluate((name) => fetch(`/open?gate=${name}`).then(() => {}), gate);

  test('arrive before the next is made, and go on after the last when the guest ends them', async () => {
    const frame = await listen('one-by-one');
    expect(await messages(frame, 1)).toEqual(['1 after 0']);
    await open('one-by-one');
    expect(await messages(frame, 4)).toEqual(['1 after 0', '2 open', '3 after 2', '4 open']);
  });

  test('go on after the last when the worker is stopped', async () => {
    const frame = await listen('stopped');
    await messages(frame, 1);
    await profile.stopWorkers(page);
    expect(await messages(frame, 2)).toEqual(['1 after 0', '2 after 1']);
  });
});

describe('a frame that a script fills', () => {
  const FILLED = '<!doctype html><link rel="stylesheet" href="sheet.css"><img src="picture.svg"><p>text</p>';
  const seen = async (frame: Frame, id: string) => {
    const filled = await (await frame.waitForSelector(`iframe#${id}`))?.contentFrame();
    if (!filled) throw new Error(`${id} is no frame.`);
    await filled.waitForFunction(() => document.images[0]?.naturalWidth === 7);
    await filled.waitForFunction(() => getComputedStyle(document.body).marginLeft === '33px');
  };

  test('by writing into it shows what the guest has', async () => {
    const frame = await guestAt('/');
    await frame.evaluate((html) => {
      const written = document.createElement('iframe');
      written.id = 'written';
      document.body.append(written);
      written.contentDocument?.open();
      written.contentDocument?.write(html);
      written.contentDocument?.close();
    }, FILLED);
    await seen(frame, 'written');
  });

  test('from its srcdoc shows what the guest has', async () => {
    const frame = await guestAt('/');
    await frame.evaluate((html) => {
      const filled = document.createElement('iframe');
      filled.id = 'srcdoc';
      filled.srcdoc = html;
      document.body.append(filled);
    }, FILLED);
    await seen(frame, 'srcdoc');
  });

  test('from a Blob shows what the guest has', async () => {
    const frame = await guestAt('/');
    await frame.evaluate((html) => {
      const filled = document.createElement('iframe');
      filled.id = 'blob';
      const absolute = html.replaceAll(/(href|src)="/g, `$1="${location.origin}/`);
      filled.src = URL.createObjectURL(new Blob([absolute], { type: 'text/html' }));
      document.body.append(filled);
    }, FILLED);
    await seen(frame, 'blob');
  });
});
