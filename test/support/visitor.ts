/**
 * A visitor of a site: keeps cookies and follows redirects, through any fetcher. One that shows both, as a socket does, and
 * one that handles both by itself, as a browser does, serve alike.
 */
import { CookieJar } from 'tough-cookie';
import { type Fetcher, headerValues, type PageRequest, type PageResponse } from './compare-exchange.js';

/** More than any site does in a row: a longer chain is a loop. */
const MOST_REDIRECTS = 5;

export class Visitor {
  readonly origin: string;
  readonly #jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  readonly #fetch: Fetcher;

  /** @param origin as the fetcher's server is named in links, without a slash at the end */
  constructor(fetch: Fetcher, origin: string) {
    this.#fetch = fetch;
    this.origin = origin;
  }

  get(path: string): Promise<PageResponse> {
    return this.send({ method: 'GET', path });
  }

  /** @throws Error that quotes the page, if it does not contain `expected` */
  async open(path: string, expected: string): Promise<PageResponse> {
    return containing(await this.get(path), expected, `GET ${path}`);
  }

  /** Sends a form as `application/x-www-form-urlencoded`. */
  async submit(path: string, expected: string, fields: Readonly<Record<string, string>>): Promise<PageResponse> {
    const body = encodeText(new URLSearchParams(fields).toString());
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
    return containing(await this.send({ method: 'POST', path, headers, body: () => body }), expected, `POST ${path}`);
  }

  /** Sends a form as `multipart/form-data`. */
  async upload(path: string, form: FormData): Promise<PageResponse> {
    const made = new Response(form);
    const headers = [['Content-Type', made.headers.get('Content-Type') ?? '']] as const;
    const body = new Uint8Array(await made.arrayBuffer());
    return this.send({ method: 'POST', path, headers, body: () => body });
  }

  /** The answer at the end of all redirects. */
  async send(request: PageRequest): Promise<PageResponse> {
    for (let redirects = 0; ; redirects++) {
      const url = this.origin + request.path;
      const cookie = await this.#jar.getCookieString(url);
      const headers = [...(request.headers ?? []), ...(cookie === '' ? [] : [['Cookie', cookie] as const])];
      const response = await this.#fetch({ ...request, headers });
      for (const line of headerValues(response.headers, 'set-cookie')) {
        await this.#jar.setCookie(line, url, { ignoreError: true });
      }
      const location = headerValues(response.headers, 'location')[0];
      if (location === undefined || response.status < 300 || response.status > 399) return response;
      const target = new URL(location, url);
      if (target.origin !== this.origin) throw new Error(`${request.path} leads away, to ${location}`);
      if (redirects === MOST_REDIRECTS) throw new Error(`${request.path} redirects without end.`);
      request = { method: 'GET', path: target.pathname + target.search };
    }
  }
}

export const encodeText = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const textOf = (response: PageResponse): string => new TextDecoder().decode(response.body);

/** @throws Error that quotes what a reader would see, if the page does not contain `expected` */
export function containing(response: PageResponse, expected: string, what: string): PageResponse {
  const text = textOf(response);
  if (text.includes(expected)) return response;
  const readable = text
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>|\s+/g, ' ')
    .trim();
  throw new Error(
    `${what} does not contain ${JSON.stringify(expected)}: status ${response.status}, ${readable.slice(0, 500)}`,
  );
}

/** The first group of `pattern` on the page. */
export function found(response: PageResponse, pattern: RegExp, what: string): string {
  const match = pattern.exec(textOf(response));
  if (!match?.[1]) throw new Error(`${what} is not on the page.`);
  return match[1];
}
