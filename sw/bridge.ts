/** Puts the parts together for one machine: what is ours, the way to its kernel, its cookies. */

import { indexedDbCookies, SiteCookies } from './cookies/cookies.js';
import { blankDocument } from './frames/blank-document.js';
import { embedderPolicyFor } from './frames/isolation.js';
import { Relay } from './http/relay.js';
import { ClientRoutes } from './routing/client-routes.js';
import {
  type Decision,
  decide,
  type GuestRoute,
  isFrameDestination,
  type OwnPage,
  type RouteTable,
} from './routing/route.js';
import { KernelLink, type PageClient, type PageClients } from './transport/link.js';
import { isPageMessage } from './transport/page-messages.js';
import { ExchangeWatch } from './transport/watch.js';

declare const self: ServiceWorkerGlobalScope;

export interface BridgeOptions {
  /** Folders of URLs and the guest ports that serve them; the longest that fits wins. */
  readonly routes: readonly GuestRoute[];
  /**
   * Path that names the machine and holds the reserved folder `.portside/`; the path of the registration's scope by
   * default. Pages connect their kernel under the same path.
   */
  readonly scope?: string;
  /** Milliseconds until the head of a response must have come; bodies have no limit. 120,000 by default. */
  readonly headTimeout?: number;
  /** Milliseconds that a request waits for a page to bring its kernel up. 30,000 by default. */
  readonly connectTimeout?: number;
}

/**
 * The parts of `FetchEvent` that are used, so that a Workbox handler can pass its event on. Spelled out: TypeScript knows
 * `FetchEvent` only where `lib` holds WebWorker.
 */
export interface BridgeEvent {
  readonly request: Request;
  readonly clientId: string;
  readonly resultingClientId: string;
}

export type GuestDecision = Extract<Decision, { kind: 'guest' }>;
/** What a bridge answers itself or has a guest answer. */
export type BridgeDecision = Extract<Decision, { kind: 'guest' | 'own' }>;

export interface Bridge {
  /**
   * True when the request is for a guest, or for a page of the bridge's own. Synchronous and without memory of its own but for `clientId`, which brings
   * back requests that leave their folder (`FetchEvent.clientId`; optional).
   */
  match(input: Request | URL | string, clientId?: string): boolean;
  /** The guest's answer. Call it for what `match` took; throws a TypeError for everything else. */
  handle(event: BridgeEvent): Promise<Response>;
}

const HEAD_TIMEOUT = 120_000;
/** A first start on a slow device takes a few seconds; downloads are over before a page shows the site. */
const CONNECT_TIMEOUT = 30_000;

export interface MachineBridge {
  decide(event: BridgeEvent): Decision;
  decideUrl(url: URL): Decision;
  relay(event: BridgeEvent, decision: GuestDecision): Promise<Response>;
  own(event: BridgeEvent, name: OwnPage): Promise<Response>;
}

/** Must be called while the worker's script is evaluated: listeners that are added later miss the event that woke it. */
export function startBridge(options: BridgeOptions & { readonly shell: boolean }): MachineBridge {
  const { origin } = self.location;
  const scope = options.scope ?? new URL(self.registration.scope).pathname;
  const table: RouteTable = { origin, scope, routes: options.routes.map(checkedRoute), shell: options.shell };
  const documents = new ClientRoutes();
  const clients = windowClients();
  const watch = new ExchangeWatch(clients);
  const link: KernelLink = new KernelLink({
    scope: checkedPath(scope),
    clients,
    connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
    busy: (busy) => watch.busy(link, busy),
  });
  const policy = embedderPolicyFor(self.navigator.userAgent);
  const ownPages: Readonly<Record<OwnPage, (event: BridgeEvent) => Response | Promise<Response>>> = {
    blank: () => blankDocument(policy),
  };
  const relay = new Relay({
    origin,
    link,
    clients,
    cookies: new SiteCookies(indexedDbCookies(scope)),
    browser: self.navigator,
    policy,
    headTimeout: options.headTimeout ?? HEAD_TIMEOUT,
  });
  self.addEventListener('message', ({ data, source, ports }) => {
    if (isPageMessage(data) && source instanceof Client) link.receive(data, source.id, ports);
  });
  return {
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
    relay(event, { route, target, saveAs }) {
      const { request, clientId, resultingClientId } = event;
      if (isFrameDestination(request.destination)) documents.remember(resultingClientId, route);
      return relay.respond({ request, clientId, route, target, saveAs });
    },
    own: async (event, name) => ownPages[name](event),
  };
}

/** Relays requests for `options.routes` to guest servers. Call it at the top level of the worker's script. */
export function createBridge(options: BridgeOptions): Bridge {
  const machine = startBridge({ ...options, shell: false });
  return {
    match(input, clientId = '') {
      const decision =
        input instanceof Request
          ? machine.decide({ request: input, clientId, resultingClientId: '' })
          : machine.decideUrl(new URL(input, self.location.href));
      return isOfBridge(decision);
    },
    async handle(event) {
      const decision = machine.decide(event);
      if (!isOfBridge(decision)) throw new TypeError(`No route of this bridge takes ${event.request.url}.`);
      return decision.kind === 'own' ? machine.own(event, decision.name) : machine.relay(event, decision);
    },
  };
}

const isOfBridge = (decision: Decision): decision is BridgeDecision =>
  decision.kind === 'guest' || decision.kind === 'own';

function checkedRoute({ base, port }: GuestRoute): GuestRoute {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`${port} is no TCP port.`);
  return { base: checkedPath(base), port };
}

function checkedPath(path: string): string {
  if (!path.startsWith('/') || !path.endsWith('/')) {
    throw new TypeError(`A path must begin and end with a slash: ${JSON.stringify(path)}.`);
  }
  return path;
}

function windowClients(): PageClients {
  return {
    async get(id): Promise<PageClient | undefined> {
      return self.clients.get(id);
    },
    all: () => self.clients.matchAll({ type: 'window', includeUncontrolled: true }),
  };
}
