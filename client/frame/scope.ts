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

  /**
   * Where a link of the site leads that leaves the base but not the origin: the site takes its base for the root, so it means
   * a page of its own. Undefined for every other URL.
   */
  broughtBack(url: URL): URL | undefined {
    if (url.origin !== this.#origin || this.contains(url)) return undefined;
    // Behind the origin, not resolved against it: a path that begins with two slashes would name another host.
    return new URL(this.#origin + this.#base + url.pathname.slice(1) + url.search + url.hash);
  }
}
