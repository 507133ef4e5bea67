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
    const url = URL.parse(reference, base);
    if (url?.origin !== location.origin || !url.protocol.startsWith('http')) {
      return Promise.resolve(url?.href ?? reference);
    }
    const { hash } = url;
    url.hash = '';
    const key = `${isSheet} ${url.href}`;
    const known = this.#served.get(key);
    const served = known ?? this.#serve(url.href, isSheet);
    if (!known) this.#served.set(key, served);
    return served.then((href) => href + hash);
  }

  /** A style sheet's text, whose references are served. */
  sheet(css: string, base: string): Promise<string> {
    return replaceReferences(css, (reference, isSheet) =>
      reference.startsWith('#') ? Promise.resolve(reference) : this.url(reference, base, isSheet),
    );
  }

  async #serve(url: string, isSheet: boolean): Promise<string> {
    try {
      const response = await fetch(url);
      // What the browser asked for by itself failed as well, and its page knows.
      if (!response.ok) return url;
      const blob = await response.blob();
      if (!isSheet || !/^text\/css\b/i.test(blob.type)) return URL.createObjectURL(blob);
      const css = await this.sheet(await blob.text(), response.url);
      return URL.createObjectURL(new Blob([css], { type: 'text/css' }));
    } catch {
      return url;
    }
  }
}
