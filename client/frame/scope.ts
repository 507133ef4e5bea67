/** Which URLs belong to the site: http(s), of the page's own origin, under the base. */
export class SiteScope {
  readonly #origin: string;
  readonly #base: string;

  constructor(origin: string, base: string) {
    this.#origin = origin;
    this.#base = base;
  }

  contains(url: URL): boolean {
    return url.origin === this.#origin && url.pathname.startsWith(this.#base);
  }

  /** A page that only a top-level context can show: a frame in an isolated page may not load it. */
  isOutside(url: URL): boolean {
    return (url.protocol === 'http:' || url.protocol === 'https:') && !this.contains(url);
  }
}
