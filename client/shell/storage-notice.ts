/** Tells the reader when files of the site cannot be had or kept, and when that has passed. */
import { errorTexts, type PortsideError } from '../../protocol/errors.js';
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

  /** A part of the site's files could not be had, and a guest was told so. */
  missing({ text }: PortsideError): void {
    this.#notice.show(`${text.sentence} ${text.remedy}`);
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
