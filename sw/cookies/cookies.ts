/**
 * The site's cookies. A response made by a worker can't set any (Fetch forbids the header on a Response), so they are kept here,
 * by RFC 6265, in the guest's URL space, and added to each relayed request. Kept on disk before the response is released, so
 * that a worker that is stopped right after has lost nothing. Pages are never waited for: on a navigation the page that
 * could answer is the one being left.
 */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { CookieJar, cookieCompare, type SerializedCookieJar } from 'tough-cookie';
import { isLoopbackHost } from '../routing/guest-url.js';

export type SameSiteContext = 'strict' | 'lax' | 'none';

/** Where a jar is kept between two lives of the worker. */
export interface CookieStorage {
  load(): Promise<SerializedCookieJar | undefined>;
  save(jar: SerializedCookieJar): Promise<void>;
}

/** One database for an origin; `scope` names the machine within it. */
export function indexedDbCookies(scope: string): CookieStorage {
  let store: UseStore | undefined;
  const open = () => (store ??= createStore('portside-cookies', 'jars'));
  return {
    load: () => get<SerializedCookieJar>(scope, open()),
    save: (jar) => set(scope, jar, open()),
  };
}

/**
 * Registrable domains are not told from public suffixes: the list would weigh six times the rest of the jar, and a cookie
 * of this jar reaches no other host than the guest's.
 */
const JAR_OPTIONS = { rejectPublicSuffixes: false, looseMode: true } as const;

export class SiteCookies {
  readonly #storage: CookieStorage;
  #jar: Promise<CookieJar> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(storage: CookieStorage) {
    this.#storage = storage;
  }

  /** Value of the Cookie header for a request to `url`, which is in the guest's space; empty when there is none. */
  async header(url: URL, sameSiteContext: SameSiteContext): Promise<string> {
    const jar = await this.#load();
    const cookies = jar.getCookiesSync(url.href, { sameSiteContext });
    // RFC 6265bis, "Retrieval Algorithm": a cookie that says nothing of SameSite is kept from other sites as if it said Lax.
    const sent = sameSiteContext === 'none' ? cookies.filter(({ sameSite }) => sameSite !== undefined) : cookies;
    return sent
      .sort(cookieCompare)
      .map((cookie) => cookie.cookieString())
      .join('; ');
  }

  /** Takes Set-Cookie values; resolves when they are on disk. What RFC 6265 section 5.3 says to ignore is ignored. */
  async store(setCookies: readonly string[], url: URL, sameSiteContext: SameSiteContext): Promise<void> {
    if (setCookies.length === 0) return;
    const jar = await this.#load();
    for (const value of setCookies) {
      jar.setCookieSync(withoutLoopbackDomain(value), url.href, { ignoreError: true, sameSiteContext });
    }
    await this.#save(jar);
  }

  #load(): Promise<CookieJar> {
    this.#jar ??= this.#storage.load().then(
      (kept) => (kept ? CookieJar.deserializeSync({ ...kept, ...JAR_OPTIONS }) : new CookieJar(undefined, JAR_OPTIONS)),
      (error: unknown) => {
        console.warn('portside: cookies of earlier visits could not be read.', error);
        return new CookieJar(undefined, JAR_OPTIONS);
      },
    );
    return this.#jar;
  }

  /** Saves follow one another, so that an older jar never overwrites a newer one. */
  #save(jar: CookieJar): Promise<void> {
    const save = async () => {
      try {
        await this.#storage.save(await jar.serialize());
      } catch (error) {
        // Storage is full or blocked: the site goes on with what is in memory.
        console.warn('portside: cookies could not be kept for later visits.', error);
      }
    };
    this.#saving = this.#saving.then(save);
    return this.#saving;
  }
}

/** A guest that takes itself for `localhost` says so; without the attribute the cookie is for the page's own host. */
function withoutLoopbackDomain(setCookie: string): string {
  return setCookie.replace(/;\s*domain\s*=\s*\.?([^;\s]*)\s*(?=;|$)/gi, (attribute, domain: string) =>
    isLoopbackHost(domain.toLowerCase()) ? '' : attribute,
  );
}
