import { AddressBar } from './frame/address-bar.js';
import { watchDocuments } from './frame/documents.js';
import { PageIdentity } from './frame/identity.js';
import { keepInFrame, retargetForms, sendOutside } from './frame/links.js';
import { SiteScope } from './frame/scope.js';

export interface ShowSiteOptions {
  /** Absolute path that begins and ends with a slash. */
  readonly base: string;
  /** What assistive technology calls the frame, and the title of documents that have none. */
  readonly name: string;
  /** Where the frame is appended; the body by default. */
  readonly container?: HTMLElement;
}

export interface SiteFrame {
  readonly element: HTMLIFrameElement;
  /** Resolves when the frame's first document has begun to arrive. */
  readonly shown: Promise<void>;
  /** Takes the frame out of the page, which no longer follows it. */
  remove(): void;
}

/** Shows the site at the page's own address in `iframe#portside-site`; address, title and icon of the page follow it. */
export function showSite(options: ShowSiteOptions): SiteFrame {
  const { base, name, container = document.body } = options;
  const scope = new SiteScope(location.origin, base);
  const following = new AbortController();
  const { signal } = following;

  const element = document.createElement('iframe');
  element.id = 'portside-site';
  element.title = name;
  element.allowFullscreen = true;
  // The page that led here is not the shell, which has the very URL that is asked for.
  element.referrerPolicy = 'no-referrer';
  // Before it is appended: so it is the frame's first entry in the history, and no further one.
  element.src = location.href;
  container.append(element);

  const address = new AddressBar(
    window,
    crypto.randomUUID(),
    (href) => element.contentWindow?.location.replace(href),
    signal,
  );
  const identity = new PageIdentity(document, base, name);
  const { promise: shown, resolve } = Promise.withResolvers<void>();
  watchDocuments(element, {
    onDocument(document, window) {
      const url = new URL(document.URL);
      if (scope.contains(url)) address.follow(url.href);
      identity.follow(document);
      sendOutside(window, scope, (href) => location.assign(href));
      retargetForms(window, scope);
      resolve();
    },
    onAddress: (href) => address.follow(href),
  });
  keepInFrame(
    window,
    scope,
    (href) => {
      // A page that breaks out of frames aims at where it is already.
      if (href !== element.contentWindow?.location.href) element.contentWindow?.location.assign(href);
    },
    signal,
  );

  return {
    element,
    shown,
    remove() {
      following.abort();
      element.remove();
    },
  };
}
