/**
 * Which requests are ours, and whose they are: a pure, synchronous function of the request and the options, known at
 * script evaluation. It has to be: a worker that has once called `respondWith` can't let the browser go on by itself,
 * and `respondWith(fetch(request))` is no pass-through (under COEP it changes CORS and CORP checks).
 */

import type { ArchiveAction } from '../../protocol/archive.js';
import { MANIFEST_FILE } from '../../protocol/site.js';

/** How a guest takes bodies whose length is not known from the start. */
export type BodyTransfer = 'measured' | 'streamed';

/** A folder of URLs and the guest port that serves it; the guest sees the folder as its root. */
export interface GuestRoute {
  /** Absolute path that begins and ends with a slash. */
  readonly base: string;
  readonly port: number;
  /**
   * `measured`, the default: a request's body is kept until its length is known, for guests that want a Content-Length, as PHP's own
   * server does. `streamed`: it goes on as it comes, with Transfer-Encoding: chunked; a guest that reads slowly holds the
   * page's stream back. A streamed request is never sent twice.
   */
  readonly requestBodies?: BodyTransfer;
  /**
   * What becomes of requests by the guest's documents that leave the folder and are for no other route. `return`, the default:
   * they mean the guest's own root, and come back. `leave`: they mean the app's; for guests that were told their folder.
   */
  readonly escape?: 'return' | 'leave';
}

export interface RouteTable {
  readonly origin: string;
  /** Path of the folder that the machine belongs to; `<scope>.portside/` is reserved. Begins and ends with a slash. */
  readonly scope: string;
  readonly routes: readonly GuestRoute[];
  /** True: top-level navigations get the shell, `<scope>.portside/` is the shell's own files. */
  readonly shell: boolean;
}

export interface RoutedRequest {
  readonly url: URL;
  readonly method: string;
  readonly mode: string;
  readonly destination: string;
  /** As in `Request.referrer`: a URL, an empty string or `about:client`. */
  readonly referrer: string;
  /** Route of the guest document that made the request, where the worker remembers it. */
  readonly clientRoute: GuestRoute | undefined;
}

/** Pages of the bridge's own, by their path below `<scope>.portside/`. */
export type OwnPage = ArchiveAction | 'blank' | 'cookies' | 'inspect' | 'kernel' | 'manage' | 'stopped';

export type Decision =
  /** Not ours: the event is left alone. */
  | { readonly kind: 'pass' }
  | { readonly kind: 'shell' }
  | { readonly kind: 'asset' }
  /** A page that the bridge makes by itself, below `<scope>.portside/`. */
  | { readonly kind: 'own'; readonly name: OwnPage }
  /** A guest's document sent its frame out of the guest's folder: a redirect to this URL brings it back. */
  | { readonly kind: 'return'; readonly location: string }
  /** A frame shows what this `blob:` URL of the origin holds. */
  | { readonly kind: 'blob'; readonly url: string }
  | {
      readonly kind: 'guest';
      readonly route: GuestRoute;
      /** Request target in the guest's own URL space: path and query. */
      readonly target: string;
      /** A navigation of a whole tab, whose answer would replace the shell. */
      readonly topLevel: boolean;
      /** The answer is saved to a file of this name; empty: of a name that fits. */
      readonly saveAs: string | undefined;
    };

const PASS: Decision = { kind: 'pass' };
const SHELL: Decision = { kind: 'shell' };
const ASSET: Decision = { kind: 'asset' };

/** Navigations of these are of a frame; every other navigation is of a tab (Fetch, "destination"). */
const FRAME_DESTINATIONS = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

export const isFrameDestination = (destination: string): boolean => FRAME_DESTINATIONS.has(destination);

const RESERVED = '.portside/';
const PORT_PATH = /^port\/([1-9]\d{0,4})\//;
const BLOB_PATH = /^blob\/([^/]+)$/;
const SAVE_PATH = /^save\/([^/]*)\//;
const HIGHEST_PORT = 65_535;
const OWN_PAGES: ReadonlySet<string> = new Set<OwnPage>([
  'blank',
  'cookies',
  'export.tar',
  'import',
  'inspect',
  'kernel',
  'manage',
  'size',
  'stopped',
]);
const isOwnPage = (path: string): path is OwnPage => OWN_PAGES.has(path);

