/** Tells the reader when what the site writes is not kept, and when that has passed. */
import { errorTexts } from '../../protocol/errors.js';
import type { StorageState } from '../../protocol/machine.js';
import { Notice } from './notice.js';

const CODES = { full: 'storage-full', failing: 'store-failing', evicted: 'store-evicted' } as const;
const KEPT = 'What the site writes stays in this tab until it can be stored.';
const RECOVERED = 'What this site has written is stored now.';

export class StorageNotice {
  readonly #notice: Notice;

  constructor(document: Document, closed: () => void) {
    this.#notice = new Notice(document, 'storage', 'portside-storage-hide', closed);
  }

  show(state: StorageState): void {
    if (state === 'stored') return;
    if (state === 'recovered') {
      this.#notice.show(RECOVERED);
      return;
    }
    const { sentence, remedy } = errorTexts[CODES[state]];
    this.#notice.show(state === 'evicted' ? `${sentence} ${remedy}` : `${sentence} ${KEPT} ${remedy}`);
  }
}
