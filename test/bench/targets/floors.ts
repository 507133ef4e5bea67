/** The same ways with nothing of ours at their end: what the browser takes for itself. */
import { html, script, serve } from '../../support/stub-host.js';
import { serveStubSite } from '../../support/stub-site.js';
import type { Chromium } from '../chromium.js';
import { STATIC_SIZE } from '../site.js';
import type { Target } from './target.js';

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
export async function openWorkerFloor(chromium: Chromium): Promise<Target> {
  const site = await serve(
    new Map([
      ['/', html(REGISTERING_PAGE)],
      ['/sw.js', script(ANSWERING_WORKER)],
    ]),
  );
  const page = await chromium.open();
  const ready = page.said('ready');
  await page.navigate(`${site.origin}/`);
  await ready;
  return {
    name: 'worker floor',
    page,
    base: '/',
    close: async () => {
      await page.close();
      await site.close();
    },
  };
}
