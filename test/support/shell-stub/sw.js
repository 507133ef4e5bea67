// A stand-in for the service worker: just enough of its protocol to test the shell by itself.
const base = new URL(registration.scope).pathname;
let port;
let waiting = [];
let nextId = 1;
const exchanges = new Map();

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('message', (event) => {
  const { data } = event;
  if (data.portside === 'connect') {
    port = event.ports[0];
    port.onmessage = ({ data: answer }) => exchanges.get(answer.id)?.(answer);
    for (const resolve of waiting) resolve();
    waiting = [];
  }
  if (data.portside === 'disconnect') port = undefined;
  if (data.stub === 'forget-port') port = undefined;
});

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || !url.pathname.startsWith(base)) return;
  const path = url.pathname.slice(base.length);
  if (event.request.destination === 'document') event.respondWith(isolated(fetch(base)));
  else if (path.startsWith('.portside/') || path === 'sw.js') event.respondWith(isolated(fetch(event.request)));
  else event.respondWith(guest(event.request, url));
});

async function isolated(pending) {
  const response = await pending;
  const headers = new Headers(response.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  return new Response(response.body, { status: response.status, headers });
}

async function guest(request, url) {
  if (!port) {
    for (const client of await clients.matchAll()) client.postMessage({ portside: 'port-wanted', base });
    await new Promise((resolve) => waiting.push(resolve));
  }
  const id = nextId++;
  const body = request.method === 'POST' ? await request.arrayBuffer() : null;
  const referrer = request.referrer;
  const answer = await new Promise((resolve) => {
    exchanges.set(id, resolve);
    port.postMessage({
      type: 'request',
      id,
      method: request.method,
      target: url.pathname + url.search,
      headers: [['referer', referrer]],
      body,
    });
  });
  exchanges.delete(id);
  const headers = new Headers([...answer.headers, ['cross-origin-embedder-policy', 'require-corp']]);
  return new Response(answer.body, { status: answer.status, headers });
}
