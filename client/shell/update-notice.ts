/** The offer of a new release, below the site and never over it. */

/** `ready`: it can be started. `wanted`: another tab waits for this one. `held`: this one waits for others. */
export type Offer = 'ready' | 'wanted' | 'held';

const TEXTS: Readonly<Record<Offer, string>> = {
  ready: 'A new version of this site is ready.',
  wanted: 'A new version of this site is ready, and another tab waits for this one to take it.',
  held: 'The new version starts when the other tabs of this site are updated or closed.',
};

export interface UpdateNoticeEvents {
  /** The reader agrees. */
  update(): void;
  /** The notice has gone: the site is to be used on. */
  closed(): void;
}

export class UpdateNotice {
  readonly #notice: HTMLElement;
  readonly #text: HTMLElement;
  readonly #update: HTMLElement;
  readonly #later: HTMLElement;

  constructor(document: Document, events: UpdateNoticeEvents) {
    const part = (name: string): HTMLElement => {
      const element = document.getElementById(`portside-${name}`);
      if (!element) throw new Error(`The shell's page has no element portside-${name}`);
      return element;
    };
    this.#notice = part('notice');
    this.#text = part('notice-text');
    this.#update = part('update');
    this.#later = part('later');
    const close = () => {
      this.#notice.hidden = true;
      events.closed();
    };
    this.#update.addEventListener('click', () => events.update());
    this.#later.addEventListener('click', close);
    this.#notice.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  }

  show(offer: Offer): void {
    this.#notice.hidden = false;
    this.#update.hidden = offer === 'held';
    this.#later.textContent = offer === 'held' ? 'Hide' : 'Later';
    // A live region is read out when it changes, not when it appears.
    requestAnimationFrame(() => {
      this.#text.textContent = TEXTS[offer];
    });
  }
}
