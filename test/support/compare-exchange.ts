/** What the comparison sends and gets: HTTP without any of its transport. */
import { request as httpRequest } from 'node:http';
import type { HeaderList } from '../../protocol/bridge.js';

export interface PageRequest {
  readonly method: string;
  /** Origin-form request target, escaped as it shall stand in the request line. */
  readonly path: string;
  readonly headers?: HeaderList;
  /** Called for each send, so that large bodies live only as long as one exchange. */
  readonly body?: () => Uint8Array<ArrayBuffer>;
}

export interface PageResponse {
  readonly status: number;
  /** In the order and the case of the wire where the way here keeps them. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** One request, one response: redirects are not followed, bodies not decoded, cookies not kept. */
export type Fetcher = (request: PageRequest) => Promise<PageResponse>;

/** Over a real socket, each request on a connection of its own. */
export function httpFetcher(origin: string): Fetcher {
  const { hostname, port } = new URL(origin);
  return ({ method, path, headers = [], body }) =>
    new Promise((resolve, reject) => {
      const bytes = body?.();
      const all = new Map<string, string[]>();
      for (const [name, value] of headers) all.set(name, [...(all.get(name) ?? []), value]);
      // As browsers do for a POST or PUT without a body (Fetch section 4.6, HTTP-network-or-cache fetch, step 8.6).
      if (bytes ?? (method === 'POST' || method === 'PUT')) all.set('Content-Length', [String(bytes?.length ?? 0)]);
      const options = { hostname, port, method, path, headers: Object.fromEntries(all), agent: false };
      const sent = httpRequest(options, async (response) => {
        try {
          const chunks: Uint8Array[] = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve({
            status: response.statusCode ?? 0,
            headers: pairs(response.rawHeaders),
            body: Buffer.concat(chunks),
          });
        } catch (error) {
          reject(error);
        }
      });
      // Node would announce a chunked body for every method that may have one.
      sent.useChunkedEncodingByDefault = false;
      sent.on('error', reject);
      sent.end(bytes);
    });
}

function pairs(flat: readonly string[]): HeaderList {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? ''] as const);
}

/** Values of all headers of this name, whatever its case. */
export function headerValues(headers: HeaderList, name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
