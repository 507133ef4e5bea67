/** The page's title and icon are those of the document in the frame. */

export class PageIdentity {
  readonly #page: Document;
  readonly #base: string;
  readonly #name: string;
  #icon = '';

  /** @param name Title for documents that have none. */
  constructor(page: Document, base: string, name: string) {
    this.#page = page;
    this.#base = base;
    this.#name = name;
  }

  /** To be called for each document of the frame. */
  follow(document: Document): void {
    const observer = new MutationObserver(() => this.#update(document));
    this.#update(document);
    if (document.readyState !== 'loading') {
      observeHead(observer, document);
      return;
    }
    // While the parser is at work there may be no head yet, and a slow page may stay at work for long.
    observer.observe(document, { childList: true, subtree: true });
    document.addEventListener(
      'DOMContentLoaded',
      () => {
        observer.disconnect();
        this.#update(document);
        observeHead(observer, document);
      },
      { once: true },
    );
  }

  #update(document: Document): void {
    const loading = document.readyState === 'loading';
    // Until it is known that a document has no title, the page keeps the last one.
    if (document.title || !loading) this.#page.title = document.title || this.#name;
    if (loading) return;
    const link = document.querySelector<HTMLLinkElement>('link[rel~="icon" i][href]');
    void this.#showIcon(link?.href ?? new URL(`${this.#base}favicon.ico`, document.baseURI).href);
  }

  /**
   * Browsers fetch icons past the service worker, where the site has none: the page fetches it like any other file, and shows
   * its bytes.
   */
  async #showIcon(href: string): Promise<void> {
    if (href === this.#icon) return;
    this.#icon = href;
    const data = await fetchAsDataUrl(href);
    if (href !== this.#icon) return; // Another document came meanwhile.
    const link = this.#page.querySelector<HTMLLinkElement>('link[rel="icon"]') ?? this.#page.createElement('link');
    link.rel = 'icon';
    link.href = data ?? 'data:,';
    this.#page.head.append(link);
  }
}

function observeHead(observer: MutationObserver, document: Document): void {
  if (!document.head) return; // An SVG, for one.
  observer.observe(document.head, {
    attributes: true,
    attributeFilter: ['href', 'rel'],
    characterData: true,
    childList: true,
    subtree: true,
  });
}

/** Undefined where there is no such image: a page without an icon is nothing to report. */
async function fetchAsDataUrl(href: string): Promise<string | undefined> {
  try {
    const response = await fetch(href);
    if (!response.ok) return undefined;
    const blob = await response.blob();
    if (!blob.type.startsWith('image/')) return undefined;
    return await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : undefined);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  } catch {
    return undefined;
  }
}
