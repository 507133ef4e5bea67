/** Elements from plain values. All that is shown is set as text, never as markup: it comes from guests. */

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `true` sets an empty attribute; `false` and undefined set none. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children);
  return made;
}

export function setAttribute(target: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) target.removeAttribute(name);
  else target.setAttribute(name, value === true ? '' : String(value));
}

/** Writes only what differs, so that a selection in the text and a reader's place in it stay. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export interface Column<Row> {
  readonly name: string;
  readonly numeric?: boolean;
  /** Its text may take several lines. */
  readonly wide?: boolean;
  readonly text: (row: Row) => string;
}

/** A table that is filled anew each time, for a few dozen rows. */
export class SimpleTable<Row> {
  readonly root: HTMLElement;
  readonly #body = element('tbody');
  readonly #empty: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #columns: readonly Column<Row>[];

  constructor(caption: string, columns: readonly Column<Row>[], empty: string) {
    this.#columns = columns;
    this.#empty = element('p', { class: 'empty' }, empty);
    const heads = columns.map(({ name, numeric }) => element('th', { scope: 'col', class: numeric && 'number' }, name));
    const table = element('table', {}, element('caption', {}, caption));
    table.append(element('thead', {}, element('tr', {}, ...heads)), this.#body);
    this.#scroller = element('div', { class: 'scroller' }, table);
    this.root = element('div', { class: 'block' }, this.#scroller, this.#empty);
  }

  show(rows: readonly Row[]): void {
    this.#empty.hidden = rows.length > 0;
    const cells = (row: Row) =>
      this.#columns.map(({ text, numeric, wide }) =>
        element('td', { class: numeric ? 'number' : wide && 'wide' }, text(row)),
      );
    this.#body.replaceChildren(...rows.map((row) => element('tr', {}, ...cells(row))));
  }
}
