/** Takes a request that is a guest's to the guest, and brings the answer back in a form that browsers take. */
import { PortsideError } from '../../protocol/errors.js';
import type { UnreachedRequest } from '../../protocol/inspect.js';
import type { CookieDocuments } from '../cookies/cookie-documents.js';
import type { SameSiteContext, SiteCookies } from '../cookies/cookies.js';
import type { DocumentScript } from '../document/document-script.js';
import { explain } from '../errors/explain.js';
import type { IsolationMode } from '../frames/isolation-mode.js';
import { guestUrl, type UrlSpace } from '../routing/guest-url.js';
import { type InitiatorFacts, initiatorOf, isSafe } from '../routing/initiator.js';
import type { GuestRoute, RouteTable } from '../routing/route.js';
import type { KernelConnection } from '../transport/connection.js';
import {
  clientGone,
  type ExchangeClient,
  type GuestResponse,
  isClientGone,
  PortLostError,
  type RequestHead,
} from '../transport/exchange.js';
import type { KernelLink, PageClients } from '../transport/link.js';
import { decoded } from './content-coding.js';
import { withRanges } from './range/partial-response.js';
import { RedirectedNavigations } from './redirected-navigations.js';
import { type RequestBody, readRequestBody } from './request-body.js';
import { type BrowserFacts, buildRequestHeaders } from './request-head.js';
import { buildResponseInit, isNullBodyStatus, setCookiesOf } from './response-head.js';
import { epochNow, milliseconds, serverTiming } from './server-timing.js';

export interface RelayOptions {
  readonly table: RouteTable;
  readonly link: KernelLink;
  readonly clients: PageClients;
  readonly cookies: SiteCookies;
  readonly browser: BrowserFacts;
  readonly isolation: Pick<IsolationMode, 'policy'>;
  /** Undefined: guest documents are passed on as they are. */
  readonly documentScript: DocumentScript | undefined;
  /** Undefined: no document is told of cookies. */
  readonly cookieDocuments: CookieDocuments | undefined;
  /** Milliseconds until the head of a response must have come. */
  readonly headTimeout: number;
  /** Told of requests that no kernel has in its records. */
  readonly unreached: (request: UnreachedRequest) => void;
}

export interface RelayedRequest {
  readonly request: Request;
  /** As in `FetchEvent`; empty for navigations. */
  readonly clientId: string;
  /** As in `FetchEvent`; empty but for navigations. */
  readonly resultingClientId: string;
  readonly route: GuestRoute;
  readonly target: string;
  readonly saveAs: string | undefined;
  /** As in `FetchEvent`, where the browser has it. */
  readonly handled: Promise<unknown> | undefined;
}

/** Milliseconds after which it is asked whether the page of a kernel that is silent is still there: it answers within one as a rule. */
const SILENCE = 500;

/** What is sent to a kernel, and if need be to the next one. */
interface Sending {
  readonly head: Omit<RequestHead, 'trace'>;
  readonly body: RequestBody;
  readonly client: ExchangeClient;
  readonly signal: AbortSignal;
  readonly passage: Passage;
}

/** How a request came through the worker; times are those of `RequestTrace`. */
interface Passage {
  readonly url: string;
  readonly receivedAt: number;
  /** It was last sent to a kernel. */
  sentAt: number | undefined;
}

