/** An app's own service worker, with a route and a cache of its own, that takes Portside in as a library. */
import { createBridge } from '../../sw/index.js';

declare const self: typeof globalThis & {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
};

const portside = createBridge({
  routes: [
    { base: '/shop/', port: 8080 },
    { base: '/shop/api/', port: 9000 },
  ],
});

interface Lifecycle extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetch extends Lifecycle {
  readonly request: Request;
  readonly clientId: string;
  readonly resultingClientId: string;
  respondWith(response: Promise<Response>): void;
}

self.addEventListener('install', (event) => {
  const { waitUntil } = event as Lifecycle;
  waitUntil.call(event, self.skipWaiting());
});
self.addEventListener('activate', (event) => {
  const { waitUntil } = event as Lifecycle;
  waitUntil.call(event, self.clients.claim());
});
self.addEventListener('fetch', (event) => {
  const { request, clientId } = event as Fetch;
  if (portside.match(request, clientId)) (event as Fetch).respondWith(portside.handle(event as Fetch));
  else if (new URL(request.url).pathname === '/own-route') (event as Fetch).respondWith(Promise.resolve(new Response('the app')));
});
