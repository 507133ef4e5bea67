/**
 * Two URL spaces: the browser's, where a site lives in a folder of an origin, and the guest's, where the same site is
 * the root of the same host. Pure functions between the two.
 */
import { type GuestRoute, isReserved, longestRoute, portBase, queryOf, type RouteTable } from './route.js';

/** Names by which a guest may call its own machine. */
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0']);

/** What a guest's server may be named with, and the port that each means by itself. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ws:': 80, 'wss:': 443 };

/** Where one guest lives. */
export interface GuestFolder {
  /** The page's own origin. */
  readonly origin: string;
  readonly route: GuestRoute;
}

/** The same, and where other ports of the machine are. */
export interface UrlSpace extends GuestFolder, Pick<RouteTable, 'scope' | 'routes'> {}

/** The URL under which the guest knows the request target `target`. */
export const guestUrl = (target: string, { origin }: Pick<GuestFolder, 'origin'>): URL => new URL(origin + target);

/** A browser URL of this site as the guest would write it; others stay as they are. */
export function toGuest(url: URL, { origin, route }: GuestFolder): URL {
  if (url.origin !== origin || !url.pathname.startsWith(route.base)) return url;
  const mapped = new URL(url);
  mapped.pathname = url.pathname.slice(route.base.length - 1);
  return mapped;
}

/**
 * A reference that the guest wrote (relative, absolute by path, or absolute to any port of its machine) as an absolute URL in
 * the browser's space; `undefined` where it is no URL. Absolute, because Safari follows no relative Location of a synthetic
 * response (WebKit bug 282427).
 */
export function toBrowser(reference: string, target: string, space: UrlSpace): URL | undefined {
  const { origin, route } = space;
  // The absolute paths of a guest that knows its folder are the browser's: what leaves the folder is to leave.
  const knowsFolder = route.escape === 'leave';
  const url = URL.parse(reference, origin + (knowsFolder ? route.base.slice(0, -1) : '') + target) ?? undefined;
  const port = url && portOnMachine(url, origin);
  if (!url || port === undefined) return url;
  const path = port !== 'own' ? pathOfPort(port, url, space) : knowsFolder ? url.pathname : pathUnder(route.base, url);
  // Put behind the origin, not resolved against it: a path that begins with two slashes would name another host.
  const mapped = new URL(origin + path + queryOf(url) + url.hash);
  if (url.protocol.startsWith('ws')) mapped.protocol = mapped.protocol === 'https:' ? 'wss:' : 'ws:';
  return mapped;
}

/** The port that `url` names on the guest's machine, `own` where it names the page's host; `undefined` for other hosts. */
export function portOnMachine(url: URL, origin: string): number | 'own' | undefined {
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined) return undefined;
  const own = new URL(origin);
  // What a guest makes of its Host header is itself. Behind an https origin, one that does not look at X-Forwarded-Proto
  // calls itself http.
  if (url.host === own.host) return 'own';
  if (url.hostname !== own.hostname && !LOOPBACK_HOSTS.has(url.hostname)) return undefined;
  return url.port === '' ? defaultPort : Number(url.port);
}

/** A guest that was told its folder writes it by itself. */
const pathUnder = (base: string, { pathname }: URL): string =>
  pathname.startsWith(base) ? pathname : base + pathname.slice(1);

/**
 * In the guest's own folder, if it named its own port. Else in that of a route to `port`: the longest that the guest wrote itself, or
 * the shortest; in `.portside/port/<port>/` where there is none, or where another port's folder lies in the way.
 */
function pathOfPort(port: number, url: URL, { route, routes, scope }: UrlSpace): string {
  if (port === route.port) return pathUnder(route.base, url);
  const ofPort = routes.filter((other) => other.port === port).sort((a, b) => a.base.length - b.base.length);
  const nearest = longestRoute(url.pathname, ofPort) ?? ofPort[0];
  const path = nearest && pathUnder(nearest.base, url);
  return path !== undefined && longestRoute(path, routes)?.port === port && !isReserved(path, scope)
    ? path
    : pathUnder(portBase(port, scope), url);
}

export const isLoopbackHost = (hostname: string): boolean => LOOPBACK_HOSTS.has(hostname);
