/** One request in full. */
import type { HeaderList } from '../../../protocol/bridge.js';
import { errorTexts } from '../../../protocol/errors.js';
import { element } from '../dom.js';
import { hopsOf, hopWords } from '../hops.js';
import { durationOf, type ListedRequest } from '../listed-request.js';
import { bytesInWords, durationInWords, timeInWords } from '../words.js';
import { statusInWords } from './request-row.js';

export class DetailsView {
  readonly root: HTMLElement;
  readonly #heading = element('h2', { id: 'details-heading', tabindex: -1 });
  readonly #body = element('div');
  #key: string | undefined;

  /** @param closed called when the reader closes it. */
  constructor(closed: () => void) {
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close the details' }, '×');
    close.addEventListener('click', closed);
    this.root = element(
      'section',
      { class: 'details', 'aria-labelledby': 'details-heading', hidden: true },
      element('header', {}, this.#heading, close),
      this.#body,
    );
    this.root.addEventListener('keydown', ({ key }) => key === 'Escape' && closed());
  }

  get key(): string | undefined {
    return this.#key;
  }

  focus(): void {
    this.#heading.focus();
  }

  show(request: ListedRequest | undefined, now: number): void {
    this.#key = request?.key;
    this.root.hidden = request === undefined;
    if (!request) return;
    const { method, url, requestHeaders, responseHeaders } = request;
    this.#heading.textContent = `${method} ${url}`;
    this.#body.replaceChildren(
      facts(request),
      element('h3', {}, 'Where the time went'),
      timeline(request, now),
      ...headers('Response headers, as the server sent them', responseHeaders),
      ...headers('Request headers, as the server got them', requestHeaders),
    );
  }
}

function facts(request: ListedRequest): HTMLElement {
  const { failure, detail, startedAt, bytesSent, bytesReceived, retries, port } = request;
  const rows: (readonly [string, string])[] = [
    ['Status', statusInWords(request)],
    ['Started', timeInWords(startedAt)],
    ['Received', `${bytesInWords(bytesReceived)} of body`],
    ['Sent', `${bytesInWords(bytesSent)}, head included`],
  ];
  if (port !== null) rows.push(['Port', String(port)]);
  if (retries > 0)
    rows.push(['Sent again', `${retries} time${retries > 1 ? 's' : ''}: the server closed without a byte`]);
  if (failure) {
    const { sentence, remedy } = errorTexts[failure];
    rows.push(['Why', detail ? `${sentence} ${detail}` : sentence], ['Remedy', remedy], ['Code', failure]);
  }
  return element('dl', {}, ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

function timeline(request: ListedRequest, now: number): HTMLElement {
  const hops = hopsOf(request, now);
  const whole = Math.max(durationOf(request, now), Number.MIN_VALUE);
  const rows = hops.flatMap(({ name, from, to, running }) => {
    const bar = element('i', { 'data-hop': name, 'data-running': running });
    bar.style.width = `${((to - from) / whole) * 100}%`;
    bar.style.marginLeft = `${(from / whole) * 100}%`;
    const label = element('span', { title: hopWords[name].what }, hopWords[name].name);
    return [
      label,
      element('span', { class: 'bar', 'aria-hidden': 'true' }, bar),
      element('span', { class: 'number' }, running ? `${durationInWords(to - from)} …` : durationInWords(to - from)),
    ];
  });
  const sum = element('span', { class: 'number' }, durationInWords(whole));
  return element('div', { class: 'hops' }, ...rows, element('span', { class: 'sum' }, 'Together'), sum);
}

function headers(title: string, list: HeaderList): readonly HTMLElement[] {
  if (list.length === 0) return [];
  const rows = list.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return [element('h3', {}, title), element('dl', { class: 'headers' }, ...rows)];
}
