/** The kernel's end of an inspector page's port. */
import type { FromInspected, OutputReport } from '../../protocol/inspect.js';
import type { ObservedRequest, Watcher } from './changes.js';

/** What is used of a MessagePort: that of a browser and that of Node fit. */
export interface InspectorPort {
  postMessage(message: FromInspected): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

export interface InspectorOptions {
  readonly everything: () => {
    readonly requests: readonly ObservedRequest[];
    readonly output: readonly OutputReport[];
  };
  readonly snapshot: () => FromInspected;
  /** Runs a callback once the kernel is done with what it does now: what changes until then goes in one message. */
  readonly enqueue: (callback: () => void) => void;
  readonly closed: (inspector: Inspector) => void;
}

/** Changes that are kept for a page that does not ask for them, as a hidden one; one that asks after more gets all there is. */
const KEPT_CHANGES = 1000;

export class Inspector implements Watcher {
  readonly #port: InspectorPort;
  readonly #options: InspectorOptions;
  readonly #requests = new Set<ObservedRequest>();
  readonly #output: OutputReport[] = [];
  #whole = true;
  #wanted = false;
  #enqueued = false;
  #open = true;

  constructor(port: InspectorPort, options: InspectorOptions) {
    this.#port = port;
    this.#options = options;
    port.addEventListener('message', ({ data }) => this.#receive(data));
    port.start();
  }

  changed(request: ObservedRequest): void {
    if (this.#whole) return;
    this.#requests.add(request);
    this.#noteChange();
  }

  wrote(output: OutputReport): void {
    if (this.#whole) return;
    this.#output.push(output);
    this.#noteChange();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#port.close();
    this.#options.closed(this);
  }

  /** Whatever is not of the protocol is no message: a page can post anything. */
  #receive(data: unknown): void {
    if (!this.#open || typeof data !== 'object' || data === null || !('type' in data)) return;
    switch (data.type) {
      case 'more':
        this.#wanted = true;
        this.#sendSoon();
        break;
      case 'snapshot':
        this.#port.postMessage(this.#options.snapshot());
        break;
      case 'bye':
        this.close();
        break;
    }
  }

  #noteChange(): void {
    if (this.#requests.size + this.#output.length > KEPT_CHANGES) this.#startAgain();
    this.#sendSoon();
  }

  #startAgain(): void {
    this.#whole = true;
    this.#requests.clear();
    this.#output.length = 0;
  }

  #sendSoon(): void {
    if (!this.#wanted || this.#enqueued) return;
    this.#enqueued = true;
    this.#options.enqueue(() => {
      this.#enqueued = false;
      this.#send();
    });
  }

  #send(): void {
    const nothing = !this.#whole && this.#requests.size === 0 && this.#output.length === 0;
    if (!this.#open || nothing) return;
    const { requests, output } = this.#whole
      ? this.#options.everything()
      : { requests: [...this.#requests], output: this.#output };
    const reports = requests.map((request) => request.report());
    this.#port.postMessage({ type: 'changes', whole: this.#whole, requests: reports, output });
    this.#startAgain();
    this.#whole = false;
    this.#wanted = false;
  }
}
