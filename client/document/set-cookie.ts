/**
 * What scripts see of a cookie that they have just set (RFC 6265bis, section 5.7), until the worker, whose word counts, has said the
 * same. It knows one thing that the worker knows better: whether there is an HttpOnly cookie of that name.
 */
import type { CookieWrite, ScriptCookie } from '../../protocol/cookies.js';

/** Of name and value together, in bytes. */
const LONGEST_PAIR = 4096;
const LONGEST_ATTRIBUTE = 1024;

/** `cookies` after `write`. */
export function withCookie(cookies: readonly ScriptCookie[], write: CookieWrite): readonly ScriptCookie[] {
  const cookie = parse(write);
  if (!cookie) return cookies;
  const index = cookies.findIndex(
    ({ name, path, domain }) => name === cookie.name && path === cookie.path && domain === cookie.domain,
  );
  // One that has expired shows no more; one that takes the place of another keeps its age.
  if (index >= 0) return cookies.with(index, cookie);
  return [...cookies, cookie].sort((a, b) => b.path.length - a.path.length);
}

function parse({ cookie: text, path: ownPath, routeBase }: CookieWrite): ScriptCookie | undefined {
  if (holdsControl(text)) return undefined;
  const [pair = '', ...attributes] = text.split(';');
  const [name, value] = halves(pair);
  const given = new Map(
    attributes
      .map(halves)
      .map(([key, content]) => (key === '' ? ([content, ''] as const) : ([key, content] as const)))
      .filter(([, content]) => byteLength(content) <= LONGEST_ATTRIBUTE)
      .map(([key, content]) => [key.toLowerCase(), content]),
  );
  const secure = given.has('secure');
  const sameSite = /^(?:strict|none)$/.exec(given.get('samesite')?.toLowerCase() ?? '')?.[0];
  const domain = domainOf(given.get('domain'));
  const path = pathOf(given.get('path'), ownPath, routeBase);
  // As Chromium has it: the specification would take a tab.
  if (`${name}${value}`.includes('\t')) return undefined;
  if (name + value === '' || byteLength(name + value) > LONGEST_PAIR) return undefined;
  if (domain === undefined || given.has('httponly') || (sameSite === 'none' && !secure)) return undefined;
  const prefix = /^__(secure|host)-/i.exec(name || value)?.[1]?.toLowerCase();
  if (prefix && (name === '' || !secure)) return undefined;
  if (prefix === 'host' && (domain !== null || given.get('path') !== '/')) return undefined;
  const same = sameSite === 'strict' || sameSite === 'none' ? sameSite : 'lax';
  return { name, value, domain, path, expires: expiryOf(given), secure, sameSite: same };
}

/** A pair without `=` is a value without a name. */
function halves(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=');
  return [trimmed(pair.slice(0, Math.max(0, equals))), trimmed(pair.slice(equals + 1))];
}

export const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '');

/** Null: of its own host alone. Undefined: of another host's. */
function domainOf(given: string | undefined): string | null | undefined {
  const domain = given?.replace(/^\./, '').toLowerCase();
  const { hostname } = location;
  // A name of this machine means the host, as in the worker.
  if (!domain || /^(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)$/.test(domain)) return null;
  return hostname === domain || hostname.endsWith(`.${domain}`) ? domain : undefined;
}

function pathOf(given: string | undefined, ownPath: string, routeBase: string): string {
  if (!given?.startsWith('/')) return ownPath.slice(0, ownPath.lastIndexOf('/')) || '/';
  return `${given}/`.startsWith(routeBase) ? given.slice(routeBase.length - 1) || '/' : given;
}

function expiryOf(given: ReadonlyMap<string, string>): number | null {
  const maxAge = given.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000;
  const expires = Date.parse(given.get('expires') ?? '');
  return Number.isNaN(expires) ? null : expires;
}

/** All but the tab. */
export const holdsControl = (text: string): boolean =>
  Array.from(text).some((character) => (character < ' ' && character !== '\t') || character === '\x7f');

export const byteLength = (text: string): number => new TextEncoder().encode(text).length;
