/**
 * Empty documents that scripts fill, as rich text editors do. Chromium gives `about:blank` no service worker, nor what a script writes
 * there (HTML wants the one of its creator; seen in Chromium 156), so that what such a document links to is asked of the host. A script
 * writes at once and keeps what it made, so the document can't be exchanged for a controlled one: instead its elements
 * are given what the controlled document around it fetches for them. The host is still asked first, in vain.
 */
import { ServedResources } from './served-resources.js';

/** Attributes by which elements load files. Frames are not among them: navigations reach the worker from anywhere. */
const LOADING: Readonly<Record<string, readonly string[]>> = {
  audio: ['src'],
  image: ['href'],
  img: ['src', 'srcset'],
  input: ['src'],
  link: ['href'],
  source: ['src', 'srcset'],
  track: ['src'],
  video: ['src', 'poster'],
};
const LOADERS = `style,[style],${Object.keys(LOADING).join()}`;
const ATTRIBUTES = ['style', 'rel', ...new Set(Object.values(LOADING).flat())];

/** Nodes are those of another window, which are no instances of this one's classes. */
const isElement = (target: EventTarget): target is Element => 'nodeType' in target && target.nodeType === 1;

export class BlankDocuments {
  readonly #resources = new ServedResources();
  readonly #watched = new WeakSet<Document>();

  /** Serves `document` for as long as it lives and returns true; false where a service worker does already. */
  serve(document: Document): boolean {
    if (this.#watched.has(document)) return true;
    if (!needsServing(document)) return false;
    this.#watched.add(document);
    const observer = new MutationObserver((records) => {
      for (const { type, target, addedNodes } of records) {
        if (type === 'attributes' || target.nodeName === 'STYLE') this.#serveElement(target);
        for (const node of addedNodes) this.#serveTree(node);
      }
      document.addEventListener('error', this.#runAgain, true); // `document.open()` has taken it away.
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });
    document.addEventListener('error', this.#runAgain, true);
    this.#serveTree(document);
    return true;
  }

  #serveTree(root: Node): void {
    this.#serveElement(root);
    if ('querySelectorAll' in root && typeof root.querySelectorAll === 'function') {
      for (const element of root.querySelectorAll(LOADERS)) this.#serveElement(element);
    }
  }

  #serveElement(node: Node): void {
    if (!isElement(node)) return;
    const { localName, baseURI } = node;
    const style = node.getAttribute('style');
    if (style !== null && /url\(/i.test(style)) {
      void replace(node, 'style', style, this.#resources.sheet(style, baseURI));
    }
    if (localName === 'style') void this.#serveStyle(node);
    const isSheet = localName === 'link';
    if (isSheet && !/\bstylesheet\b/i.test(node.getAttribute('rel') ?? '')) return;
    for (const name of LOADING[localName] ?? []) {
      const value = node.getAttribute(name);
      if (!value || /^\s*(?:blob|data):/i.test(value)) continue;
      const served =
        name === 'srcset' ? this.#candidates(value, baseURI) : this.#resources.url(value, baseURI, isSheet);
      void replace(node, name, value, served);
    }
  }

  async #serveStyle(element: Element): Promise<void> {
    const css = element.textContent ?? '';
    if (!/url\(|@import/i.test(css)) return;
    const served = await this.#resources.sheet(css, element.baseURI);
    if (isServed(served) && served !== css && element.textContent === css) element.textContent = served;
  }

  /** HTML, "srcset attributes": addresses, each with a descriptor that holds no comma. */
  async #candidates(srcset: string, base: string): Promise<string> {
    const candidates = Array.from(
      srcset.matchAll(/([^\s,]\S*[^\s,])(\s+[^,]*)?/g),
      async ([, url = '', descriptor = '']) => {
        return (await this.#resources.url(url, base, false)) + descriptor;
      },
    );
    return (await Promise.all(candidates)).join(', ');
  }

  /** A script that could not be had runs as soon as it can: one that came from the host has run, and must not do so twice. */
  readonly #runAgain = ({ target }: Event): void => {
    if (target !== null && isElement(target) && target.localName === 'script') void this.#serveScript(target);
  };

  async #serveScript(script: Element): Promise<void> {
    const src = script.getAttribute('src') ?? '';
    const served = await this.#resources.url(src, script.baseURI, false);
    if (!isServed(served) || served === src) return;
    const again = script.ownerDocument.createElement('script');
    for (const { name, value } of script.attributes) again.setAttribute(name, value);
    again.src = served;
    script.replaceWith(again);
  }
}

async function replace(element: Element, name: string, value: string, served: Promise<string>): Promise<void> {
  const url = await served;
  // The page may have changed its mind meanwhile.
  if (isServed(url) && url !== value && element.getAttribute(name) === value) element.setAttribute(name, url);
}

/** Something in it could be had: where nothing could, the element keeps what it says. */
const isServed = (text: string): boolean => text.includes('blob:');

/**
 * Made here, and without a worker: some engines give an empty document its creator's. Documents that came from somewhere are what their
 * host says, whoever controls them; `document.open()` gives one the URL of who called it (HTML section 8.4.1).
 */
function needsServing({ URL, defaultView }: Document): boolean {
  const here = location.href.slice(0, location.href.length - location.hash.length);
  const made = URL.startsWith('about:') || URL === here;
  return made && defaultView?.navigator.serviceWorker?.controller === null;
}
