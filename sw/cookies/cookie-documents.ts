/**
 * Keeps `document.cookie` of every guest document in step with the jar. Documents hold a snapshot. An answer that changes what
 * scripts see is not released before the document that asked has heard of it, so that its script finds in `document.cookie` what it
 * was answered with.
 */
import type { CookieSnapshot, CookieWrite } from '../../protocol/cookies.js';
import type { PageClient } from '../transport/link.js';
import { isCookieWrite } from '../transport/page-messages.js';
import type { SiteCookies } from './cookies.js';

/**
 * Milliseconds that a response waits for its document, whose main thread may be busy, or blocked by a synchronous request
 * for this very response. An idle document answers within one (measured, Chromium 156).
 */
const ACKNOWLEDGEMENT_TIMEOUT = 200;

/** Both ways of a write take milliseconds. */
const REMEMBERED_WRITES = 256;

export interface CookieDocumentsOptions {
  readonly origin: string;
  readonly scope: string;
  readonly cookies: SiteCookies;
  /** The documents of guests that are open. */
  readonly documents: () => Promise<readonly PageClient[]>;
}

interface Acknowledgement {
  readonly clientId: string;
  readonly version: number;
  readonly done: () => void;
}

export class CookieDocuments {
  readonly #options: CookieDocumentsOptions;
  /** Whether a document answers, as far as that is known: its script may be missing, or stuck. */
  readonly #answers = new Map<string, boolean>();
  readonly #awaited = new Set<Acknowledgement>();
  readonly #writes = new Map<string, Promise<CookieSnapshot>>();

  constructor(options: CookieDocumentsOptions) {
    this.#options = options;
  }

  /** `requester` is the client whose request changed them: resolves when it knows. Empty: nobody is waited for. */
  async tell(snapshot: CookieSnapshot, requester: string): Promise<void> {
    const { scope, documents } = this.#options;
    const open = await documents();
    for (const id of [...this.#answers.keys()]) if (!open.some((client) => client.id === id)) this.#answers.delete(id);
    const message = { portside: 'cookies', base: scope, written: '', ...snapshot } as const;
    let known: Promise<void> | undefined;
    for (const client of open) {
      const answer = client.id === requester && this.#answers.get(client.id) !== false;
      if (answer) known = this.#acknowledgement(client.id, snapshot.version);
      client.postMessage({ ...message, answer });
    }
    await known;
  }

  /** A document has the cookies of `version`. It may have been loading, or in the back/forward cache, while others came. */
  async seen(client: Pick<PageClient, 'id' | 'postMessage'>, version: number): Promise<void> {
    this.#answers.set(client.id, true);
    for (const awaited of [...this.#awaited]) {
      if (awaited.clientId === client.id && awaited.version <= version) awaited.done();
    }
    const { origin, scope, cookies } = this.#options;
    const snapshot = await cookies.snapshot(origin);
    if (snapshot.version > version) {
      client.postMessage({ portside: 'cookies', base: scope, answer: false, written: '', ...snapshot });
    }
  }

  /** Takes what a script set, by the message that came of it, and says so. */
  async take(write: CookieWrite, client: Pick<PageClient, 'postMessage'>): Promise<void> {
    const snapshot = await this.#write(write);
    const base = this.#options.scope;
    client.postMessage({ portside: 'cookies', base, answer: false, written: write.id, ...snapshot });
  }

  /** Answers `.portside/cookies`. The jar has what came with the request before the next request is looked at. */
  async respond(request: Request): Promise<Response> {
    const headers = { 'Cache-Control': 'no-store' };
    // Any site can make a tab come here: what a navigation carries was set by no script of this one.
    if (request.method !== 'POST' || request.mode === 'navigate') return new Response(null, { status: 405, headers });
    const write = parseJson(new URL(request.url).search.slice(1));
    if (!isCookieWrite(write)) return new Response(null, { status: 400, headers });
    await this.#write(write);
    return new Response(null, { status: 204, headers });
  }

  #write(write: CookieWrite): Promise<CookieSnapshot> {
    const known = this.#writes.get(write.id);
    if (known) return known;
    const written = this.#store(write);
    this.#writes.set(write.id, written);
    const [oldest] = this.#writes.keys();
    if (this.#writes.size > REMEMBERED_WRITES && oldest !== undefined) this.#writes.delete(oldest);
    return written;
  }

  async #store(write: CookieWrite): Promise<CookieSnapshot> {
    const { origin, cookies } = this.#options;
    const changed = await cookies.storeFromScript(write, origin);
    if (changed) await this.tell(changed, '');
    return changed ?? cookies.snapshot(origin);
  }

  #acknowledgement(clientId: string, version: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(deadline);
        this.#awaited.delete(awaited);
        resolve();
      };
      const awaited: Acknowledgement = { clientId, version, done };
      const deadline = setTimeout(() => {
        this.#answers.set(clientId, false);
        done();
      }, ACKNOWLEDGEMENT_TIMEOUT);
      this.#awaited.add(awaited);
    });
  }
}

function parseJson(encoded: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(encoded));
  } catch {
    return undefined; // No JSON: the caller refuses it.
  }
}
