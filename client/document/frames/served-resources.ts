/**
 * Files of the site for documents that no service worker controls: fetched by a document that has one, and handed on as `blob:` URLs,
 * which every document of the origin can load.
 */
import { replaceReferences } from './style-references.js';

export class ServedResources {
  /** By URL, and by whether it was asked for as a style sheet: each is fetched once for all that show it. */
  readonly #served = new Map<string, Promise<string>>();

  /**
   * A URL that holds what `reference` does; the absolute URL itself where that is another origin's, holds its bytes already, or cannot
   * be had.
   */
  url(reference: string, base: string, isSheet: boolean): Promise<string> {
    return served(reference, base, (url) => {
      const key = `${isSheet} ${url}`;
      const known = this.#served.get(key);
      if (known) return known;
      const fetched = isSheet ? this.#sheetAt(url, []) : fileAt(url);
      this.#served.set(key, fetched);
      // It may be there the next time.
      fetched.catch(() => this.#served.delete(key));
      return fetched;
    });
  }

  /**
   * A style sheet's text, whose references are served.
   *
   * @param within URLs of the sheets that import it, which it may import in turn: they are not waited for
   */
  sheet(css: string, base: string, within: readonly string[] = []): Promise<string> {
    return replaceReferences(css, (reference, isSheet) => {
      if (reference.startsWith('#')) return Promise.resolve(reference);
      if (!isSheet) return this.url(reference, base, false);
      return served(reference, base, (url) =>
        within.includes(url) ? Promise.resolve(url) : this.#sheetAt(url, within),
      );
    });
  }

  async #sheetAt(url: string, within: readonly string[]): Promise<string> {
    const response = await fetched(url);
    const css = await this.sheet(await response.text(), response.url, [...within, url]);
    return URL.createObjectURL(new Blob([css], { type: response.headers.get('Content-Type') ?? '' }));
  }
}

/** What `serve` makes of an absolute URL without its fragment, if it is one of this origin. */
async function served(reference: string, base: string, serve: (url: string) => Promise<string>): Promise<string> {
  const url = URL.parse(reference, base);
  if (url?.origin !== location.origin || !url.protocol.startsWith('http')) return url?.href ?? reference;
  const { hash, href } = url;
  url.hash = '';
  return serve(url.href).then(
    (found) => found + hash,
    () => href,
  );
}

const fileAt = async (url: string): Promise<string> => URL.createObjectURL(await (await fetched(url)).blob());

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`${url} has status ${response.status}.`);
  return response;
}
