/** Watches a same-origin frame through its documents: each new one, and each change of its URL without a new one. */

export interface DocumentEvents {
  /** The frame has a new document, as early as it can be seen; it may be far from loaded. */
  onDocument(document: Document, window: Window): void;
  /** The document's URL changed by a fragment or by the history API. */
  onAddress(href: string): void;
}

export function watchDocuments(frame: HTMLIFrameElement, events: DocumentEvents, signal: AbortSignal): void {
  let current: Document | undefined;
  const look = () => {
    const { contentDocument, contentWindow } = frame;
    // Another origin's page, or one of the browser's own: not ours to see.
    if (!contentDocument || !contentWindow) return;
    if (contentDocument === current || contentDocument.URL === 'about:blank') return;
    current = contentDocument;
    // No event tells a frame's owner of a new document before `load`, which a slow page delays. The old document's
    // `pagehide` comes in the task that commits the new one: the task after it sees it.
    contentWindow.addEventListener('pagehide', () => setTimeout(look), { signal });
    watchAddress(contentWindow, events.onAddress, signal);
    events.onDocument(contentDocument, contentWindow);
  };
  frame.addEventListener('load', look, { signal });
  frame.contentWindow?.addEventListener('pagehide', () => setTimeout(look), { signal });
}

function watchAddress(window: Window, onAddress: (href: string) => void, signal: AbortSignal): void {
  const report = () => onAddress(window.location.href);
  if (window.navigation) {
    window.navigation.addEventListener('currententrychange', report, { signal });
    return;
  }
  window.addEventListener('hashchange', report, { signal });
  window.addEventListener('popstate', report, { signal });
  // The history API changes the address without any event.
  const { history } = window;
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method].bind(history);
    history[method] = (...args) => {
      original(...args);
      if (!signal.aborted) report();
    };
  }
}
