/** Puts the parts together for one machine: what is ours, the way to its kernel, its cookies. */

import documentSource from '../client/document/index.ts?script';
import inspectorScript from '../client/inspect/index.ts?script';
import kernelScript from '../client/kernel-worker/frame-script.ts?script';
import manageScript from '../client/manage/index.ts?script';
import type { ArchiveAction } from '../protocol/archive.js';
import { PortsideError } from '../protocol/errors.js';
import { Archives } from './archive/archives.js';
import { CookieDocuments } from './cookies/cookie-documents.js';
import { indexedDbCookies, SiteCookies } from './cookies/cookies.js';
import { DocumentScript } from './document/document-script.js';
import { explain } from './errors/explain.js';
import { blankDocument } from './frames/blank-document.js';
import { blobDocument } from './frames/blob-document.js';
import { IsolationMode } from './frames/isolation-mode.js';
import { kernelDocument } from './frames/kernel-document.js';
import { Relay } from './http/relay.js';
import { InspectorPages } from './inspect/inspector-pages.js';
import { type BridgeOptions, checkedOptions, outsideOf } from './options.js';
import { ownPage } from './own-page.js';
import { ClientRoutes } from './routing/client-routes.js';
import { type Decision, decide, type OwnPage, type RouteTable, routeOfDocument } from './routing/route.js';
import { isClientGone } from './transport/exchange.js';
import { nameOfLife } from './transport/life.js';
import { KernelLink, type PageClient, type PageClients } from './transport/link.js';
import { isPageMessage } from './transport/page-messages.js';
import { ExchangeWatch } from './transport/watch.js';
import { Upgrades } from './web-socket/upgrades.js';

declare const self: ServiceWorkerGlobalScope;

/**
 * The parts of `FetchEvent` that are used, so that a Workbox handler can pass its event on. Spelled out: TypeScript knows
 * `FetchEvent` only where `lib` holds WebWorker.
 */
export interface BridgeEvent {
  readonly request: Request;
  readonly clientId: string;
  readonly resultingClientId: string;
  readonly handled?: Promise<unknown>;
}

/** What Workbox hands to the match callback and to the handler of a route. */
export interface RoutedEvent {
  readonly request: Request;
  /** The `FetchEvent`; Workbox knows it as an ExtendableEvent. */
  readonly event: object;
}

export type GuestDecision = Extract<Decision, { kind: 'guest' }>;
/** What a bridge answers itself or has a guest answer. */
export type BridgeDecision = Extract<Decision, { kind: 'guest' | 'own' | 'blob' | 'return' }>;

export interface Bridge {
  /**
   * True when the request is for a guest, or for a page of the bridge's own. Synchronous. `clientId` (`FetchEvent.clientId`;
   * optional) brings back requests that leave their folder. Takes what Workbox gives to a match callback as well.
   */
  match(input: Request | URL | string | RoutedEvent, clientId?: string): boolean;
  /**
   * The guest's answer; a failure is an error page. Call it for what `match` took: it rejects with a TypeError for everything else. Takes
   * what Workbox gives to a handler as well.
   */
  handle(event: BridgeEvent | RoutedEvent): Promise<Response>;
}

export interface MachineBridge {
  readonly isolation: IsolationMode;
  decide(event: Pick<BridgeEvent, 'request' | 'clientId'>): Decision;
  decideUrl(url: URL): Decision;
  relay(event: BridgeEvent, decision: GuestDecision): Promise<Response>;
  own(event: BridgeEvent, name: OwnPage): Promise<Response>;
  /** What the `blob:` URL of a decision holds. */
  blob(url: string): Promise<Response>;
}

export interface SiteOptions {
  /** Top-level navigations get a shell. */
  readonly shell: boolean;
  /** What the site is called, where it has a name. */
  readonly name?: string;
}

