/**
 * The site's cookies. A response made by a worker can't set any (Fetch forbids the header on a Response), so they are kept here,
 * by RFC 6265, in the guest's URL space, and added to each relayed request. Kept on disk before the response is released, so
 * that a worker that is stopped right after has lost nothing.
 *
 * Cookies for the session are kept as well: a worker lives for seconds, a session for as long as a browser runs.
 */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { type Cookie, CookieJar, cookieCompare, type SerializedCookieJar } from 'tough-cookie';
import type { CookieSnapshot, CookieWrite, ScriptCookie } from '../../protocol/cookies.js';
import { COOKIE_DATABASE } from '../../protocol/site.js';
import { bytesOfText, textOfBytes } from './byte-text.js';
import { inGuestSpace, parseSetCookie } from './set-cookie.js';

export type SameSiteContext = 'strict' | 'lax' | 'none';

/** A jar as it is kept, with the version of what scripts see of it. */
export type KeptJar = SerializedCookieJar & { readonly scriptVersion?: number };

/** Where a jar is kept between two lives of the worker. */
export interface CookieStorage {
  load(): Promise<KeptJar | undefined>;
  save(jar: KeptJar): Promise<void>;
}

/** One database for an origin; `scope` names the machine within it. */
export function indexedDbCookies(scope: string): CookieStorage {
  let store: UseStore | undefined;
  const open = () => (store ??= createStore(COOKIE_DATABASE.database, COOKIE_DATABASE.store));
  return {
    load: () => get<KeptJar>(scope, open()),
    save: (jar) => set(scope, jar, open()),
  };
}

/**
 * Registrable domains are not told from public suffixes: the list would weigh six times the rest of the jar, and a cookie
 * of this jar reaches no other host than the guest's.
 */
const JAR_OPTIONS = { rejectPublicSuffixes: false, looseMode: true } as const;

/** As many as Chromium keeps of a site; the ones that were not used for the longest time go first. */
const MOST_COOKIES = 180;

export class SiteCookies {
  readonly #storage: CookieStorage;
  #jar: Promise<CookieJar> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #written: Promise<unknown> = Promise.resolve();
  /** The clock alone would do, were it never set back. */
  #version = Date.now();

  constructor(storage: CookieStorage) {
    this.#storage = storage;
  }

  /** Value of the Cookie header for a request to `url`, which is in the guest's space; empty when there is none. */
  async header(url: URL, sameSiteContext: SameSiteContext): Promise<string> {
    // What a script has set before it made this request is in the jar first.
    await this.#written;
    const jar = await this.#load();
    const cookies = jar.getCookiesSync(url.href, { sameSiteContext });
    // RFC 6265bis, "Retrieval Algorithm": a cookie that says nothing of SameSite is kept from other sites as if it said Lax.
    const sent = sameSiteContext === 'none' ? cookies.filter(({ sameSite }) => sameSite !== undefined) : cookies;
    return sent
      .sort(cookieCompare)
      .map((cookie) => cookie.cookieString())
      .join('; ');
  }

