import { savePath, stoppedPath } from '../protocol/site.js';
import { AddressBar } from './frame/address-bar.js';
import { watchDocuments } from './frame/documents.js';
import { PageIdentity } from './frame/identity.js';
import { type Elsewhere, keepInFrame, redirectNavigations, retargetForms } from './frame/links.js';
import { LostNavigations } from './frame/lost-navigations.js';
import { SiteScope } from './frame/scope.js';

export interface ShowSiteOptions {
  /** Absolute path that begins and ends with a slash. */
  readonly base: string;
  /** Title of documents that have none. */
  readonly name: string;
  /**
   * An `iframe` that the page's markup holds, with a `name` and no `src`. One that a script has made would do, but
   * Chromium would not go back and forward in it any more once the page was reloaded.
   */
  readonly frame: HTMLIFrameElement;
}

export interface ShownSite {
  /** Resolves when the frame's first document has begun to arrive. */
  readonly arrived: Promise<void>;
  /** The page does not follow the frame any more. */
  stop(): void;
}

/** Shows the site at the page's own address in a frame: address, title and icon of the page follow it. */
export function showSite(options: ShowSiteOptions): ShownSite {
  const { base, name, frame } = options;
  const scope = new SiteScope(location.origin, base);
  const following = new AbortController();
  const { signal } = following;

  const steer = (href: string) => {
    if (href !== frame.contentWindow?.location.href) frame.contentWindow?.location.replace(href);
  };
  const address = new AddressBar(window, steer, signal);
  const follow = (href: string) => {
    // A script of the site may name any path of the origin: one outside of the base would not lead back to the site.
    if (scope.contains(new URL(href))) address.follow(href);
  };
  const identity = new PageIdentity(document, base, name);
  const elsewhere: Elsewhere = {
    backInFrame: ({ href }, replace) =>
      replace ? frame.contentWindow?.location.replace(href) : frame.contentWindow?.location.assign(href),
    atTop: (href) => location.assign(href),
    toFile: ({ pathname, search }, fileName) =>
      frame.contentWindow?.location.assign(savePath(base, pathname + search, fileName)),
  };
  const navigations = new LostNavigations(frame, base, signal);
  const arrived = new Promise<void>((resolve) => {
    watchDocuments(
      frame,
      {
        onDocument(document, window) {
          follow(shownAddress(document.URL, base));
          navigations.arrived(window);
          identity.follow(document);
          redirectNavigations(window, scope, elsewhere, signal);
          retargetForms(window, scope, signal);
          resolve();
        },
        onAddress: follow,
      },
      signal,
    );
  });
  keepInFrame(
    window,
    scope,
    (href) => {
      // A page that breaks out of frames aims at where it is already.
      if (href !== frame.contentWindow?.location.href) frame.contentWindow?.location.assign(href);
    },
    signal,
  );

  navigations.began(location.href);
  frame.src = location.href;

  return { arrived, stop: () => following.abort() };
}

/** The page that stands for a lost answer is shown where the answer would have been. */
function shownAddress(href: string, base: string): string {
  const url = new URL(href);
  const at = url.searchParams.get('at');
  const stands = at !== null && url.pathname + url.search === stoppedPath(base, at);
  return stands ? new URL(at, url).href : href;
}
