/**
 * Keeps the page's address equal to the frame's. The joint session history has one entry for each navigation of the frame, which
 * the browser itself goes back and forth through; the page adds none and only rewrites the entry it is on.
 *
 * Each rewritten entry is marked with the frame that made it, which tells whether the browser can bring the frame back:
 * - marked with this frame: the browser traverses the frame too, and the address follows it as always;
 * - marked with another: it was made before a reload, the frame of that time is gone, and this one is steered;
 * - not marked: somebody edited the fragment in the address bar, and the frame is steered.
 */
export interface EntryMark {
  readonly portsideFrame: string;
}

/** What of a window the address bar needs. */
export type AddressWindow = Pick<Window, 'addEventListener' | 'history' | 'location'>;

export class AddressBar {
  readonly #window: AddressWindow;
  readonly #mark: EntryMark;
  readonly #steer: (href: string) => void;

  /**
   * @param frameId Unique to the frame that is followed, over all loads of the page.
   * @param steer Loads a URL in the frame in place of its current entry.
   */
  constructor(window: AddressWindow, frameId: string, steer: (href: string) => void, signal: AbortSignal) {
    this.#window = window;
    this.#mark = { portsideFrame: frameId };
    this.#steer = steer;
    window.addEventListener('popstate', (event) => this.#onPopState(event.state), { signal });
  }

  /** The frame shows `href` now. */
  follow(href: string): void {
    const { history, location } = this.#window;
    if (href === location.href && this.#owns(history.state)) return;
    history.replaceState(this.#mark, '', href);
  }

  #onPopState(state: unknown): void {
    if (this.#owns(state)) return;
    const { history, location } = this.#window;
    history.replaceState(this.#mark, '');
    this.#steer(location.href);
  }

  #owns(state: unknown): boolean {
    return (
      typeof state === 'object' &&
      state !== null &&
      'portsideFrame' in state &&
      state.portsideFrame === this.#mark.portsideFrame
    );
  }
}
