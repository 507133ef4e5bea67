/** A line below the site, which makes room for it: it covers nothing, and waits for nobody. */
export class Notice {
  readonly #notice: HTMLElement;
  readonly #text: HTMLElement;

  /**
   * @param name of its elements: `portside-<name>`, and the same with `-text` behind it.
   * @param hide the id of the button that closes it.
   * @param closed after the reader closed it: the site is to be used on.
   */
  constructor(document: Document, name: string, hide: string, closed: () => void) {
    this.#notice = part(document, `portside-${name}`);
    this.#text = part(document, `portside-${name}-text`);
    const close = () => {
      this.hide();
      closed();
    };
    part(document, hide).addEventListener('click', close);
    this.#notice.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  }

  show(text: string): void {
    this.#notice.hidden = false;
    // A live region is read out when it changes, not when it appears.
    requestAnimationFrame(() => {
      this.#text.textContent = text;
    });
  }

  hide(): void {
    this.#notice.hidden = true;
  }
}

/** @throws Error where the shell's page is another. */
export function part(document: Document, id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The shell's page has no element ${id}`);
  return element;
}
