/** What is seen before the site is: one step in words, a bar, or the failure. Owns `data-portside-state` of the page. */
import { errorTexts, type PortsideError } from '../../protocol/errors.js';
import { bytesInWords, type ShellStep, stepWords } from './progress-words.js';

export type ShellState = 'booting' | 'ready' | 'failed';

export class BootScreen {
  readonly #document: Document;
  readonly #report: () => Promise<string>;
  #step: ShellStep | undefined;

  /** @param report what to tell somebody who can help; asked for when the reader opens it after a failure. */
  constructor(document: Document, report: () => Promise<string>) {
    this.#document = document;
    this.#report = report;
  }

  progress(step: ShellStep, loaded = 0, total = 0): void {
    const bar = this.#part('progress');
    if (total > 0 && bar instanceof HTMLProgressElement) {
      bar.max = total;
      bar.value = loaded;
    } else {
      bar.removeAttribute('value');
    }
    this.#part('bytes').textContent = bytesInWords(loaded, total);
    // The step alone is in the live region, and changes seldom: bytes would be read out without end.
    if (step === this.#step) return;
    this.#step = step;
    this.#part('step').textContent = stepWords[step];
  }

  /** The site is there to be seen. */
  ready(): void {
    this.#enter('ready');
    this.#part('screen').hidden = true;
  }

  /** @param retry What the reader can do about it. */
  fail(error: PortsideError, retry: () => void): void {
    const { sentence, remedy } = errorTexts[error.code];
    this.#enter('failed');
    this.#part('screen').hidden = false;
    this.#document.documentElement.dataset.portsideCode = error.code;
    this.#part('sentence').textContent = sentence;
    this.#part('remedy').textContent = remedy;
    this.#part('code').textContent = error.detail ? `${error.code}: ${error.detail}` : error.code;
    this.#offerReport();
    this.#part('retry').onclick = retry;
    this.#part('failure').focus();
  }

  #offerReport(): void {
    const details = this.#part('details');
    details.hidden = false;
    details.addEventListener('toggle', () => this.#showReport(), { once: true });
  }

  async #showReport(): Promise<void> {
    const report = this.#part('report');
    report.textContent = 'Looking …';
    report.textContent = await this.#report();
  }

  #enter(state: ShellState): void {
    this.#document.documentElement.dataset.portsideState = state;
  }

  #part(name: string): HTMLElement {
    const element = this.#document.getElementById(`portside-${name}`);
    if (!element) throw new Error(`The shell's page has no element portside-${name}`);
    return element;
  }
}
