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
    const update = () => this.#update(document);
    const observe = () => {
      update();
      if (!document.head) return;
      new MutationObserver(update).observe(document.head, {
        attributes: true,
        attributeFilter: ['href', 'rel'],
        characterData: true,
        childList: true,
        subtree: true,
      });
    };
    // Until then the parser is still adding to the head.
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', observe, { once: true });
    else observe();
  }

  #update(document: Document): void {
    this.#page.title = document.title || this.#name;
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