/** RFC 9110 section 9.2.2: repeating these does what doing them once does. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export class Relay {
  readonly #options: RelayOptions;
  readonly #redirected = new RedirectedNavigations();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Never rejects but for a client that is gone: failures become error pages. */
  async respond(relayed: RelayedRequest): Promise<Response> {
    const { request } = relayed;
    const passage: Passage = { url: request.url, receivedAt: epochNow(), sentAt: undefined };
    try {
      return await this.#relay(relayed, passage);
    } catch (error) {
      if (isClientGone(error)) throw error;
      const response = explain(error, request, this.#options.isolation.policy, this.#options.table.scope);
      const endedAt = epochNow();
      response.headers.set('Server-Timing', `worker;dur=${milliseconds(endedAt - passage.receivedAt)}`);
      const [code, detail] =
        error instanceof PortsideError ? [error.code, error.detail] : (['unexpected-failure', String(error)] as const);
      // What a kernel that is still there had is in its own records.
      if (passage.sentAt === undefined || code === 'kernel-lost') {
        const { url, receivedAt } = passage;
        const { status } = response;
        this.#options.unreached({ method: request.method, url, receivedAt, endedAt, status, code, detail });
      }
      return response;
    }
  }

  async #relay(relayed: RelayedRequest, passage: Passage): Promise<Response> {
    const { request, resultingClientId, route, target, saveAs } = relayed;
    const { table, cookies, browser, headTimeout, isolation, documentScript, cookieDocuments } = this.#options;
    const { origin, scope, routes } = table;
    const space: UrlSpace = { origin, scope, routes, route };
    const url = guestUrl(target, space);
    const sameSite = sameSiteContext(request, origin);
    const body = await readRequestBody(request, route.requestBodies ?? 'measured');
    const cookie = request.credentials === 'omit' ? '' : await cookies.header(url, sameSite);
    const head = {
      port: route.port,
      method: request.method,
      target,
      headers: buildRequestHeaders(request, space, browser, cookie),
      headTimeout,
    };
    const answer = await this.#exchange({
      head,
      body,
      client: this.#clientOf(relayed),
      signal: request.signal,
      passage,
    });
    const answeredAt = epochNow();
    if (request.credentials !== 'omit') {
      const changed = await cookies.store(setCookiesOf(answer.headers), url, route.base, sameSite);
      // A document that is being left may wait for this very answer.
      if (changed) await cookieDocuments?.tell(changed, request.mode === 'navigate' ? '' : relayed.clientId);
    }
    const { destination } = request;
    // Of the page whose kernel has just answered.
    const { policy } = isolation;
    const init = buildResponseInit(answer, { ...space, target, destination, saveAs, policy });
    if (answer.timing && passage.sentAt !== undefined) {
      const { receivedAt, sentAt } = passage;
      init.headers.append('Server-Timing', serverTiming({ receivedAt, sentAt, answeredAt }, answer.timing));
    }
    const hasBody = request.method !== 'HEAD' && !isNullBodyStatus(answer.status);
    const served = withRanges(request, { init, body: hasBody ? decoded(answer.body, init.headers) : null });
    const { status, headers } = served.init;
    this.#redirected.answered(resultingClientId, request.url, served.init);
    const document = { request, route, status, headers };
    const shown = documentScript ? await documentScript.addTo(served.body, document) : served.body;
    return new Response(shown, served.init);
  }

  /**
   * A navigation's client is not looked for: Chromium names the document that is left, which goes while the answer is still
   * coming.
   */
  #clientOf({ request, clientId, resultingClientId, handled }: RelayedRequest): ExchangeClient {
    const navigation = request.mode === 'navigate';
    const redirectedFrom = this.#redirected.from(resultingClientId);
    const asker =
      navigation || !IDEMPOTENT.has(request.method)
        ? { client: clientId, url: request.url, navigation, ...(redirectedFrom.length > 0 && { redirectedFrom }) }
        : undefined;
    return { id: navigation ? '' : clientId, asker, handled };
  }

  /** A request whose kernel went away is sent once more to the next one, if repeating it does no harm. */
  async #exchange(sending: Sending): Promise<GuestResponse> {
    const { client } = sending;
    try {
      return await this.#send(sending);
    } catch (error) {
      if (!(error instanceof PortLostError)) throw error;
      // A body that was streamed is gone.
      if (!isRepeatable(sending)) throw new PortsideError('kernel-lost', undefined, { cause: error });
    }
    // A page that was reloaded took its kernel along, and nobody waits for what it had asked.
    if (client.id !== '' && !(await this.#options.clients.get(client.id))) throw clientGone();
    try {
      return await this.#send(sending);
    } catch (error) {
      throw error instanceof PortLostError ? new PortsideError('kernel-lost', undefined, { cause: error }) : error;
    }
  }

  async #send(sending: Sending): Promise<GuestResponse> {
    const { head, body, client, signal, passage } = sending;
    const { link } = this.#options;
    let connection = await link.acquire();
    // It may have closed between its arrival and this turn; and its kernel may have gone without a word.
    let sent = () => {};
    while (!connection.open || !isRepeatable(sending)) {
      if (connection.open) {
        const ping = connection.ping(head.method, client);
        sent = ping.forget;
        if (await isThere(connection, ping.answered, link)) break;
      }
      connection = await link.acquire();
    }
    // It may have been given up while its body was read, or while it waited for a kernel: that event is past.
    if (signal.aborted) {
      sent();
      throw clientGone();
    }
    const { asker } = client;
    if (asker && !IDEMPOTENT.has(head.method) && link.repetitions.take({ ...asker, method: head.method })) {
      sent();
      throw new PortsideError('worker-stopped');
    }
    passage.sentAt = epochNow();
    const { url, receivedAt, sentAt } = passage;
    const exchange = connection.send({ ...head, trace: { url, receivedAt, sentAt } }, body, client);
    // In the same turn as the request: either the kernel knows of both, or of neither.
    sent();
    const abort = () => exchange.cancel();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await exchange.response;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** A body that was streamed is gone. */
const isRepeatable = ({ head, body }: Sending): boolean =>
  IDEMPOTENT.has(head.method) && !(body instanceof ReadableStream);

/** Whether a kernel is behind the port, as far as can be told: one that computes may be silent for a while. */
async function isThere(connection: KernelConnection, answered: Promise<void>, link: KernelLink): Promise<boolean> {
  let silence: number | undefined;
  const silent = new Promise<void>((resolve) => {
    silence = setTimeout(() => void link.prune().then(resolve), SILENCE);
  });
  try {
    await Promise.race([answered, silent]);
  } catch (error) {
    if (!(error instanceof PortLostError)) throw error;
  } finally {
    clearTimeout(silence);
  }
  return connection.open;
}

/** RFC 6265bis section 5.2: a request that another site's page started gets no strict cookies, lax ones only by a safe navigation. */
export function sameSiteContext(request: InitiatorFacts, origin: string): SameSiteContext {
  if (initiatorOf(request, origin) !== 'cross-site') return 'strict';
  return isSafe(request.method) ? 'lax' : 'none';
}
