/**
 * The service worker of a packed site, bundled as a classic script. `portside pack` writes the site's configuration in
 * front of it, so that it is known when the first event arrives.
 */
import { type SiteConfig, siteAddress } from '../protocol/site.js';
import { type BridgeEvent, broughtBack, type GuestDecision, startBridge } from './bridge.js';
import { explain } from './errors/explain.js';
import { allowOwnFrame, isolateEmbedded, isolateTopLevel } from './frames/isolation.js';
import { leaveFrame } from './frames/leave-frame.js';
import { ParkedAnswers } from './frames/parked-answers.js';
import { Precache } from './release/precache.js';
import { isPageMessage } from './transport/page-messages.js';

declare const self: ServiceWorkerGlobalScope & { readonly portsideSite: SiteConfig };

const site = self.portsideSite;
const bridge = startBridge({
  scope: site.base,
  routes: [{ base: site.base, port: siteAddress(site, self.location.origin).port }],
  shell: true,
  name: site.name,
});
const { isolation } = bridge;
const precache = new Precache(site);
const parked = new ParkedAnswers();

self.addEventListener('install', (event) => {
  // Later releases wait until no tab uses this one, so that none mixes the two.
  const first = self.registration.active === null;
  event.waitUntil(precache.install({ whole: !first }).then(() => (first ? self.skipWaiting() : undefined)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), precache.activate()]));
});

// The shell asks for it when every tab that shows the release before has agreed: client/releases.ts.
self.addEventListener('message', (event) => {
  if (isPageMessage(event.data) && event.data.portside === 'take-over') event.waitUntil(self.skipWaiting());
});

self.addEventListener('fetch', (event) => {
  const decision = bridge.decide(event);
  switch (decision.kind) {
    case 'pass':
      break;
    case 'shell':
      event.respondWith(shell().catch((error: unknown) => explain(error, event.request, isolation.policy, site.base)));
      break;
    case 'asset':
      event.respondWith(asset(event));
      break;
    case 'own':
      event.respondWith(bridge.own(event, decision.name));
      break;
    case 'return':
      event.respondWith(broughtBack(decision.location));
      break;
    case 'blob':
      event.respondWith(bridge.blob(decision.url));
      break;
    case 'guest':
      event.respondWith(decision.topLevel ? submission(event, decision) : guest(event, decision));
      break;
  }
});

async function shell(): Promise<Response> {
  const page = await precache.shellPage();
  const headers = new Headers(page.headers);
  isolateTopLevel(headers, await isolation.now());
  headers.set('Cache-Control', 'no-cache');
  return new Response(page.body, { headers });
}

/** Scripts of workers are refused in an isolated page unless they carry its embedder policy. */
async function asset(event: FetchEvent): Promise<Response> {
  const response = await precache.asset(event.request, (kept) => event.waitUntil(kept));
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  isolateEmbedded(headers, await isolation.known());
  return new Response(response.body, { status, statusText, headers });
}

async function guest(event: BridgeEvent, decision: GuestDecision): Promise<Response> {
  const { request } = event;
  const waiting = request.mode === 'navigate' && request.method === 'GET' ? parked.take(request.url) : undefined;
  if (!waiting) {
    const answer = await bridge.relay(event, decision);
    return leaveFrame(request, answer, isolation.policy) ?? answer;
  }
  isolateEmbedded(waiting.headers, await isolation.known());
  allowOwnFrame(waiting.headers);
  return waiting;
}

async function submission(event: BridgeEvent, decision: GuestDecision): Promise<Response> {
  const answer = await bridge.relay(event, decision);
  try {
    return (await parked.park(event.request.url, answer)) ? await shell() : answer;
  } catch (error) {
    // The answer broke off in the middle, or the shell is gone from the cache and the host.
    return explain(error, event.request, isolation.policy, site.base);
  }
}
