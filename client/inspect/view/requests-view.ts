/** The list of requests: filter, order, keyboard, and the details of the one that is chosen. */
import { element, setAttribute } from '../dom.js';
import { archive } from '../har.js';
import type { Group, RequestList, Selection, SortKey } from '../request-list.js';
import { droppedInWords } from '../words.js';
import { DetailsView } from './details.js';
import { RequestRow } from './request-row.js';

const columns: readonly { readonly key?: SortKey; readonly name: string; readonly class: string }[] = [
  { key: 'started', name: 'Started', class: 'c-started' },
  { key: 'method', name: 'Method', class: 'c-method' },
  { key: 'path', name: 'URL', class: 'c-path' },
  { key: 'status', name: 'Status', class: 'c-status' },
  { key: 'size', name: 'Size', class: 'c-size number' },
  { key: 'duration', name: 'Time', class: 'c-duration number' },
  { name: 'Hops', class: 'c-hops' },
];

const groups: Readonly<Record<Group, string>> = { all: 'All', pending: 'Pending', failed: 'Failed' };

export interface RequestsViewOptions {
  readonly list: RequestList;
  readonly now: () => number;
  /** What is new is to be held back, or shown again. */
  readonly paused: (paused: boolean) => void;
}

export class RequestsView {
  readonly root: HTMLElement;
  readonly #options: RequestsViewOptions;
  readonly #rows = new Map<string, RequestRow>();
  readonly #body = element('tbody');
  readonly #heads = new Map<SortKey, HTMLElement>();
  readonly #empty = element('p', { class: 'empty' });
  readonly #dropped = element('p', { class: 'dropped' });
  readonly #details = new DetailsView(() => this.#close());
  #selection: Selection = { text: '', group: 'all', sort: 'started', descending: true };
  #chosen: string | undefined;

