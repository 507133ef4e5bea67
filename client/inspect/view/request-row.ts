/** A row of the list, which lives as long as its request is shown and is written anew when that changes. */
import { element, setAttribute, setText } from '../dom.js';
import { hopsOf, hopWords } from '../hops.js';
import { durationOf, type ListedRequest, pathOf } from '../listed-request.js';
import { bytesInWords, durationInWords, timeInWords } from '../words.js';

export function statusInWords({ state, status, statusText, failure }: ListedRequest): string {
  if (state === 'failed') return `${status ?? ''} ${failure ?? ''}`.trim();
  if (state === 'cancelled') return status === null ? 'cancelled' : `${status}, cancelled`;
  if (status === null) return 'pending';
  return `${status} ${statusText}`.trim();
}

export class RequestRow {
  readonly root: HTMLTableRowElement;
  readonly #started = element('td', { class: 'c-started' });
  readonly #method = element('td', { class: 'c-method' });
  readonly #path = element('td', { class: 'c-path' });
  readonly #status = element('td', { class: 'c-status' });
  readonly #size = element('td', { class: 'c-size number' });
  readonly #duration = element('td', { class: 'c-duration number' });
  readonly #bar = element('div', { class: 'bar', role: 'img' });
  #shown: ListedRequest | undefined;

  constructor(key: string) {
    const cells = [this.#started, this.#method, this.#path, this.#status, this.#size, this.#duration];
    const hops = element('td', { class: 'c-hops' }, this.#bar);
    this.root = element('tr', { 'data-key': key, tabindex: -1, 'aria-selected': 'false' }, ...cells, hops);
  }

  show(request: ListedRequest, now: number): void {
    if (request === this.#shown) return;
    this.#shown = request;
    const { root } = this;
    root.dataset.state = request.state;
    setAttribute(root, 'data-failed', request.state === 'failed' || (request.status ?? 0) >= 400);
    setText(this.#started, timeInWords(request.startedAt));
    setText(this.#method, request.method);
    setText(this.#path, pathOf(request.url));
    this.#path.title = request.url;
    const [first = '', ...words] = statusInWords(request).split(' ');
    // Where there is little room, the number alone is shown.
    if (request.status === null) this.#status.textContent = first;
    else this.#status.replaceChildren(first, element('span', {}, words.map((word) => ` ${word}`).join('')));
    setText(this.#size, bytesInWords(request.bytesReceived));
    setText(this.#duration, request.state === 'pending' ? '…' : durationInWords(durationOf(request, now)));
    this.#showHops(request, now);
  }

  #showHops(request: ListedRequest, now: number): void {
    const hops = hopsOf(request, now);
    const whole = durationOf(request, now);
    this.#bar.replaceChildren(
      ...hops.map(({ name, from, to, running }) => {
        const part = element('i', { 'data-hop': name, 'data-running': running });
        part.style.width = whole > 0 ? `${((to - from) / whole) * 100}%` : running ? '100%' : '0';
        return part;
      }),
    );
    const words = hops.map(({ name, from, to, running }) =>
      running ? `${hopWords[name].name} not yet` : `${hopWords[name].name} ${durationInWords(to - from)}`,
    );
    this.#bar.setAttribute('aria-label', words.join(', '));
    this.#bar.title = words.join('\n');
  }
}