/** Must be called while the worker's script is evaluated: listeners that are added later miss the event that woke it. */
export function startBridge(options: BridgeOptions & SiteOptions): MachineBridge {
  const { origin } = self.location;
  const registered = new URL(self.registration.scope).pathname;
  const { scope, routes, headTimeout, connectTimeout, documentScript } = checkedOptions(options, registered);
  const table: RouteTable = { origin, scope, routes, shell: options.shell };
  const documents = new ClientRoutes();
  void recover(documents, table);
  const clients = windowClients();
  const watch = new ExchangeWatch(clients);
  const link: KernelLink = new KernelLink({
    scope,
    pages: registered,
    clients,
    life: nameOfLife(),
    connectTimeout,
    busy: (busy) => watch.busy(link, busy),
    changed: () => inspectors.kernelChanged(),
  });
  const inspectors = new InspectorPages({ scope, clients, pass: (port) => link.inspect(port) });
  const cookies = new SiteCookies(indexedDbCookies(scope));
  const cookieDocuments = new CookieDocuments({ origin, scope, cookies, documents: () => guestDocuments(table) });
  const isolation = new IsolationMode(scope, self.navigator.userAgent);
  const archives = new Archives({ link, origin, name: options.name ?? self.location.hostname, headTimeout });
  const archive = ({ request, clientId }: BridgeEvent, action: ArchiveAction): Promise<Response> =>
    archives.respond(request, clientId, action).catch((error: unknown) => {
      if (isClientGone(error)) throw error;
      return explain(error, request, isolation.policy, scope);
    });
  const ownPages: Readonly<Record<OwnPage, (event: BridgeEvent) => Response | Promise<Response>>> = {
    blank: async () => blankDocument(await isolation.known()),
    cookies: ({ request }) => cookieDocuments.respond(request),
    inspect: async () => ownPage('Inspector', inspectorScript, await isolation.known()),
    kernel: () => kernelDocument(kernelScript),
    'export.tar': (event) => archive(event, 'export.tar'),
    import: (event) => archive(event, 'import'),
    size: (event) => archive(event, 'size'),
    manage: async () => ownPage('This site on this device', manageScript, await isolation.known()),
    stopped: ({ request }) => explain(new PortsideError('worker-stopped'), request, isolation.policy, scope),
  };
  const browser = self.navigator;
  const relay = new Relay({
    table,
    link,
    clients,
    cookies,
    cookieDocuments: documentScript ? cookieDocuments : undefined,
    browser,
    isolation,
    documentScript: documentScript
      ? new DocumentScript({ origin, scope, source: documentSource, cookies: () => cookies.snapshot(origin) })
      : undefined,
    headTimeout,
    unreached: (request) => inspectors.unreached(request),
  });
  const upgrades = new Upgrades({
    origin,
    link,
    cookies,
    cookieDocuments: documentScript ? cookieDocuments : undefined,
    browser,
    headTimeout,
    decide: (url, { id, url: referrer }) =>
      decide({ url, method: 'GET', mode: 'cors', destination: '', referrer, clientRoute: documents.of(id) }, table),
  });
  self.addEventListener('message', (event) => {
    const { data, source, ports } = event;
    if (!isPageMessage(data) || !(source instanceof Client)) return;
    const [port] = ports;
    if (data.portside === 'claim' && data.base === registered) event.waitUntil(self.clients.claim());
    if (data.portside === 'connect' && data.base === scope) isolation.learn(data.isolated);
    switch (data.portside) {
      case 'inspect':
        if (data.base === scope && port) event.waitUntil(inspectors.attach(source.id, data.version, port));
        break;
      case 'upgrade':
        if (data.base === scope && port) event.waitUntil(upgrades.open(data, source, port));
        break;
      case 'cookies-seen':
        if (data.base === scope) event.waitUntil(cookieDocuments.seen(source, data.version));
        break;
      case 'cookie-write':
        if (data.base === scope) event.waitUntil(cookieDocuments.take(data, source));
        break;
      default:
        link.receive(data, source.id, ports);
    }
  });
  return {
    isolation,
    decide: ({ request, clientId }) =>
      decide(
        {
          url: new URL(request.url),
          method: request.method,
          mode: request.mode,
          destination: request.destination,
          referrer: request.referrer,
          clientRoute: documents.of(clientId),
        },
        table,
      ),
    decideUrl: (url) =>
      decide({ url, method: 'GET', mode: 'cors', destination: '', referrer: '', clientRoute: undefined }, table),
    relay(event, { route, target, saveAs, topLevel }) {
      const { request, clientId, resultingClientId, handled } = event;
      // What a tab of a packed site gets is the shell, whatever it asked for.
      if (!(topLevel && table.shell)) documents.remember(resultingClientId, route);
      return relay.respond({ request, clientId, resultingClientId, route, target, saveAs, handled });
    },
    own: async (event, name) => ownPages[name](event),
    blob: async (url) => blobDocument(url, await isolation.known()),
  };
}

