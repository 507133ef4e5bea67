/** What an app tells a bridge, and what is wrong with it. Pure. */
import { type GuestRoute, isReserved } from './routing/route.js';

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
  /**
   * True, which is the default: guest documents get a script at their start, without which scripts of theirs have no cookies.
   * False: they are passed on byte for byte.
   */
  readonly documentScript?: boolean;
}

const HEAD_TIMEOUT = 120_000;
/** A first start on a slow device takes a few seconds; downloads are over before a page shows the site. */
const CONNECT_TIMEOUT = 30_000;

/**
 * @param registered Path of the registration's scope.
 * @throws TypeError Says which option is wrong, and how.
 */
export function checkedOptions(options: BridgeOptions, registered: string): Required<BridgeOptions> {
  const {
    routes,
    scope = registered,
    headTimeout = HEAD_TIMEOUT,
    connectTimeout = CONNECT_TIMEOUT,
    documentScript = true,
  } = options;
  checkPath('scope', scope);
  if (!Array.isArray(routes)) throw new TypeError('createBridge: routes must be an array of { base, port }.');
  const checked = routes.map((route) => checkedRoute(route, scope));
  const repeated = checked.find(({ base }, index) => checked.findIndex((other) => other.base === base) !== index);
  if (repeated) throw new TypeError(`createBridge: two routes have the base ${repeated.base}.`);
  checkTime('headTimeout', headTimeout);
  checkTime('connectTimeout', connectTimeout);
  if (typeof documentScript !== 'boolean') {
    throw new TypeError(`createBridge: documentScript must be true or false, not ${String(documentScript)}.`);
  }
  return { routes: checked, scope, headTimeout, connectTimeout, documentScript };
}

/** The folders of a bridge that lie outside of its worker's scope: a navigation to them goes past the worker. */
export function outsideOf(registered: string, { routes, scope = registered }: BridgeOptions): string[] {
  const folders = new Set([scope, ...routes.map(({ base }) => base)]);
  return [...folders].filter((folder) => !folder.startsWith(registered));
}

function checkedRoute(
  { base, port, escape: escapes = 'return', requestBodies = 'measured' }: GuestRoute,
  scope: string,
): GuestRoute {
  checkPath('base', base);
  if (isReserved(base, scope)) throw new TypeError(`createBridge: ${scope}.portside/ is reserved: ${base}.`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(`createBridge: the port of ${base} must be a number from 1 to 65535, not ${String(port)}.`);
  }
  if (escapes !== 'return' && escapes !== 'leave') {
    throw new TypeError(`createBridge: escape of ${base} must be 'return' or 'leave', not ${String(escapes)}.`);
  }
  if (requestBodies !== 'measured' && requestBodies !== 'streamed') {
    throw new TypeError(
      `createBridge: requestBodies of ${base} must be 'measured' or 'streamed', not ${String(requestBodies)}.`,
    );
  }
  return { base, port, escape: escapes, requestBodies };
}

/** In the form in which URLs have it: compared with theirs, another would never fit. */
function checkPath(name: string, path: string): void {
  const isPath = typeof path === 'string' && path.startsWith('/') && path.endsWith('/');
  const { pathname } = new URL(isPath ? `http://host${path}` : 'http://host/');
  if (isPath && path === pathname) return;
  const remedy = isPath ? `as URLs have it: ${pathname}` : 'that begins and ends with a slash';
  throw new TypeError(`createBridge: ${name} must be a path ${remedy}, not ${JSON.stringify(path)}.`);
}

function checkTime(name: string, milliseconds: number): void {
  if (typeof milliseconds === 'number' && milliseconds > 0) return;
  throw new TypeError(`createBridge: ${name} must be a number of milliseconds above 0, not ${String(milliseconds)}.`);
}
