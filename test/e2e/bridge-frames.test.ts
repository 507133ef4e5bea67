/** Frames of guest documents that Chromium gives no service worker: what they link to comes from the guest all the same. */
import type { Browser, BrowserContext, Frame } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/shell-browser.js';
import { type StubSite, serveStubSite } from '../support/stub-site.js';

let site: StubSite;
let browser: Browser;
let context: BrowserContext;
/** Shows a page of the guest's. */
let guest: Frame;

/** As editors write it: a style sheet, a script, pictures in each of the ways that a document can name them. */
const FILLED = `<!doctype html><link rel="stylesheet" href="sheet.css"><style>p { background: url(picture.svg?style) }</style>
<body><img src="picture.svg"><img srcset="picture.svg?2 2x, picture.svg?1 1x"><p style="color: teal; border-image: url(picture.svg?attribute)">
text</p><script src="counts.js"></script>`;

/** What is to be seen in the frame that the page has under this id, and in which all is there that is to come. */
async function shown(id: string) {
  const frame = await (await guest.waitForSelector(`iframe#${id}`, { state: 'attached' })).contentFrame();
  if (!frame) throw new Error(`${id} is no frame.`);
  await frame.waitForFunction(() => {
    const images = Array.from(document.images, ({ naturalWidth }) => naturalWidth);
    const linked = document.querySelector('link') !== null;
    return images.every((width) => width === 7) && (!linked || getComputedStyle(document.body).marginLeft === '33px');
  });
  return frame;
}

async function expectFilled(id: string): Promise<void> {
  const frame = await shown(id);
  await frame.waitForFunction(() => document.documentElement.dataset.ran === '1');
  await frame.waitForFunction(() => {
    const { backgroundImage } = getComputedStyle(document.querySelector('p') ?? document.body);
    const { borderImageSource } = getComputedStyle(document.querySelector('p') ?? document.body);
    return [backgroundImage, borderImageSource].every((image) => image.startsWith('url("blob:'));
  });
  const { color, background } = await frame.evaluate(() => {
    const style = getComputedStyle(document.body);
    return { color: style.color, background: style.backgroundImage };
  });
  expect(color).toBe('rgb(1, 2, 3)');
  expect(background).toMatch(/^url\("blob:/);
}

beforeAll(async () => {
  [site, browser] = await Promise.all([serveStubSite(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  await page.evaluate(() => document.querySelector<HTMLIFrameElement>('#portside-site')?.setAttribute('src', '/'));
  const frame = await (await page.waitForSelector('#portside-site')).contentFrame();
  if (!frame) throw new Error('The shell has no frame.');
  guest = frame;
  await guest.waitForSelector('h1');
});

describe('an empty frame', () => {
  test('that a script writes into at once', async () => {
    await guest.evaluate((html) => {
      const frame = document.createElement('iframe');
      frame.id = 'written';
      document.body.append(frame);
      frame.contentDocument?.open();
      frame.contentDocument?.write(html);
      frame.contentDocument?.close();
    }, FILLED);
    await expectFilled('written');
  });

  test('that a script writes into later, and again', async () => {
    await guest.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<iframe id="later" src="about:blank"></iframe>');
    });
    for (let round = 0; round < 2; round++) {
      await guest.evaluate((html) => {
        const written = document.querySelector<HTMLIFrameElement>('#later')?.contentDocument;
        written?.open();
        written?.write(html);
        written?.close();
      }, FILLED);
      await expectFilled('later');
    }
  });

  test('that a script fills element by element, and changes', async () => {
    await guest.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.id = 'built';
      document.body.append(frame);
      const filled = frame.contentDocument;
      const image = filled?.createElement('img');
      if (!image) throw new Error('no document');
      image.src = 'no-such-picture';
      filled?.body.append(image);
      setTimeout(() => (image.src = '/picture.svg'));
    });
    const frame = await shown('built');
    // The script goes on with the document and the elements that it has.
    expect(await frame.evaluate(() => document.images[0]?.src)).toMatch(/^blob:/);
  });

  test('within one', async () => {
    await guest.evaluate(() => {
      const outer = document.createElement('iframe');
      outer.id = 'outer';
      document.body.append(outer);
      const inner = outer.contentDocument?.createElement('iframe');
      if (!inner) throw new Error('no document');
      outer.contentDocument?.body.append(inner);
      inner.contentDocument?.body.insertAdjacentHTML('beforeend', '<img src="/picture.svg">');
    });
    const outer = await (await guest.waitForSelector('#outer')).contentFrame();
    await outer?.childFrames()[0]?.waitForFunction(() => document.images[0]?.naturalWidth === 7);
  });
});

test('a frame that a javascript: URL fills', async () => {
  await guest.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.id = 'evaluated';
    frame.src = "javascript:'<img src=/picture.svg>'";
    document.body.append(frame);
  });
  // Asked from around it: the automation loses sight of a document that came without a navigation.
  await guest.waitForFunction(
    () => document.querySelector<HTMLIFrameElement>('#evaluated')?.contentDocument?.images[0]?.naturalWidth === 7,
  );
});

test('a window that a script opens and fills', async () => {
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    guest.evaluate((html) => {
      const opened = window.open('', '', 'width=300,height=300');
      opened?.document.write(html);
      opened?.document.close();
    }, FILLED),
  ]);
  await popup.waitForFunction(
    () => document.images[0]?.naturalWidth === 7 && getComputedStyle(document.body).marginLeft === '33px',
  );
});

test('a frame with srcdoc', async () => {
  await guest.evaluate((html) => {
    document.body.insertAdjacentHTML('beforeend', '<iframe id="srcdoc"></iframe>');
    const frame = document.querySelector<HTMLIFrameElement>('#srcdoc');
    if (frame) frame.srcdoc = html;
  }, FILLED);
  const frame = await shown('srcdoc');
  await frame.waitForFunction(() => document.documentElement.dataset.ran === '1');
});

test('a frame made of a Blob', async () => {
  await guest.evaluate(() => {
    const html = `<img src="${location.origin}/picture.svg">`;
    const frame = document.createElement('iframe');
    frame.id = 'blob';
    frame.src = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
    document.body.append(frame);
  });
  const frame = await (await guest.waitForSelector('iframe#blob', { state: 'attached' })).contentFrame();
  // Empty at first, then the browser's own document, and then the one that the worker serves in its place, whose picture only the guest
  // has. Its controller says less: Chromium goes on with the empty document's window, and now and then tells of that one's.
  await expect
    .poll(() => frame?.evaluate(() => [location.pathname.split('/')[2], document.images[0]?.naturalWidth]), {
      timeout: 20_000,
    })
    .toEqual(['blob', 7]);
});

test('a frame with an origin of its own is left alone', async () => {
  await guest.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.id = 'foreign';
    frame.sandbox.add('allow-scripts');
    frame.srcdoc = '<p>alone</p>';
    document.body.append(frame);
  });
  const frame = await shown('foreign');
  expect(await frame.textContent('p')).toBe('alone');
  expect(await frame.evaluate(() => self.origin)).toBe('null');
});
