/** Media and server-sent events of a real PHP site: PHP's built-in server knows no ranges, and a page seeks all the same. */
import type { Browser, Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { launchChromium } from '../support/shell-browser.js';
import { fetchIn, openSite, siteRoot } from '../support/site-visit.js';

/** As tone.php makes it: a head of 44 bytes, a byte a sample. */
const LENGTH = 44 + 60 * 8000;

let site: PackedSite;
let browser: Browser;
let frame: Frame;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchChromium()]);
  const context = await browser.newContext();
  // PHP takes its time to start on a busy machine.
  context.setDefaultTimeout(120_000);
  ({ frame } = await openSite(context, site.url));
  await fetchIn(frame, '/tone.php?keep=tone.wav');
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

describe.each([
  ['a static file', '/tone.wav'],
  ['a script that knows no ranges', '/tone.php'],
  ['a script that does ranges by itself', '/tone.php?ranges'],
])('%s', (_, path) => {
  test('plays from where a person drags it to', async () => {
    const heard = await frame.evaluate(async (src) => {
      const audio = new Audio(src);
      const event = (name: string) =>
        new Promise((come, fail) => {
          audio.addEventListener(name, come, { once: true });
          audio.addEventListener('error', () => fail(new Error(audio.error?.message)), { once: true });
        });
      audio.muted = true;
      audio.preload = 'auto';
      document.body.append(audio);
      await event('loadedmetadata');
      const seekable = [audio.seekable.start(0), audio.seekable.end(0)];
      const sought = event('seeked');
      audio.currentTime = 50;
      await sought;
      const at = audio.currentTime;
      const backwards = event('seeked');
      audio.currentTime = 5;
      await backwards;
      await audio.play();
      await event('timeupdate');
      audio.pause();
      return { duration: audio.duration, seekable, at, later: audio.currentTime >= 5 };
    }, path);
    expect(heard).toEqual({ duration: 60, seekable: [0, 60], at: 50, later: true });
  });

  test('comes in parts', async () => {
    const part = await fetchIn(frame, path, { headers: { Range: 'bytes=0-3' } });
    expect(part).toMatchObject({ status: 206, text: 'RIFF' });
    expect(part.headers['content-range']).toBe(`bytes 0-3/${LENGTH}`);
    expect(part.headers['x-range-by']).toBe(path.endsWith('?ranges') ? 'guest' : undefined);
  });
});

test('beyond its end there is no part', async () => {
  const { status, headers, text } = await fetchIn(frame, '/tone.wav', { headers: { Range: `bytes=${LENGTH}-` } });
  expect({ status, range: headers['content-range'], text }).toEqual({
    status: 416,
    range: `bytes */${LENGTH}`,
    text: '',
  });
});

test('events arrive one by one, and go on after the last that was seen', async () => {
  const seen = await frame.evaluate(async () => {
    const source = new EventSource('/events.php?gate=page');
    const messages: string[] = [];
    const message = () =>
      new Promise<void>((come) => {
        source.addEventListener(
          'message',
          ({ data, lastEventId }) => {
            messages.push(`${lastEventId} ${data}`);
            come();
          },
          { once: true },
        );
      });
    await message();
    // PHP sends the second only now: the first has been seen before.
    const second = message();
    await fetch('/events.php?open=page');
    await second;
    // The answer is over, and the browser asks again.
    await message();
    source.close();
    return messages;
  });
  expect(seen).toEqual(['1 after 0', '2 open', '3 after 2']);
});