/**
 * Relays requests for `options.routes` to guest servers. Call it at the top level of the worker's script. It adds listeners for
 * messages alone: requests are led here by the app, which calls `match` and `handle`, or gives both to a router.
 *
 * @throws TypeError for options that are none.
 */
export function createBridge(options: BridgeOptions): Bridge {
  const machine = startBridge({ ...options, shell: false });
  warnOfScope(options);
  return {
    match(input, clientId = '') {
      if (typeof input === 'string' || input instanceof URL) {
        return isOfBridge(machine.decideUrl(new URL(input, self.location.href)));
      }
      const request = 'request' in input ? input.request : input;
      return isOfBridge(machine.decide({ request, clientId: clientId || clientOf(input) }));
    },
    async handle(input) {
      const event = fetchEventOf(input);
      const decision = machine.decide(event);
      switch (decision.kind) {
        case 'guest':
          return machine.relay(event, decision);
        case 'own':
          return machine.own(event, decision.name);
        case 'blob':
          return machine.blob(decision.url);
        case 'return':
          return broughtBack(decision.location);
        default:
          throw new TypeError(`No route of this bridge takes ${event.request.url}.`);
      }
    },
  };
}

const isOfBridge = (decision: Decision): decision is BridgeDecision =>
  decision.kind !== 'pass' && decision.kind !== 'shell' && decision.kind !== 'asset';

/** RFC 9110 section 15.4.8: method and body go along. */
export const broughtBack = (location: string): Response => Response.redirect(location, 307);

const isFetchEvent = (event: object): event is BridgeEvent => 'clientId' in event && 'request' in event;

const clientOf = (input: Request | RoutedEvent): string =>
  'event' in input && isFetchEvent(input.event) ? input.event.clientId : '';

function fetchEventOf(input: BridgeEvent | RoutedEvent): BridgeEvent {
  if (!('event' in input)) return input;
  // Workbox routes what its `CACHE_URLS` messages name as well, with their event.
  return isFetchEvent(input.event) ? input.event : { request: input.request, clientId: '', resultingClientId: '' };
}

function warnOfScope(options: BridgeOptions): void {
  const outside = outsideOf(new URL(self.registration.scope).pathname, options);
  if (outside.length === 0) return;
  const { code, message, text } = new PortsideError(
    'route-outside-scope',
    `${outside.join(', ')} (${self.registration.scope})`,
  );
  console.warn(`portside: ${code}: ${message} ${text.remedy}`);
}

/** Empty frames have the address `about:blank` or `about:srcdoc`: whose they are only their scripts know. */
async function guestDocuments(table: RouteTable): Promise<WindowClient[]> {
  const windows = await self.clients.matchAll({ type: 'window' });
  return windows.filter(({ url, frameType }) => {
    if (frameType === 'top-level' && table.shell) return false;
    return url.startsWith('about:') || routeOfDocument(new URL(url), table) !== undefined;
  });
}

async function recover(documents: ClientRoutes, table: RouteTable): Promise<void> {
  // Without a shell a tab may show a guest.
  for (const client of await self.clients.matchAll({ type: 'all' })) {
    const isTab = client instanceof WindowClient && client.frameType === 'top-level';
    const route = isTab && table.shell ? undefined : routeOfDocument(new URL(client.url), table);
    if (route) documents.remember(client.id, route);
  }
}

function windowClients(): PageClients {
  return {
    async get(id): Promise<PageClient | undefined> {
      return self.clients.get(id);
    },
    all: () => self.clients.matchAll({ type: 'window', includeUncontrolled: true }),
  };
}
