/** Playground's own way: a message to the pages, which ask PHP's worker and answer. */
import { convertFetchEventToPHPRequest } from '@php-wasm/web-service-worker';

self.oninstall = () => skipWaiting();
self.onactivate = (event) => event.waitUntil(clients.claim());
self.onfetch = (event) => {
  if (new URL(event.request.url).pathname.startsWith('/scope:bench/'))
    event.respondWith(convertFetchEventToPHPRequest(event));
};
