/**
 * Keeps the page's address equal to the frame's. The joint session history has an entry for each navigation of the frame, which
 * the browser itself goes back and forth through, after a reload too, as long as the frame has the same name. The page adds
 * none: it only gives the entry it is on the frame's address.
 *
 * So the page has `popstate` only where its own entry changes: somebody edited the fragment in the address bar, or went back
 * over such an edit. The browser leaves the frame as it was then, and the frame is steered.
 */

/** What of a window the address bar needs. */
export interface AddressWindow {
  readonly history: Pick<History, 'replaceState'>;
  readonly location: { readonly href: string };
  addEventListener(type: 'popstate', listener: () => void, options: { readonly signal: AbortSignal }): void;
}

export class AddressBar {
  readonly #window: AddressWindow;

  /** @param steer Loads a URL in the frame in place of its current entry. */
  constructor(window: AddressWindow, steer: (href: string) => void, signal: AbortSignal) {
    this.#window = window;
    window.addEventListener('popstate', () => steer(window.location.href), { signal });
  }

  /** The frame shows `href` now. */
  follow(href: string): void {
    const { history, location } = this.#window;
    if (href !== location.href) history.replaceState(null, '', href);
  }
}
