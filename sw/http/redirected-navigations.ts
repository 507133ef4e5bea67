/**
 * Where redirects have led navigations. A page that waits for one knows the URL that it began with alone, and must know by it
 * what was lost with a service worker.
 */
export class RedirectedNavigations {
  /** By the document that is to come, which is one over all redirects within an origin (HTML, "reserved client"). */
  readonly #from = new Map<string, readonly string[]>();

  /** URLs that led to where this navigation is now, first to last. */
  from(resultingClientId: string): readonly string[] {
    return this.#from.get(resultingClientId) ?? [];
  }

  answered(resultingClientId: string, url: string, { status }: Pick<Response, 'status'>): void {
    if (resultingClientId === '') return;
    if (isRedirect(status)) this.#from.set(resultingClientId, [...this.from(resultingClientId), url]);
    else this.#from.delete(resultingClientId);
  }
}

/** Fetch, "redirect status". */
const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);
