/** The shop's own service worker, as it was before the journal came: precache, runtime caching, a route that it answers itself. */

import { createBridge } from 'portside/sw'; // Portside, 1 of 9
import { clientsClaim } from 'workbox-core';
import { precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst, StaleWhileRevalidate } from 'workbox-strategies';

self.skipWaiting();
clientsClaim();

const journal = createBridge({ scope: '/blog/', routes: [{ base: '/blog/', port: 80 }] }); // Portside, 2 of 9
for (const method of ['GET', 'POST']) registerRoute(journal.match, journal.handle, method); // Portside, 3 of 9

precacheAndRoute(self.__WB_MANIFEST);
registerRoute(({ url }) => url.pathname.startsWith('/images/'), new CacheFirst({ cacheName: 'pictures' }));
registerRoute(({ url }) => url.pathname === '/api/coffees.json', new StaleWhileRevalidate({ cacheName: 'api' }));

const BASKET = '/api/basket';
const isBasket = ({ url }) => url.pathname === BASKET;
registerRoute(isBasket, async () => {
  const kept = await (await caches.open('basket')).match(BASKET);
  return kept ?? Response.json({});
});
registerRoute(
  isBasket,
  async ({ request }) => {
    const basket = Response.json(await request.json());
    await (await caches.open('basket')).put(BASKET, basket.clone());
    return basket;
  },
  'PUT',
);
