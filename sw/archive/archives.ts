/** The site's files as an archive: what a page asks for below `.portside/`, passed on to the machine, and its answer as a response. */
import { type ArchiveAction, ArchiveQuery, MACHINE_PORT } from '../../protocol/archive.js';
import { PortsideError } from '../../protocol/errors.js';
import { readRequestBody } from '../http/request-body.js';
import { initiatorOf } from '../routing/initiator.js';
import { clientGone, PortLostError } from '../transport/exchange.js';
import type { KernelLink } from '../transport/link.js';

export interface ArchivesOptions {
  readonly link: KernelLink;
  readonly origin: string;
  /** What files are called that are saved: the site's name, or the host's. */
  readonly name: string;
  /** Milliseconds until the machine must have answered, once it has all of the request. */
  readonly headTimeout: number;
}

export class Archives {
  readonly #options: ArchivesOptions;

  constructor(options: ArchivesOptions) {
    this.#options = options;
  }

  /** @throws PortsideError */
  async respond(request: Request, clientId: string, action: ArchiveAction): Promise<Response> {
    const { link, origin, headTimeout } = this.#options;
    checkRequest(request, origin, action);
    const url = new URL(request.url);
    const body = await readRequestBody(request, 'streamed');
    let connection = await link.acquire();
    // It may have closed between its arrival and this turn.
    while (!connection.open) connection = await link.acquire();
    if (request.signal.aborted) throw clientGone();
    const head = {
      port: MACHINE_PORT,
      method: request.method,
      target: `/${action}${url.search}`,
      headers: [],
      headTimeout,
    };
    // A navigation names the document that is left, which may go while the download lasts.
    const id = request.mode === 'navigate' ? '' : clientId;
    const exchange = connection.send(head, body, { id });
    const abort = () => exchange.cancel();
    request.signal.addEventListener('abort', abort, { once: true });
    try {
      const { status, headers, body: answer } = await exchange.response;
      return new Response(answer, { status, headers: this.#headers(headers, action, url) });
    } catch (error) {
      throw error instanceof PortLostError ? new PortsideError('kernel-lost', undefined, { cause: error }) : error;
    } finally {
      request.signal.removeEventListener('abort', abort);
    }
  }

  #headers(given: Iterable<readonly [string, string]>, action: ArchiveAction, url: URL): Headers {
    const headers = new Headers({
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    for (const [name, value] of given) headers.set(name, value);
    if (action === 'export.tar') {
      const name = archiveName(this.#options.name, url.searchParams.get(ArchiveQuery.path) ?? '/', new Date());
      headers.set('Content-Disposition', disposition(name));
    }
    return headers;
  }
}

/**
 * The files are for pages of the site's own origin, which could have them in other ways as well. A link of another site does
 * not start a download, and only a script of the site's own origin writes: a form is a navigation.
 */
function checkRequest(request: Request, origin: string, action: ArchiveAction): void {
  const navigation = request.mode === 'navigate';
  const { method, destination } = request;
  if (initiatorOf(request, origin) === 'cross-site') throw new PortsideError('cross-site-refused');
  const fits = action === 'import' ? method === 'POST' && !navigation : method === 'GET';
  // Not as an image, say, which a visitor of the site may have put into a page.
  if (!fits || (!navigation && destination !== ''))
    throw new PortsideError('bad-request', action === 'import' ? 'It takes a POST by a script.' : 'It takes a GET.');
}

/** `My-site-2026-03-01.tar`, `My-site-uploads-2026-03-01.tar`: with the day in this device's time zone. */
export function archiveName(site: string, path: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const last = path.split('/').findLast((part) => part !== '');
  const parts = [site, ...(last === undefined ? [] : [last]), day];
  // What file systems of any kind take.
  const name = parts.join('-').replace(/[\p{Cc}<>:"/\\|?*\s]+/gu, '-');
  return `${name.replace(/^[-.]+/, '')}.tar`;
}

/** RFC 6266 section 4.3, with the extended form of RFC 8187 for what is not ASCII. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
