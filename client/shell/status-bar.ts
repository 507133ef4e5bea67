/** A line that stays below the site: whether it works without a network, what it takes on this device, and what can be done. */
import type { OfflineState } from '../offline-state.js';
import { part } from './notice.js';
import { bytesInWords, sizeInWords } from './progress-words.js';

export interface StatusBarEvents {
  install(): void;
  update(): void;
}

export class StatusBar {
  readonly #bar: HTMLElement;
  readonly #text: HTMLElement;
  readonly #size: HTMLElement;
  readonly #progress: HTMLElement;
  readonly #install: HTMLElement;
  readonly #update: HTMLElement;

  constructor(document: Document, events: StatusBarEvents) {
    this.#bar = part(document, 'portside-offline');
    this.#text = part(document, 'portside-offline-text');
    this.#size = part(document, 'portside-offline-size');
    this.#progress = part(document, 'portside-offline-progress');
    this.#install = part(document, 'portside-offline-install');
    this.#update = part(document, 'portside-offline-update');
    this.#install.addEventListener('click', () => events.install());
    this.#update.addEventListener('click', () => events.update());
  }

  show({ ready, kept, total, onDisk }: OfflineState, online: boolean): void {
    this.#bar.hidden = false;
    this.#bar.dataset.state = ready ? (online ? 'ready' : 'offline') : 'saving';
    this.#progress.hidden = ready;
    this.#progress.setAttribute('value', String(total === 0 ? 0 : kept / total));
    const text = statusText(ready, online, kept, total);
    // A live region is read out whenever it is set.
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#size.textContent = onDisk === undefined ? '' : `${sizeInWords(onDisk)} on this device`;
  }

  offerInstall(available: boolean): void {
    this.#install.hidden = !available;
  }

  offerUpdate(available: boolean): void {
    this.#update.hidden = !available;
  }
}

function statusText(ready: boolean, online: boolean, kept: number, total: number): string {
  if (ready) return online ? 'Works offline' : 'No network: the site works offline';
  const part = bytesInWords(kept, total);
  return online ? `Saving for offline use, ${part}` : `No network, and only ${part} of the site are here`;
}
