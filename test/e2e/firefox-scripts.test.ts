/** What scripts of a guest's pages do in Firefox: media, cookies, WebSockets and events, with a real PHP site. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineView, fetchIn, openSite } from '../support/engine-visit.js';
import { launchEngine, type Profile, type TestBrowser } from '../support/engines.js';
import { type PackedSite, servePackedSite } from '../support/packed-site.js';
import { siteRoot } from '../support/site-visit.js';
import { portIn } from '../support/web-socket-hosts.js';

/** As tone.php makes it: a head of 44 bytes, a byte a sample. */
const LENGTH = 44 + 60 * 8000;

let site: PackedSite;
let browser: TestBrowser;
let profile: Profile;
let view: EngineView;

beforeAll(async () => {
  [site, browser] = await Promise.all([servePackedSite(siteRoot), launchEngine('firefox')]);
  profile = await browser.newProfile();
  view = await openSite(profile, site.url);
});
afterAll(async () => {
  await browser?.close();
  await site?.remove();
});

describe('media', () => {
  beforeAll(async () => {
    await fetchIn(view.frame, '/tone.php?keep=tone.wav');
  });

  test.each([
    ['a static file', '/tone.wav'],
    ['a script that knows no ranges', '/tone.php'],
  ])('%s is sought in, and comes in parts', async (_, path) => {
    const heard = await view.frame.evaluate(async (src) => {
      const audio = new Audio(src);
      const event = (name: string) =>
        new Promise((come, fail) => {
          audio.addEventListener(name, come, { once: true });
          audio.addEventListener('error', () => fail(new Error(audio.error?.message)), { once: true });
        });
      audio.muted = true;
      audio.preload = 'auto';
      const known = event('loadedmetadata');
      document.body.append(audio);
      await known;
      const sought = event('seeked');
      audio.currentTime = 50;
      await sought;
      const at = audio.currentTime;
      const backwards = event('seeked');
      audio.currentTime = 5;
      await backwards;
      return { duration: audio.duration, seekable: audio.seekable.end(0), at, later: audio.currentTime };
    }, path);
    expect(heard).toEqual({ duration: 60, seekable: 60, at: 50, later: 5 });
    const part = await fetchIn(view.frame, path, { headers: { Range: 'bytes=0-3' } });
    expect(part).toMatchObject({ status: 206, text: 'RIFF' });
    expect(part.headers['content-range']).toBe(`bytes 0-3/${LENGTH}`);
    const { status } = await fetchIn(view.frame, path, { headers: { Range: `bytes=${LENGTH}-` } });
    expect(status).toBe(416);
  });
});

describe('cookies', () => {
  test('that a script sets go with its next request, each time', async () => {
    const missing = await view.frame.evaluate(async () => {
      const late: number[] = [];
      for (let round = 0; round < 30; round++) {
        // biome-ignore lint/suspicious/noDocumentCookie: it is what is tested
        document.cookie = `round=${round}`;
        const { cookies } = await (await fetch('/request.php')).json();
        if (cookies.round !== String(round)) late.push(round);
      }
      return late;
    });
    expect(missing).toEqual([]);
  });

  test('that the guest sets are there when its answer is, but for what is HttpOnly', async () => {
    const seen = await view.frame.evaluate(async () => {
      await fetch('/cookies.php?set');
      return { document: document.cookie, store: (await cookieStore.getAll()).map(({ name }) => name) };
    });
    expect(seen.document).toContain('round=29');
    expect(seen.document.split('; ').map((pair) => pair.split('=')[0])).toEqual(seen.store);
  });

  test('are one for document.cookie and cookieStore, which tells of changes', async () => {
    const seen = await view.frame.evaluate(async () => {
      const changed = new Promise<string[]>((resolve) =>
        cookieStore.addEventListener(
          'change',
          ({ changed: cookies }) => resolve(cookies.map(({ name }) => name ?? '')),
          {
            once: true,
          },
        ),
      );
      await cookieStore.set('stored', 'yes');
      const names = await changed;
      return { names, shown: document.cookie.includes('stored=yes') };
    });
    expect(seen).toEqual({ names: ['stored'], shown: true });
  });
});

describe('a WebSocket to a guest', () => {
  let base: string;
  beforeAll(async () => {
    const port = portIn((await fetchIn(view.frame, '/web-sockets/start.php')).text);
    base = `${site.url.replace('http', 'ws')}.portside/port/${port}/`;
  });

  // The server answers with the code that it was closed with, and gives no reason of its own.
  test('carries text, bytes and blobs both ways, in order, and closes as it is told', async () => {
    const seen = await view.frame.evaluate(async (url) => {
      const socket = new WebSocket(`${url}echo`);
      socket.binaryType = 'arraybuffer';
      const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve, { once: true }));
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
      const bytes = new Uint8Array(1 << 20).map((_, at) => at % 251);
      const answers = new Promise<unknown[]>((resolve) => {
        const all: unknown[] = [];
        socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
          all.push(typeof data === 'string' ? data : [data.byteLength, new Uint8Array(data)[1000]]);
          if (all.length === 3) resolve(all);
        };
      });
      socket.send('grüße');
      socket.send(new Blob([bytes.subarray(0, 2000)]));
      socket.send(bytes);
      const got = await answers;
      socket.close(4001, 'enough');
      const { code, reason, wasClean } = await closed;
      return { got, end: [code, reason, wasClean] };
    }, base);
    expect(seen).toEqual({
      got: ['grüße', [2000, 1000 % 251], [1 << 20, 1000 % 251]],
      end: [4001, '', true],
    });
  });

  test('goes on when the worker is stopped', async () => {
    await view.frame.evaluate(async (url) => {
      const socket = new WebSocket(`${url}echo`);
      Object.assign(window, { kept: socket });
      await new Promise((resolve) => socket.addEventListener('open', resolve));
    }, base);
    await profile.stopWorkers(view.page);
    const echoed = await view.frame.evaluate(() => {
      const socket = Reflect.get(window, 'kept');
      if (!(socket instanceof WebSocket)) throw new Error('No socket was kept.');
      return new Promise<string>((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onclose = ({ code }) => reject(new Error(`Closed with ${code}.`));
        socket.send('still here');
      });
    });
    expect(echoed).toBe('still here');
  });
});
