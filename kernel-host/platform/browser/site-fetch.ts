/** What a site's guests get from other sites, and from their own. */
import { sendHttpRequest } from '../../http/send-http-request.js';
import type { Kernel } from '../../kernel.js';

/**
 * A `fetch` for the way out. The site's own address leads to the machine, and nothing to the app around it; where the page is secure,
 * http goes by https, as browsers let nothing else go out of it (Mixed Content).
 */
export function siteFetch(kernel: Kernel, origin: string, port: number): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (new URL(origin).host === url.host) return ownSite(kernel, port, url, init);
    if (origin.startsWith('https:') && url.protocol === 'http:') url.protocol = 'https:';
    const response = await fetch(url, init);
    // What the app around answers is nothing for guests.
    if (response.redirected && new URL(response.url).host === new URL(origin).host) {
      await response.body?.cancel();
      throw new TypeError('it leads back to the site');
    }
    return response;
  };
}

async function ownSite(kernel: Kernel, port: number, url: URL, init: RequestInit = {}): Promise<Response> {
  const body = init.body ? new Uint8Array(await new Response(init.body).arrayBuffer()) : null;
  const {
    status,
    headers,
    body: answer,
  } = await sendHttpRequest(kernel.network, port, {
    method: init.method ?? 'GET',
    url: url.href,
    headers: Object.fromEntries(new Headers(init.headers)),
    body,
  });
  const passed = new Headers(Object.entries(headers).filter(([name]) => name !== 'set-cookie'));
  return new Response(answer.length > 0 ? new Uint8Array(answer) : null, { status, headers: passed });
}