  /**
   * Takes Set-Cookie values of a guest's that takes `base` for its root; resolves when they are on disk, to what scripts see now if that
   * has changed. What RFC 6265bis section 5.7 says to ignore is ignored.
   */
  async store(
    setCookies: readonly string[],
    url: URL,
    base: string,
    sameSiteContext: SameSiteContext,
  ): Promise<CookieSnapshot | undefined> {
    if (setCookies.length === 0) return undefined;
    const changed = await this.#change(url, (jar) => {
      for (const value of setCookies) put(jar, inGuestSpace(value, base), url, { http: true, sameSiteContext });
    });
    await this.#save();
    return changed;
  }

  /** The same for what a script sets: it can neither set nor replace a cookie that is HttpOnly. */
  async storeFromScript({ path, routeBase, cookie }: CookieWrite, origin: string): Promise<CookieSnapshot | undefined> {
    const url = new URL(origin + path);
    const written = this.#change(url, (jar) => {
      put(jar, inGuestSpace(bytesOfText(cookie), routeBase), url, { http: false, sameSiteContext: 'strict' });
    });
    this.#written = written;
    const changed = await written;
    await this.#save();
    return changed;
  }

  /** What scripts of the site's documents may see. */
  async snapshot(origin: string): Promise<CookieSnapshot> {
    const jar = await this.#load();
    return { version: this.#version, cookies: visibleTo(jar, origin) };
  }

  async #change({ origin }: URL, change: (jar: CookieJar) => void): Promise<CookieSnapshot | undefined> {
    const jar = await this.#load();
    const before = JSON.stringify(visibleTo(jar, origin));
    change(jar);
    makeRoom(jar);
    const cookies = visibleTo(jar, origin);
    if (JSON.stringify(cookies) === before) return undefined;
    this.#version++;
    return { version: this.#version, cookies };
  }

  #load(): Promise<CookieJar> {
    this.#jar ??= this.#open();
    return this.#jar;
  }

  async #open(): Promise<CookieJar> {
    try {
      const kept = await this.#storage.load();
      if (kept) {
        this.#version = Math.max(this.#version, (kept.scriptVersion ?? 0) + 1);
        return CookieJar.deserializeSync({ ...kept, ...JAR_OPTIONS });
      }
    } catch (error) {
      // Storage is blocked, or what it holds is damaged: the site begins with an empty jar.
      console.warn('portside: cookies of earlier visits could not be read.', error);
    }
    return new CookieJar(undefined, JAR_OPTIONS);
  }

  /** Saves follow one another, so that an older jar never overwrites a newer one. */
  #save(): Promise<void> {
    const save = async () => {
      try {
        const jar = await this.#load();
        await this.#storage.save({ ...(await jar.serialize()), scriptVersion: this.#version });
      } catch (error) {
        // Storage is full or blocked: the site goes on with what is in memory.
        console.warn('portside: cookies could not be kept for later visits.', error);
      }
    };
    this.#saving = this.#saving.then(save);
    return this.#saving;
  }
}

interface SetOptions {
  readonly http: boolean;
  readonly sameSiteContext: SameSiteContext;
}

function put(jar: CookieJar, setCookie: string, url: URL, options: SetOptions): void {
  const cookie = parseSetCookie(setCookie, Date.now());
  if (cookie) jar.setCookieSync(cookie, url.href, { ...options, ignoreError: true });
}

/** RFC 6265 section 5.3: what has expired goes first, then what was used the longest time ago. */
function makeRoom({ store }: CookieJar): void {
  // At once, as a store in memory does it: between a look at a cookie and its removal another could take its place.
  store.getAllCookies((_, all = []) => {
    const now = Date.now();
    const hasEnded = (cookie: Cookie) => (cookie.expiryTime() ?? Number.POSITIVE_INFINITY) <= now;
    const rest = all.filter((cookie) => !hasEnded(cookie)).sort((a, b) => lastUse(a) - lastUse(b));
    for (const { domain, path, key } of [...all.filter(hasEnded), ...rest.slice(0, -MOST_COOKIES)]) {
      if (domain !== null && path !== null) store.removeCookie(domain, path, key, () => undefined);
    }
  });
}

const lastUse = ({ lastAccessed }: Cookie): number => (lastAccessed instanceof Date ? lastAccessed.getTime() : 0);

/** Of every path: which of them a document sees changes with `history.pushState`. */
const visibleTo = (jar: CookieJar, origin: string): ScriptCookie[] =>
  jar
    .getCookiesSync(origin, { http: false, allPaths: true, sameSiteContext: 'strict' })
    .sort(cookieCompare)
    .map(({ key, value, domain, hostOnly, path, expires, secure, sameSite }) => ({
      name: textOfBytes(key),
      value: textOfBytes(value),
      domain: hostOnly ? null : domain,
      path: path ?? '/',
      expires: expires instanceof Date ? expires.getTime() : null,
      secure,
      sameSite: sameSite === 'strict' || sameSite === 'none' ? sameSite : 'lax',
    }));
