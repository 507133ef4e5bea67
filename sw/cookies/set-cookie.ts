/**
 * Reads a Set-Cookie value as browsers do today (RFC 6265bis, sections 5.6 and 5.7), which is stricter than what tough-cookie
 * asks for. Values hold bytes as the characters of the same numbers. Pure.
 */
import { Cookie } from 'tough-cookie';
import { isLoopbackHost } from '../routing/guest-url.js';

/** Of name and value together, in bytes. */
const LONGEST_PAIR = 4096;
const LONGEST_ATTRIBUTE = 1024;
/** 400 days. */
const LONGEST_LIFE = 400 * 24 * 60 * 60 * 1000;

/** Undefined: it is to be ignored. `now` is in milliseconds since 1970. */
export function parseSetCookie(value: string, now: number): Cookie | undefined {
  if (holdsControl(value)) return undefined;
  const cookie = Cookie.parse(withoutLongAttributes(withoutLoopbackDomain(value)), { loose: true });
  if (!cookie) return undefined;
  const { key, value: content } = cookie;
  if (/\t/.test(key + content)) return undefined;
  if (key + content === '' || key.length + content.length > LONGEST_PAIR) return undefined;
  if (cookie.sameSite === 'none' && !cookie.secure) return undefined;
  if (!keepsPromise(cookie)) return undefined;
  setExpiry(cookie, now);
  return cookie;
}

/** A guest that was told its folder, `base`, writes it in `Path`: to the jar it is the guest's root. */
export const inGuestSpace = (setCookie: string, base: string): string =>
  setCookie.replace(/(;\s*path\s*=\s*)([^;\s]+)/gi, (attribute, before: string, path: string) =>
    `${path}/`.startsWith(base) ? before + (path.slice(base.length - 1) || '/') : attribute,
  );

/** A guest that takes itself for `localhost` says so; without the attribute the cookie is for the page's own host. */
const withoutLoopbackDomain = (setCookie: string): string =>
  setCookie.replace(/;\s*domain\s*=\s*\.?([^;\s]*)\s*(?=;|$)/gi, (attribute, domain: string) =>
    isLoopbackHost(domain.toLowerCase()) ? '' : attribute,
  );

const withoutLongAttributes = (setCookie: string): string => {
  const [pair = '', ...attributes] = setCookie.split(';');
  const kept = attributes.filter((text) => text.slice(text.indexOf('=') + 1).trim().length <= LONGEST_ATTRIBUTE);
  return [pair, ...kept].join(';');
};

/** Section 5.7, steps 20 to 22: what the name's prefix promises, in any case of letters; a value alone may not look like one. */
function keepsPromise({ key, value, secure, domain, path }: Cookie): boolean {
  const prefix = /^__(secure|host)-/i.exec(key === '' ? value : key)?.[1]?.toLowerCase();
  if (prefix === undefined) return true;
  if (key === '' || !secure) return false;
  return prefix === 'secure' || (domain === null && path === '/');
}

/**
 * As a point in time. tough-cookie counts Max-Age from the last time that a cookie was read, so that one which is used would
 * never end.
 */
function setExpiry(cookie: Cookie, now: number): void {
  const { maxAge, expires } = cookie;
  if (typeof maxAge === 'number') {
    cookie.expires = new Date(maxAge <= 0 ? 0 : now + Math.min(maxAge * 1000, LONGEST_LIFE));
  } else if (expires instanceof Date && expires.getTime() > now + LONGEST_LIFE) {
    cookie.expires = new Date(now + LONGEST_LIFE);
  }
  cookie.maxAge = null;
}

/** Section 5.6, step 1: all but the tab, which only white space around a name or a value may hold. */
function holdsControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}
