/** Takes a request that is a guest's to the guest, and brings the answer back in a form that browsers take. */
import { PortsideError } from '../../protocol/errors.js';
import type { SameSiteContext, SiteCookies } from '../cookies/cookies.js';
import { explain } from '../errors/explain.js';
import type { EmbedderPolicy } from '../frames/isolation.js';
import { guestUrl, type UrlSpace } from '../routing/guest-url.js';
import { type InitiatorFacts, initiatorOf, isSafe } from '../routing/initiator.js';
import type { GuestRoute, RouteTable } from '../routing/route.js';
import {
  clientGone,
  type GuestResponse,
  isClientGone,
  PortLostError,
  type RequestHead,
} from '../transport/exchange.js';
import type { KernelLink, PageClients } from '../transport/link.js';
import { decoded } from './content-coding.js';
import { withRanges } from './range/partial-response.js';
import { type RequestBody, readRequestBody } from './request-body.js';
import { type BrowserFacts, buildRequestHeaders } from './request-head.js';
import { buildResponseInit, isNullBodyStatus, setCookiesOf } from './response-head.js';

export interface RelayOptions {
  readonly table: RouteTable;
  readonly link: KernelLink;
  readonly clients: PageClients;
  readonly cookies: SiteCookies;
  readonly browser: BrowserFacts;
  readonly policy: EmbedderPolicy;
  /** Milliseconds until the head of a response must have come. */
  readonly headTimeout: number;
}

export interface RelayedRequest {
  readonly request: Request;
  /** As in `FetchEvent`; empty for navigations. */
  readonly clientId: string;
  readonly route: GuestRoute;
  readonly target: string;
  readonly saveAs: string | undefined;
}

/** RFC 9110 section 9.2.2: repeating these does what doing them once does. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export class Relay {
  readonly #options: RelayOptions;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Never rejects but for a client that is gone: failures become error pages. */
  async respond(relayed: RelayedRequest): Promise<Response> {
    try {
      return await this.#relay(relayed);
    } catch (error) {
      if (isClientGone(error)) throw error;
      return explain(error, relayed.request, this.#options.policy);
    }
  }

  async #relay({ request, clientId, route, target, saveAs }: RelayedRequest): Promise<Response> {
    const { table, cookies, browser, headTimeout, policy } = this.#options;
    const { origin, scope, routes } = table;
    const space: UrlSpace = { origin, scope, routes, route };
    const url = guestUrl(target, space);
    const sameSite = sameSiteContext(request, origin);
    const body = await readRequestBody(request);
    const cookie = request.credentials === 'omit' ? '' : await cookies.header(url, sameSite);
    const head: RequestHead = {
      port: route.port,
      method: request.method,
      target,
      headers: buildRequestHeaders(request, space, browser, cookie),
      headTimeout,
    };
    const answer = await this.#exchange(head, body, clientId, request.signal);
    if (request.credentials !== 'omit') await cookies.store(setCookiesOf(answer.headers, route.base), url, sameSite);
    const { destination } = request;
    const init = buildResponseInit(answer, { ...space, target, destination, saveAs, policy });
    const hasBody = request.method !== 'HEAD' && !isNullBodyStatus(answer.status);
    const served = withRanges(request, { init, body: hasBody ? decoded(answer.body, init.headers) : null });
    return new Response(served.body, served.init);
  }

  /** A request whose kernel went away is sent once more to the next one, if repeating it does no harm. */
  async #exchange(head: RequestHead, body: RequestBody, clientId: string, signal: AbortSignal): Promise<GuestResponse> {
    try {
      return await this.#send(head, body, clientId, signal);
    } catch (error) {
      if (!(error instanceof PortLostError)) throw error;
      if (!IDEMPOTENT.has(head.method)) throw new PortsideError('kernel-lost', undefined, { cause: error });
    }
    // A page that was reloaded took its kernel along, and nobody waits for what it had asked.
    if (clientId !== '' && !(await this.#options.clients.get(clientId))) throw clientGone();
    try {
      return await this.#send(head, body, clientId, signal);
    } catch (error) {
      throw error instanceof PortLostError ? new PortsideError('kernel-lost', undefined, { cause: error }) : error;
    }
  }

  async #send(head: RequestHead, body: RequestBody, clientId: string, signal: AbortSignal): Promise<GuestResponse> {
    const { link } = this.#options;
    let connection = await link.acquire();
    // It may have closed between its arrival and this turn.
    while (!connection.open) connection = await link.acquire();
    // It may have been given up while its body was read, or while it waited for a kernel: that event is past.
    if (signal.aborted) throw clientGone();
    const exchange = connection.send(head, body, clientId);
    const abort = () => exchange.cancel();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await exchange.response;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** RFC 6265bis section 5.2: a request that another site's page started gets no strict cookies, lax ones only by a safe navigation. */
export function sameSiteContext(request: InitiatorFacts, origin: string): SameSiteContext {
  if (initiatorOf(request, origin) !== 'cross-site') return 'strict';
  return isSafe(request.method) ? 'lax' : 'none';
}
