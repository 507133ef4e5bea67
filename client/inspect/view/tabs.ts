/** Tabs as the ARIA Authoring Practices have them: one is in the tab order, arrows go from one to the next. */
import { element, setText } from '../dom.js';

export interface Tab {
  readonly name: string;
  readonly panel: HTMLElement;
}

export class Tabs {
  readonly root = element('div', { role: 'tablist', 'aria-label': 'Views' });
  readonly #tabs: readonly Tab[];
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #counts: readonly HTMLElement[];
  readonly #chosen: (tab: Tab) => void;
  #at = 0;

  constructor(tabs: readonly Tab[], chosen: (tab: Tab) => void) {
    this.#tabs = tabs;
    this.#chosen = chosen;
    this.#counts = tabs.map(() => element('span', { class: 'count' }));
    this.#buttons = tabs.map(({ name, panel }, index) => {
      const id = `tab-${name.toLowerCase()}`;
      panel.id = `panel-${name.toLowerCase()}`;
      panel.setAttribute('aria-labelledby', id);
      const button = element('button', { type: 'button', role: 'tab', id, 'aria-controls': panel.id }, name);
      button.append(this.#counts[index] ?? '');
      button.addEventListener('click', () => this.choose(index));
      return button;
    });
    this.root.append(...this.#buttons);
    this.root.addEventListener('keydown', (event) => this.#press(event));
  }

  choose(index: number): void {
    this.#at = index;
    for (const [at, button] of this.#buttons.entries()) {
      button.setAttribute('aria-selected', String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    }
    for (const [at, { panel }] of this.#tabs.entries()) panel.hidden = at !== index;
    const tab = this.#tabs[index];
    if (tab) this.#chosen(tab);
  }

  count(panel: HTMLElement, count: number): void {
    const label = this.#counts[this.#tabs.findIndex((tab) => tab.panel === panel)];
    if (label) setText(label, String(count));
  }

  #press(event: KeyboardEvent): void {
    const at = this.#at;
    const last = this.#buttons.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.choose(to);
    this.#buttons[to]?.focus();
  }
}
