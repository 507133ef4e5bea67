/**
 * `cookieStore` of a guest's document (Cookie Store API), where the browser has one, on the site's own cookies: its methods are replaced,
 * and events of the browser's own jar are kept from it.
 */
import type { ScriptCookie } from '../../protocol/cookies.js';
import { byteLength, holdsControl, trimmed } from './set-cookie.js';
import type { SiteCookies } from './site-cookies.js';

/** Section 7: bytes. */
const LONGEST_PAIR = 4096;
const LONGEST_ATTRIBUTE = 1024;

interface GetOptions {
  readonly name?: string;
  readonly url?: string;
}

interface SetOptions {
  readonly name: string;
  readonly value: string;
  readonly domain?: string | null;
  readonly path?: string;
  readonly expires?: number | null;
  readonly sameSite?: string;
}

export function installCookieStore(cookies: SiteCookies): void {
  if (typeof CookieStore !== 'function') return;
  const methods = {
    async get(query?: string | GetOptions): Promise<object | null> {
      const options = queryOf(query);
      if (options.name === undefined && options.url === undefined) throw new TypeError('A name or a URL is missing.');
      return found(cookies, options)[0] ?? null;
    },
    async getAll(query?: string | GetOptions): Promise<object[]> {
      return found(cookies, queryOf(query));
    },
    async set(nameOrOptions: string | SetOptions, value?: string): Promise<void> {
      const options =
        typeof nameOrOptions === 'object' ? nameOrOptions : { name: String(nameOrOptions), value: String(value) };
      await cookies.write(cookieText(options));
    },
    async delete(nameOrOptions: string | Omit<SetOptions, 'value'>): Promise<void> {
      const options = typeof nameOrOptions === 'object' ? nameOrOptions : { name: String(nameOrOptions) };
      // Section 7.6, "delete a cookie": one without a name has a value, which does not matter.
      const value = options.name === '' ? 'deleted' : '';
      await cookies.write(cookieText({ ...options, value, expires: 0 }));
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(CookieStore.prototype, name, { value, configurable: true, enumerable: true, writable: true });
  }
  // The first listener, so that no other hears what it stops.
  cookieStore.addEventListener('change', (event) => event.isTrusted && event.stopImmediatePropagation());
}

/** As a task of its own, as the browser would: never in the middle of the script that set the cookie. */
export function announceChange(changed: readonly ScriptCookie[], deleted: readonly ScriptCookie[]): void {
  if (typeof CookieChangeEvent !== 'function') return;
  const event = new CookieChangeEvent('change', {
    changed: changed.map(listed),
    deleted: deleted.map(({ value: _, ...cookie }) => ({ ...cookie, partitioned: false })),
  });
  setTimeout(() => cookieStore.dispatchEvent(event));
}

const queryOf = (query: string | GetOptions | undefined): GetOptions =>
  typeof query === 'object' || query === undefined ? { ...query } : { name: String(query) };

function found(cookies: SiteCookies, { name, url }: GetOptions): object[] {
  // Section 4.1: a document may name no other URL than its own.
  if (url !== undefined && new URL(url, document.baseURI).href.split('#')[0] !== location.href.split('#')[0]) {
    throw new TypeError('The URL is not that of the document.');
  }
  const visible = cookies.visible();
  const wanted = name === undefined ? visible : visible.filter((cookie) => cookie.name === trimmed(String(name)));
  return wanted.map(listed);
}

/** As Chromium lists them; the specification has come to leave out all but name and value. */
const listed = (cookie: ScriptCookie) => ({ ...cookie, partitioned: false });

/** Section 7.5, "set a cookie". Throws a TypeError for what is no cookie. */
function cookieText({ name, value, domain, path = '/', expires, sameSite = 'strict' }: SetOptions): string {
  const pair = [trimmed(String(name)), trimmed(String(value))] as const;
  const [key, content] = pair;
  const isWrong =
    key.includes(';') ||
    content.includes(';') ||
    holdsControl(key + content) ||
    key.includes('=') ||
    (key === '' && (content === '' ? expires !== 0 : /=|^__(?:host|secure|http|host-http)-/i.test(content))) ||
    byteLength(key + content) > LONGEST_PAIR;
  if (isWrong) throw new TypeError('This is no name and value of a cookie.');
  const attributes = [`Path=${checkedPath(key, String(path))}`, `SameSite=${sameSite}`];
  if (typeof domain === 'string') attributes.push(`Domain=${checkedDomain(key, domain)}`);
  if (typeof expires === 'number') attributes.push(`Expires=${new Date(expires).toUTCString()}`);
  if (location.protocol === 'https:') attributes.push('Secure');
  return [pair.join('='), ...attributes].join('; ');
}

function checkedPath(name: string, path: string): string {
  if (!path.startsWith('/') || path.includes(';')) throw new TypeError('A path begins with a slash.');
  const whole = path.endsWith('/') ? path : `${path}/`;
  if (byteLength(whole) > LONGEST_ATTRIBUTE) throw new TypeError('The path is too long.');
  if (/^__host-/i.test(name) && whole !== '/') throw new TypeError('A cookie of this name has the path /.');
  return whole;
}

function checkedDomain(name: string, domain: string): string {
  const { hostname } = location;
  if (domain.startsWith('.') || /^__host-/i.test(name) || (hostname !== domain && !hostname.endsWith(`.${domain}`))) {
    throw new TypeError('A cookie may have a domain of its own host alone.');
  }
  return domain;
}