  constructor(options: RequestsViewOptions) {
    this.#options = options;
    const table = element(
      'table',
      { role: 'grid', 'aria-readonly': 'true' },
      element('caption', {}, 'Requests'),
      element('thead', {}, element('tr', {}, ...columns.map((column) => this.#head(column)))),
      this.#body,
    );
    const list = element(
      'div',
      { class: 'list' },
      element('div', { class: 'scroller' }, table, this.#dropped),
      this.#empty,
    );
    this.#body.addEventListener('click', ({ target }) => this.#open(keyOf(target)));
    this.#body.addEventListener('keydown', (event) => this.#press(event));
    this.root = element(
      'div',
      { role: 'tabpanel' },
      this.#tools(),
      element('div', { class: 'split' }, list, this.#details.root),
    );
  }

  show(): void {
    const now = this.#options.now();
    const { list } = this.#options;
    const requests = list.select(this.#selection, now);
    const rows = requests.map((request) => {
      const row = this.#rows.get(request.key) ?? this.#newRow(request.key);
      row.show(request, now);
      return row.root;
    });
    const shown = new Set(requests.map(({ key }) => key));
    for (const key of this.#rows.keys()) if (!shown.has(key)) this.#rows.delete(key);
    this.#arrange(rows);
    this.#empty.hidden = rows.length > 0;
    this.#empty.textContent =
      list.size > 0
        ? 'No request fits the filter.'
        : 'No requests yet. What the site asks for appears here as it happens.';
    this.#dropped.hidden = list.dropped === 0;
    this.#dropped.textContent = droppedInWords(list.dropped);
    const { key } = this.#details;
    if (key !== undefined) this.#details.show(list.get(key), now);
  }

  /** A row that stays where it is keeps focus and selection: only what moved is touched. */
  #arrange(rows: readonly HTMLElement[]): void {
    let next = this.#body.firstElementChild;
    for (const row of rows) {
      if (row === next) next = next.nextElementSibling;
      else this.#body.insertBefore(row, next);
    }
    while (next) {
      const gone = next;
      next = next.nextElementSibling;
      gone.remove();
    }
    this.#choose(this.#chosen, false);
  }

  #newRow(key: string): RequestRow {
    const row = new RequestRow(key);
    this.#rows.set(key, row);
    return row;
  }

  #head({ key, name, class: kind }: (typeof columns)[number]): HTMLElement {
    const head = element('th', { scope: 'col', class: kind });
    if (key === undefined) {
      head.append(name);
      return head;
    }
    const button = element('button', { type: 'button' }, name);
    button.addEventListener('click', () => {
      const { sort, descending } = this.#selection;
      this.#select({ sort: key, descending: sort === key ? !descending : key !== 'path' && key !== 'method' });
    });
    head.append(button);
    this.#heads.set(key, head);
    if (key === this.#selection.sort) head.setAttribute('aria-sort', 'descending');
    return head;
  }

  #tools(): HTMLElement {
    const filter = element('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the requests' });
    filter.addEventListener('input', () => this.#select({ text: filter.value }));
    const group = element('select', { 'aria-label': 'Which requests' });
    for (const [value, name] of Object.entries(groups)) group.append(element('option', { value }, name));
    group.addEventListener('change', () => {
      const { value } = group;
      this.#select({ group: value === 'pending' || value === 'failed' ? value : 'all' });
    });
    const pause = element('button', { type: 'button', class: 'push', 'aria-pressed': 'false' }, 'Pause');
    pause.addEventListener('click', () => {
      const paused = pause.getAttribute('aria-pressed') === 'false';
      pause.setAttribute('aria-pressed', String(paused));
      this.#options.paused(paused);
    });
    const clear = element('button', { type: 'button' }, 'Clear');
    clear.addEventListener('click', () => {
      this.#options.list.clear(this.#options.now());
      this.#close();
      this.show();
    });
    const save = element('button', { type: 'button' }, 'Save HAR');
    save.title = 'An HTTP archive of what is listed, without cookies and credentials';
    save.addEventListener('click', () => this.#save());
    return element('div', { class: 'tools' }, filter, group, pause, clear, save);
  }

  #select(change: Partial<Selection>): void {
    this.#selection = { ...this.#selection, ...change };
    const { sort, descending } = this.#selection;
    const direction = descending ? 'descending' : 'ascending';
    for (const [key, head] of this.#heads) setAttribute(head, 'aria-sort', key === sort && direction);
    this.show();
  }

  #press(event: KeyboardEvent): void {
    const key = keyOf(event.target);
    const row = key === undefined ? undefined : this.#rows.get(key)?.root;
    const to = {
      ArrowDown: row?.nextElementSibling,
      ArrowUp: row?.previousElementSibling,
      Home: this.#body.firstElementChild,
      End: this.#body.lastElementChild,
    }[event.key];
    if (to) this.#choose(keyOf(to), true);
    else if (event.key === 'Enter' || event.key === ' ') this.#open(key);
    else return;
    event.preventDefault();
  }

  /** One row can be reached by the tab key: the chosen one, or the first. */
  #choose(key: string | undefined, focus: boolean): void {
    const row = key === undefined ? undefined : this.#rows.get(key)?.root;
    this.#chosen = row ? key : undefined;
    for (const other of this.#rows.values()) {
      const chosen = other.root === row;
      if (other.root.tabIndex === 0 && !chosen) other.root.tabIndex = -1;
      const opened = String(other.root.dataset.key === this.#details.key);
      if (other.root.getAttribute('aria-selected') !== opened) other.root.setAttribute('aria-selected', opened);
    }
    const reachable = row ?? this.#body.querySelector('tr');
    if (reachable) reachable.tabIndex = 0;
    if (focus) row?.focus();
  }

  #open(key: string | undefined): void {
    const request = key === undefined ? undefined : this.#options.list.get(key);
    if (!request) return;
    this.#details.show(request, this.#options.now());
    this.#choose(key, false);
    this.#details.focus();
  }

  #close(): void {
    this.#details.show(undefined, this.#options.now());
    this.#choose(this.#chosen, true);
  }

  #save(): void {
    const now = this.#options.now();
    const { list } = this.#options;
    const har = archive(list.select(this.#selection, now), list.dropped, now);
    const url = URL.createObjectURL(new Blob([JSON.stringify(har, null, 2)], { type: 'application/json' }));
    element('a', { href: url, download: `${location.hostname}.har` }).click();
    // The download has its own hold on the data once it has begun, which is in a later task.
    setTimeout(() => URL.revokeObjectURL(url), 0);
  }
}

const keyOf = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? target.closest<HTMLElement>('tr[data-key]')?.dataset.key : undefined;
