/** The browser's offer to install the site as an app, kept until the reader wants it (Web App Manifest Incubations, "beforeinstallprompt"). */

/** Chromium alone has it; others have an entry in a menu. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

const isInstallPrompt = (event: Event): event is InstallPromptEvent => 'prompt' in event;

export class InstallOffer {
  readonly #note: string;
  #event: InstallPromptEvent | undefined;
  /** Called when there is an offer, or none any more. */
  onChange: () => void = () => {};

  constructor(base: string) {
    this.#note = `portside:install-declined:${base}`;
    addEventListener('beforeinstallprompt', (event) => {
      if (!isInstallPrompt(event)) return;
      // The browser's own banner would cover the site by surprise.
      event.preventDefault();
      this.#event = event;
      this.onChange();
    });
    addEventListener('appinstalled', () => this.#end());
  }

  get available(): boolean {
    return this.#event !== undefined;
  }

  /** The reader has said no before: it is not offered again unasked. */
  get declined(): boolean {
    try {
      return localStorage.getItem(this.#note) !== null;
    } catch {
      return true;
    }
  }

  decline(): void {
    try {
      localStorage.setItem(this.#note, new Date().toISOString());
    } catch {
      // Then it is offered at the next visit.
    }
  }

  /** Shows the browser's dialog. Each offer can be taken once. */
  async accept(): Promise<void> {
    await this.#event?.prompt();
    this.#end();
  }

  #end(): void {
    this.#event = undefined;
    this.onChange();
  }
}
