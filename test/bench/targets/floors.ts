/** The same ways with nothing of ours at their end: what the browser takes for itself. */
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../protocol/bridge.js';
import { html, script, serve } from '../../support/stub-host.js';
import { serveStubSite } from '../../support/stub-site.js';
import type { Chromium } from '../chromium.js';
import { STATIC_SIZE } from '../site.js';
import type { Target, TargetName } from './target.js';

/** The service worker and its relay as they are, to a worker that answers at once from a table. */
export async function openRelayFloor(chromium: Chromium): Promise<Target> {
  const site = await serveStubSite();
  const page = await chromium.open();
  await page.onNewDocument(`
    new MutationObserver(() => {
      if ('ready' in document.documentElement.dataset) benchSays('ready');
    }).observe(document, { attributes: true, subtree: true });
  `);
  const ready = page.said('ready');
  await page.navigate(site.url);
  await ready;
  return {
    name: 'relay floor',
    page,
    base: '/',
    close: async () => {
      await page.close();
      await site.close();
    },
  };
}

const ANSWERING_WORKER = `
const body = new Uint8Array(${STATIC_SIZE}).fill(0x61);
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => {
  if (event.request.url.endsWith('/floor'))
    event.respondWith(new Response(body, { headers: { 'Content-Type': 'text/plain' } }));
};
`;

const REGISTERING_PAGE = `<!doctype html><title>floor</title><script type="module">
const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
await navigator.serviceWorker.register('/sw.js');
if (!navigator.serviceWorker.controller) await controlled;
benchSays('ready');
</script>`;

/** A service worker that answers from its own memory. */
export const openWorkerFloor = (chromium: Chromium): Promise<Target> =>
  openFloor(chromium, 'worker floor', REGISTERING_PAGE, { '/sw.js': ANSWERING_WORKER });

/** Passes bodies on to another worker and back, in chunks with credits as the bridge does, and does nothing else. */
const PASSING_WORKER = `
let port;
let takers = new Map();
let last = 0;
oninstall = () => skipWaiting();
onactivate = (event) => event.waitUntil(clients.claim());
onmessage = ({ ports: [given] }) => {
  port = given;
  port.onmessage = ({ data }) => takers.get(data.id)?.(data);
};
onfetch = (event) => {
  const { pathname, searchParams } = new URL(event.request.url);
  if (pathname === '/bytes') event.respondWith(down(Number(searchParams.get('n'))));
  if (pathname === '/sink') event.respondWith(up(event.request));
};
function down(size) {
  const id = ++last;
  let granted = ${WINDOW_CHUNKS};
  const body = new ReadableStream({
    start(controller) {
      takers.set(id, ({ chunk }) => {
        granted--;
        if (chunk) controller.enqueue(new Uint8Array(chunk));
        else controller.close();
      });
      port.postMessage({ id, size });
    },
    pull({ desiredSize }) {
      const free = desiredSize - granted;
      if (free < ${WINDOW_CHUNKS / 2}) return;
      granted += free;
      port.postMessage({ id, credits: free });
    },
  }, { highWaterMark: ${WINDOW_CHUNKS} });
  return new Response(body);
}
async function up(request) {
  const id = ++last;
  let credits = ${WINDOW_CHUNKS};
  let wake;
  const answered = new Promise((resolve) => takers.set(id, ({ length }) => {
    if (length !== undefined) resolve(length);
    credits++;
    wake?.();
  }));
  const send = async (chunk) => {
    while (credits === 0) await new Promise((resolve) => (wake = resolve));
    credits--;
    port.postMessage({ id, chunk }, [chunk]);
  };
  for await (const bytes of request.body)
    for (let at = 0; at < bytes.length; at += ${MAX_CHUNK}) await send(bytes.slice(at, at + ${MAX_CHUNK}).buffer);
  port.postMessage({ id, end: true });
  return new Response(String(await answered));
}
`;

const OTHER_WORKER = `
const credits = new Map();
const lengths = new Map();
onmessage = ({ data: port }) => {
  port.onmessage = ({ data: { id, size, chunk, end, credits: more } }) => {
    if (more !== undefined) credits.get(id)?.(more);
    if (size !== undefined) void send(port, id, size);
    if (chunk !== undefined) {
      lengths.set(id, (lengths.get(id) ?? 0) + chunk.byteLength);
      port.postMessage({ id });
    }
    if (end) port.postMessage({ id, length: lengths.get(id) });
  };
};
async function send(port, id, size) {
  let left = ${WINDOW_CHUNKS};
  let wake;
  credits.set(id, (more) => {
    left += more;
    wake?.();
  });
  for (let sent = 0; sent < size; sent += ${MAX_CHUNK}) {
    while (left === 0) await new Promise((resolve) => (wake = resolve));
    left--;
    const chunk = new Uint8Array(Math.min(${MAX_CHUNK}, size - sent)).fill(0x61).buffer;
    port.postMessage({ id, chunk }, [chunk]);
  }
  port.postMessage({ id });
}
`;

const PASSING_PAGE = REGISTERING_PAGE.replace(
  "benchSays('ready')",
  `const { port1, port2 } = new MessageChannel();
new Worker('/worker.js').postMessage(port1, [port1]);
navigator.serviceWorker.controller.postMessage(null, [port2]);
$&`,
);

/** Bare chunk messages: what the way of a body takes in any bridge. */
export const openChunkFloor = (chromium: Chromium): Promise<Target> =>
  openFloor(chromium, 'chunk floor', PASSING_PAGE, { '/sw.js': PASSING_WORKER, '/worker.js': OTHER_WORKER });

/** A page that may have shared memory, for what threads take to wake each other. */
export async function openIsolated(chromium: Chromium): Promise<Pick<Target, 'page' | 'close'>> {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const site = await serve(new Map([['/', { ...html('<!doctype html><title>isolated</title>'), headers }]]));
  const page = await chromium.open();
  await page.load(`${site.origin}/`);
  return {
    page,
    close: async () => {
      await page.close();
      await site.close();
    },
  };
}

async function openFloor(
  chromium: Chromium,
  name: TargetName,
  front: string,
  scripts: Readonly<Record<string, string>>,
): Promise<Target> {
  const files = Object.entries(scripts).map(([path, source]) => [path, script(source)] as const);
  const site = await serve(new Map([['/', html(front)] as const, ...files]));
  const page = await chromium.open();
  const ready = page.said('ready');
  await page.navigate(`${site.origin}/`);
  await ready;
  return {
    name,
    page,
    base: '/',
    close: async () => {
      await page.close();
      await site.close();
    },
  };
}
