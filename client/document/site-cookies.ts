/**
 * The cookies of the site that scripts of this document may see, and the way to set them. The jar is the service worker's: what
 * is here is a copy, with what this document has set and the worker has not confirmed yet.
 */
import type { CookieSnapshot, CookieWrite, ScriptCookie } from '../../protocol/cookies.js';
import type { DocumentConfig } from '../../protocol/document.js';
import type { PageToWorker, WorkerToPage } from '../../protocol/page.js';
import { withCookie } from './set-cookie.js';

/** Kept from the start: a guest may put one of its own in its place, and would see requests that are not its own. */
const { fetch } = globalThis;

/** What a script sees of them has changed: cookies that are new or have another value now, and those that are gone. */
export type CookieChange = (changed: readonly ScriptCookie[], deleted: readonly ScriptCookie[]) => void;

type News = Extract<WorkerToPage, { portside: 'cookies' }>;

interface Unconfirmed {
  readonly write: CookieWrite;
  readonly confirmed: () => void;
}

export class SiteCookies {
  readonly #config: DocumentConfig;
  readonly #worker: ServiceWorkerContainer;
  readonly #changed: CookieChange;
  readonly #unconfirmed = new Map<string, Unconfirmed>();
  #snapshot: CookieSnapshot;
  /** The snapshot, and what is not confirmed. */
  #cookies: readonly ScriptCookie[];

  constructor(config: DocumentConfig, worker: ServiceWorkerContainer, changed: CookieChange) {
    this.#config = config;
    this.#worker = worker;
    this.#changed = changed;
    this.#snapshot = config.cookies;
    this.#cookies = config.cookies.cookies;
    // Before every listener of the guest's, which are not to see these messages.
    worker.addEventListener('message', (event: MessageEvent<unknown>) => {
      const { data } = event;
      if (!isNews(data) || data.base !== config.scope) return;
      event.stopImmediatePropagation();
      this.#hear(data);
    });
    worker.startMessages();
    // Others may have come between the answer that this document is and its being there to hear of them.
    this.#saySeen();
    // In the back/forward cache a document hears of nothing.
    addEventListener('pageshow', ({ persisted }) => persisted && this.#saySeen());
  }

  /** Those of the document's path, as a Cookie header would have them. */
  visible(): ScriptCookie[] {
    const path = this.#path();
    return this.#cookies.filter(
      (cookie) => matches(path, cookie.path) && (cookie.expires === null || cookie.expires > Date.now()),
    );
  }

  /**
   * Sets one as `document.cookie` does; resolves when the worker has it. Every request from here on is to carry it, and a request can
   * overtake a message: requests of a document go straight to the worker, messages by way of the browser. So it goes both
   * ways. A request for a new document goes by way of the browser as well, behind the message. (A synchronous
   * XMLHttpRequest would do, but it passes the worker by: Chromium issue 602051.)
   */
  write(cookie: string): Promise<void> {
    const { scope, routeBase } = this.#config;
    const write: CookieWrite = { id: crypto.randomUUID(), path: this.#path(), routeBase, cookie };
    if (!this.#send({ portside: 'cookie-write', base: scope, ...write })) {
      return Promise.reject(new TypeError('The document has no service worker any more.'));
    }
    const url = `${scope}.portside/cookies?${encodeURIComponent(JSON.stringify(write))}`;
    // Where a policy refuses it, or the document is being left, there is the message.
    fetch(url, { method: 'POST' }).catch(() => undefined);
    return new Promise((confirmed) => {
      this.#unconfirmed.set(write.id, { write, confirmed });
      this.#refresh();
    });
  }

  #hear(news: News): void {
    if (news.version > this.#snapshot.version) this.#snapshot = news;
    const unconfirmed = this.#unconfirmed.get(news.written);
    this.#unconfirmed.delete(news.written);
    this.#refresh();
    unconfirmed?.confirmed();
    if (news.answer) this.#saySeen();
  }

  #refresh(): void {
    const before = this.visible();
    this.#cookies = this.#snapshot.cookies;
    for (const { write } of this.#unconfirmed.values()) this.#cookies = withCookie(this.#cookies, write);
    const after = this.visible();
    const changed = after.filter((cookie) => find(before, cookie)?.value !== cookie.value);
    const deleted = before.filter((cookie) => !find(after, cookie));
    if (changed.length + deleted.length > 0) this.#changed(changed, deleted);
  }

  /** The document's path, in the guest's space. An empty frame has that of the document that made it. */
  #path(): string {
    const { routeBase } = this.#config;
    const { pathname } = location.protocol.startsWith('http') ? location : new URL(document.baseURI);
    return pathname.startsWith(routeBase) ? pathname.slice(routeBase.length - 1) : pathname;
  }

  #saySeen(): void {
    this.#send({ portside: 'cookies-seen', base: this.#config.scope, version: this.#snapshot.version });
  }

  #send(message: PageToWorker): boolean {
    this.#worker.controller?.postMessage(message);
    return this.#worker.controller !== null;
  }
}

/** RFC 6265 section 5.1.4. */
const matches = (path: string, cookiePath: string): boolean =>
  path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);

/** RFC 6265 section 5.3: name, domain and path together tell one cookie from another. */
const find = (cookies: readonly ScriptCookie[], { name, domain, path }: ScriptCookie): ScriptCookie | undefined =>
  cookies.find((cookie) => cookie.name === name && cookie.domain === domain && cookie.path === path);

const isNews = (data: unknown): data is News =>
  typeof data === 'object' && data !== null && 'portside' in data && data.portside === 'cookies';
