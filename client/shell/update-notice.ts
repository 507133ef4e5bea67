/** The offer of a new release, below the site and never over it. */
import { Notice, part } from './notice.js';

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
  readonly #notice: Notice;
  readonly #update: HTMLElement;
  readonly #later: HTMLElement;

  constructor(document: Document, events: UpdateNoticeEvents) {
    this.#notice = new Notice(document, 'notice', 'portside-later', () => events.closed());
    this.#update = part(document, 'portside-update');
    this.#later = part(document, 'portside-later');
    this.#update.addEventListener('click', () => events.update());
  }

  show(offer: Offer): void {
    this.#update.hidden = offer === 'held';
    this.#later.textContent = offer === 'held' ? 'Hide' : 'Later';
    this.#notice.show(TEXTS[offer]);
  }
}