export function decide(request: RoutedRequest, table: RouteTable): Decision {
  const { url } = request;
  if (url.origin !== table.origin) return PASS;
  const navigates = request.mode === 'navigate';
  const topLevel = navigates && !isFrameDestination(request.destination);

  if (url.pathname.startsWith(table.scope)) {
    const path = url.pathname.slice(table.scope.length);
    if (path.startsWith(RESERVED)) {
      const reserved = path.slice(RESERVED.length);
      const blob = isFrameDestination(request.destination) ? decideBlob(reserved, table) : undefined;
      return blob ?? decideReserved(reserved, url, table, topLevel);
    }
    if (table.shell) {
      if (path === 'sw.js') return PASS;
      // The shell's link. A guest may have a file of this name, which its own documents get.
      if (path === MANIFEST_FILE && request.destination === 'manifest') return ASSET;
      if (topLevel && (request.method === 'GET' || request.method === 'HEAD')) return SHELL;
    }
  }
  const route = longestRoute(url.pathname, table.routes);
  // What a tab shows is what its address says: it would reload as something else.
  const initiator = topLevel ? undefined : (request.clientRoute ?? routeOfReferrer(request.referrer, table));
  if (route && !(initiator && isHidden(route, initiator, table))) {
    return guest(route, targetUnder(route.base, url), topLevel);
  }
  // A guest takes its folder for the root, so its absolute paths leave the folder.
  if (!initiator || initiator.escape === 'leave') return PASS;
  const target = url.pathname + queryOf(url);
  // The redirect makes the folder that of the document as well, so that its relative references work.
  if (navigates) return { kind: 'return', location: table.origin + initiator.base + target.slice(1) };
  return guest(initiator, target, false);
}

/**
 * A route that holds the reserved folder takes every absolute path, also those of documents at `port/<n>/`, which nobody has told
 * their folder: for them it does not count.
 */
const isHidden = (route: GuestRoute, initiator: GuestRoute, { scope }: RouteTable): boolean =>
  scope.startsWith(route.base) && isReserved(initiator.base, scope);

/**
 * `port/<n>/…` reaches any listening port. `save/<name>/…` is the same as `…`, saved to a file: links with a `download` attribute
 * pass the service worker by (Chromium issue 40410035), so the shell sends its frame here instead.
 */
function decideReserved(path: string, url: URL, table: RouteTable, topLevel: boolean): Decision {
  if (isOwnPage(path)) return { kind: 'own', name: path };
  const toPort = portRoute(path, table.scope);
  if (toPort) return guest(toPort, targetUnder(toPort.base, url), topLevel);
  const toFile = SAVE_PATH.exec(path);
  const route = toFile && longestRoute(table.scope + path.slice(toFile[0].length), table.routes);
  if (toFile && route) {
    const base = `${table.scope}${RESERVED}${toFile[0]}${route.base.slice(table.scope.length)}`;
    return guest({ base, port: route.port }, targetUnder(base, url), topLevel, decodeName(toFile[1] ?? ''));
  }
  return table.shell ? ASSET : PASS;
}

/** The folder of any listening port, by a path below `<scope>.portside/`. */
function portRoute(path: string, scope: string): GuestRoute | undefined {
  const port = Number(PORT_PATH.exec(path)?.[1]);
  return port <= HIGHEST_PORT ? { base: portBase(port, scope), port } : undefined;
}

export const isReserved = (pathname: string, scope: string): boolean => pathname.startsWith(scope + RESERVED);

/** Folder at which a port is reached that no route names. */
export const portBase = (port: number, scope: string): string => `${scope}${RESERVED}port/${port}/`;

/** `blob/<URL>`: see `blobPath`. */
function decideBlob(path: string, table: RouteTable): Decision | undefined {
  const url = decodeName(BLOB_PATH.exec(path)?.[1] ?? '');
  return url.startsWith(`blob:${table.origin}/`) ? { kind: 'blob', url } : undefined;
}

const guest = (route: GuestRoute, target: string, topLevel: boolean, saveAs?: string): Decision => ({
  kind: 'guest',
  route,
  target,
  topLevel,
  saveAs,
});

const targetUnder = (base: string, url: URL): string => `/${url.pathname.slice(base.length)}${queryOf(url)}`;

/** `search` does not tell an empty query from none. */
export const queryOf = (url: URL): string => url.search || (/^[^?#]*\?/.test(url.href) ? '?' : '');

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // A stray percent sign is a name as well.
  }
}

export function longestRoute(pathname: string, routes: readonly GuestRoute[]): GuestRoute | undefined {
  let longest: GuestRoute | undefined;
  for (const route of routes) {
    if (pathname.startsWith(route.base) && route.base.length > (longest?.base.length ?? 0)) longest = route;
  }
  return longest;
}

/** The guest that a document of this URL belongs to. */
export function routeOfDocument(url: URL, table: RouteTable): GuestRoute | undefined {
  if (url.origin !== table.origin) return undefined;
  const { scope } = table;
  const toPort = isReserved(url.pathname, scope)
    ? portRoute(url.pathname.slice(scope.length + RESERVED.length), scope)
    : undefined;
  return toPort ?? longestRoute(url.pathname, table.routes);
}

function routeOfReferrer(referrer: string, table: RouteTable): GuestRoute | undefined {
  const url = URL.parse(referrer);
  return url ? routeOfDocument(url, table) : undefined;
}
