/**
 * Chromium leaves a navigation hanging for ever when the service worker dies that was answering it (seen in Chromium 156): no
 * event, no timeout. The kernel tells all pages what went down with a worker; what the frame was waiting for is asked for once
 * more, or, if it was a form's submission, which may have been carried out, a page says so.
 */
import type { Unanswered } from '../../protocol/bridge.js';
import type { LostRequests } from '../../protocol/page.js';
import { kernelChannelName, stoppedPath } from '../../protocol/site.js';

/** @param url where it had come to: where it began, or where it was redirected to */
type Repeat = (window: Window, url: string) => void;

interface Begun {
  /** With its fragment, which no request has. */
  readonly url: string;
  readonly repeat: Repeat;
}

export class LostNavigations {
  readonly #frame: HTMLIFrameElement;
  readonly #base: string;
  readonly #signal: AbortSignal;
  /** The navigation that has begun last; nothing once its document is there. */
  #begun: Begun | undefined;

  constructor(frame: HTMLIFrameElement, base: string, signal: AbortSignal) {
    this.#frame = frame;
    this.#base = base;
    this.#signal = signal;
    const kernel = new BroadcastChannel(kernelChannelName(base));
    kernel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isLostRequests(data)) this.#lost(data.requests);
    });
    signal.addEventListener('abort', () => kernel.close());
  }

  /** The page itself sends the frame to `url`; the frame's first document has no navigation events (HTML, `navigate`). */
  began(url: string): void {
    this.#begun = { url, repeat: ({ location }, to) => location.replace(to) };
  }

  /** The frame has a new document. */
  arrived(window: Window): void {
    this.#begun = undefined;
    window.navigation?.addEventListener('navigate', (event) => this.#begins(event), { signal: this.#signal });
    // Stopped, by a person or a script, or it saves a file.
    window.navigation?.addEventListener('navigateerror', () => (this.#begun = undefined), { signal: this.#signal });
  }

  #begins({ destination, navigationType, hashChange, downloadRequest }: NavigateEvent): void {
    if (hashChange || destination.sameDocument || downloadRequest !== null) return;
    const { url, key } = destination;
    this.#begun = { url, repeat: repeating(navigationType, key) };
  }

  #lost(requests: readonly Unanswered[]): void {
    const { contentDocument, contentWindow } = this.#frame;
    if (!contentWindow) return;
    const begun = this.#begun;
    const loading = contentDocument?.readyState === 'loading' ? withoutFragment(contentDocument.URL) : undefined;
    const isBegun = ({ url, redirectedFrom = [] }: Unanswered): boolean =>
      begun !== undefined && [...redirectedFrom, url].includes(withoutFragment(begun.url));
    const lost = requests.find((request) => request.navigation && (request.url === loading || isBegun(request)));
    if (!lost) return;
    // Chromium takes a navigation to where one is on its way already for a second click, and ignores it.
    contentWindow.stop();
    if (lost.method !== 'GET') {
      const { pathname, search } = new URL(lost.url);
      contentWindow.location.assign(stoppedPath(this.#base, pathname + search));
    } else if (begun && isBegun(lost)) {
      // What was answered with a redirect is not asked for again: it may have been a form, which must not be sent twice.
      begun.repeat(contentWindow, lost.redirectedFrom ? lost.url : begun.url);
    } else {
      contentWindow.location.reload();
    }
  }
}

function repeating(type: NavigationType, key: string): Repeat {
  switch (type) {
    case 'push':
      return ({ location }, url) => location.assign(url);
    case 'replace':
      return ({ location }, url) => location.replace(url);
    case 'reload':
      return ({ location }, url) => (url === location.href ? location.reload() : location.replace(url));
    case 'traverse':
      return (window) => traverse(window, key);
  }
}

/**
 * A traversal is the browser's, which `stop` does not reach (seen in Chromium 156): it stays the one that is on its way, and
 * `traverseTo` would only give its promise again (HTML, "performing a navigation API traversal"). Another navigation ends it, and
 * can be stopped itself.
 */
function traverse(window: Window, key: string): void {
  window.location.replace(withoutFragment(window.location.href));
  window.stop();
  void window.navigation?.traverseTo(key);
}

function withoutFragment(url: string): string {
  const fragment = url.indexOf('#');
  return fragment < 0 ? url : url.slice(0, fragment);
}

/** Any page of the origin may use the channel: the worst it can do is to have the frame load again. */
function isLostRequests(data: unknown): data is LostRequests {
  if (typeof data !== 'object' || data === null || !('portside' in data) || !('requests' in data)) return false;
  return data.portside === 'unanswered' && Array.isArray(data.requests) && data.requests.every(isUnanswered);
}

const isUnanswered = (value: unknown): value is Unanswered =>
  typeof value === 'object' &&
  value !== null &&
  'method' in value &&
  typeof value.method === 'string' &&
  'navigation' in value &&
  typeof value.navigation === 'boolean' &&
  'url' in value &&
  typeof value.url === 'string' &&
  URL.canParse(value.url) &&
  (!('redirectedFrom' in value) || isListOfStrings(value.redirectedFrom));

const isListOfStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
