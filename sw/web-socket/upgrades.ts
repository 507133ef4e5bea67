/**
 * Brings the WebSockets of guests' pages to the kernel: a service worker never sees a WebSocket, so the page's own class asks by
 * message (client/document/web-socket). The worker is needed for the handshake alone, whose cookies no page may see.
 */
import { PortsideError } from '../../protocol/errors.js';
import type { PageToWorker } from '../../protocol/page.js';
import type { FromTunnel } from '../../protocol/tunnel.js';
import type { CookieDocuments } from '../cookies/cookie-documents.js';
import type { SiteCookies } from '../cookies/cookies.js';
import type { BrowserFacts } from '../http/request-head.js';
import { guestUrl, portOnMachine } from '../routing/guest-url.js';
import type { Decision } from '../routing/route.js';
import { PortLostError } from '../transport/exchange.js';
import { nameOfLife } from '../transport/life.js';
import type { KernelLink } from '../transport/link.js';
import { acceptFor, buildHandshakeHeaders, newKey } from './handshake.js';

export type UpgradeMessage = Extract<PageToWorker, { portside: 'upgrade' }>;

/** The page that asks. */
export interface Asker {
  readonly id: string;
  readonly url: string;
}

export interface UpgradesOptions {
  readonly origin: string;
  readonly link: KernelLink;
  readonly cookies: SiteCookies;
  /** Told of the cookies that a handshake sets, where documents have a script that listens. */
  readonly cookieDocuments: CookieDocuments | undefined;
  readonly browser: BrowserFacts;
  /** Milliseconds until a guest must have answered. */
  readonly headTimeout: number;
  /** Where a request of this page for `url` goes. */
  readonly decide: (url: URL, asker: Asker) => Decision;
}

interface Place {
  readonly port: number;
  readonly target: string;
}

export class Upgrades {
  readonly #options: UpgradesOptions;

  constructor(options: UpgradesOptions) {
    this.#options = options;
  }

  /** Resolves when the guest has answered, or can't. What fails is told to the page. */
  async open(message: UpgradeMessage, asker: Asker, port: MessagePort): Promise<void> {
    let forwarded = false;
    const tell = (answer: FromTunnel) => port.postMessage(answer);
    try {
      tell({ type: 'received', worker: await nameOfLife() });
      const { link, origin, cookies, cookieDocuments, headTimeout } = this.#options;
      const url = new URL(message.url);
      const place = this.#place(url, asker);
      const jarUrl = guestUrl(place.target, { origin });
      const key = newKey();
      const { protocols, life } = message;
      const facts = { host: url.host, origin, key, protocols, cookie: await cookies.header(jarUrl, 'strict') };
      const headers = buildHandshakeHeaders(facts, this.#options.browser);
      const accept = await acceptFor(key);
      let connection = await link.acquire();
      while (!connection.open) connection = await link.acquire();
      tell({ type: 'forwarded', ...(connection.life !== undefined && { kernel: connection.life }) });
      forwarded = true;
      const request = { ...place, headers, accept, protocols, headTimeout, page: port, life };
      // Told by its host and path alone: no folder stands before the guest's own.
      const changed = await cookies.store(await connection.upgrade(request), jarUrl, '/', 'strict');
      if (changed) await cookieDocuments?.tell(changed, '');
    } catch (error) {
      // The port is not ours any more: the page hears from the kernel, or by its lock that there is none.
      if (forwarded && error instanceof PortLostError) return;
      const known =
        error instanceof PortsideError
          ? error
          : new PortsideError('unexpected-failure', String(error), { cause: error });
      if (forwarded) console.error('portside: the cookies of a WebSocket were lost.', known);
      else tell({ type: 'failed', code: known.code, message: known.message });
    }
  }

  /** A guest takes itself for a machine of its own: by its names, any of its ports is one of the kernel's. */
  #place(url: URL, asker: Asker): Place {
    const { origin, decide } = this.#options;
    const target = url.pathname + url.search;
    const port = portOnMachine(url, origin);
    if (typeof port === 'number') return { port, target };
    const decision = decide(new URL(origin + target), asker);
    if (port === undefined || decision.kind !== 'guest')
      throw new PortsideError('bad-request', `${url.href} is no address of a guest.`);
    return { port: decision.route.port, target: decision.target };
  }
}
