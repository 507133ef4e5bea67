/**
 * Two URL spaces: the browser's, where a site lives in a folder of an origin, and the guest's, where the same site is
 * the root of the same host. Pure functions between the two.
 */
import type { GuestRoute } from './route.js';

/** Names by which a guest may call itself; all of them are this origin to the browser. */
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0']);

export interface UrlSpace {
  /** The page's own origin. */
  readonly origin: string;
  readonly route: GuestRoute;
}

/** The URL under which the guest knows the request target `target`. */
export const guestUrl = (target: string, { origin }: UrlSpace): URL => new URL(origin + target);

/** A browser URL of this site as the guest would write it; others stay as they are. */
export function toGuest(url: URL, { origin, route }: UrlSpace): URL {
  if (url.origin !== origin || !url.pathname.startsWith(route.base)) return url;
  const mapped = new URL(url);
  mapped.pathname = url.pathname.slice(route.base.length - 1);
  return mapped;
}

/**
 * A reference that the guest wrote (relative, absolute by path, or absolute to its own host) as an absolute URL in the
 * browser's space; `undefined` where it is no URL. Absolute, because Safari follows no relative Location of a synthetic
 * response (WebKit bug 282427).
 */
export function toBrowser(reference: string, target: string, space: UrlSpace): URL | undefined {
  const url = URL.parse(reference, guestUrl(target, space).href) ?? undefined;
  if (!url || !isGuestHost(url, space)) return url;
  const { base } = space.route;
  // A guest that was told its folder writes it by itself.
  const path = url.pathname.startsWith(base) ? url.pathname : base + url.pathname.slice(1);
  // Put behind the origin, not resolved against it: a path that begins with two slashes would name another host.
  return new URL(space.origin + path + url.search + url.hash);
}

function isGuestHost(url: URL, { origin, route }: UrlSpace): boolean {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  // A guest behind an https origin that does not look at X-Forwarded-Proto calls its own host http.
  if (url.host === new URL(origin).host) return true;
  const port = url.port === '' ? defaultPort(url.protocol) : Number(url.port);
  return LOOPBACK_HOSTS.has(url.hostname) && port === route.port;
}

const defaultPort = (protocol: string): number => (protocol === 'https:' ? 443 : 80);

export const isLoopbackHost = (hostname: string): boolean => LOOPBACK_HOSTS.has(hostname);
