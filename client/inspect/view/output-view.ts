/** The end of what the processes wrote to stderr and stdout. */
import { KEPT_OUTPUT, type OutputReport } from '../../../protocol/inspect.js';
import { groupLines } from '../../output.js';
import { element } from '../dom.js';
import { timeInWords } from '../words.js';

/** Lines on the page at most: what the kernel keeps of one process, in lines of the length of PHP's log. */
const MOST_LINES = KEPT_OUTPUT / 64;

export class OutputView {
  readonly #log = element('div', {
    class: 'log',
    role: 'log',
    tabindex: 0,
    'aria-label': 'Output',
    'aria-live': 'off',
  });
  readonly #empty = element('p', { class: 'empty' }, 'No process has written anything.');
  readonly #process = element(
    'select',
    { 'aria-label': 'Which process' },
    element('option', { value: '' }, 'All processes'),
  );
  readonly #known = new Set<number>();
  readonly root = element(
    'div',
    { role: 'tabpanel' },
    element('div', { class: 'tools' }, this.#process),
    this.#empty,
    this.#log,
  );

  constructor() {
    this.#process.addEventListener('change', () => {
      for (const line of this.#log.children) if (line instanceof HTMLElement) this.#filter(line);
      this.#log.scrollTop = this.#log.scrollHeight;
    });
  }

  /** @param whole in place of all that was shown. */
  add(output: readonly OutputReport[], whole: boolean): void {
    // Who has scrolled up is reading there.
    const follows = this.#log.scrollTop + this.#log.clientHeight >= this.#log.scrollHeight - 8;
    if (whole) this.#log.replaceChildren();
    for (const piece of output) {
      this.#know(piece);
      for (const { level, text } of groupLines(piece.fd, piece.text)) this.#log.append(this.#line(piece, level, text));
    }
    while (this.#log.childElementCount > MOST_LINES) this.#log.firstElementChild?.remove();
    this.#empty.hidden = this.#log.childElementCount > 0;
    this.#log.hidden = !this.#empty.hidden;
    if (follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #line({ pid, at, fd, name }: OutputReport, level: string, text: string): HTMLElement {
    const who = `${name || 'process'} ${pid}${fd === 1 ? ' stdout' : ''}`;
    const line = element('div', { 'data-pid': pid, 'data-level': level });
    line.append(element('span', {}, timeInWords(at)), element('span', {}, who), element('b', {}, text));
    this.#filter(line);
    return line;
  }

  #filter(line: HTMLElement): void {
    line.hidden = this.#process.value !== '' && line.dataset.pid !== this.#process.value;
  }

  #know({ pid, name }: OutputReport): void {
    if (this.#known.has(pid)) return;
    this.#known.add(pid);
    this.#process.append(element('option', { value: pid }, `${name || 'process'} ${pid}`));
  }
}
