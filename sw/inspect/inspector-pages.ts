/**
 * What the worker does for inspector pages: it passes their ports on to the kernel, tells them when another kernel is to be looked
 * for, and of the requests that no kernel ever had. It remembers no page, for it may be stopped at any moment: they are known by
 * their address.
 */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import { inspectorPath, type UnreachedRequest } from '../../protocol/inspect.js';
import type { WorkerToPage } from '../../protocol/page.js';
import type { PageClient, PageClients } from '../transport/link.js';

/** Of this life of the worker: enough to see what went wrong before the page was opened. */
const KEPT_UNREACHED = 100;

export interface InspectorPagesOptions {
  readonly scope: string;
  readonly clients: PageClients;
  /** Sends a port to the kernel. @throws PortsideError when there is none */
  readonly pass: (port: MessagePort) => Promise<void>;
}

export class InspectorPages {
  readonly #options: InspectorPagesOptions;
  readonly #recent: UnreachedRequest[] = [];
  /** Not told yet. */
  #untold: UnreachedRequest[] = [];

  constructor(options: InspectorPagesOptions) {
    this.#options = options;
  }

  /** A page wants to watch: resolves when its port is with the kernel, or it has been told why not. */
  async attach(pageId: string, version: number, port: MessagePort): Promise<void> {
    const { scope: base, clients, pass } = this.#options;
    const page = await clients.get(pageId);
    page?.postMessage({ portside: 'unreached', base, requests: this.#recent });
    try {
      // A page outlives the release of the worker that it came from.
      if (version !== BRIDGE_VERSION) throw new PortsideError('protocol-mismatch');
      await pass(port);
    } catch (error) {
      port.close();
      if (!(error instanceof PortsideError)) throw error;
      const { code, detail } = error;
      page?.postMessage({ portside: 'not-inspected', base, code, ...(detail !== undefined && { detail }) });
    }
  }

  kernelChanged(): void {
    void this.#tell({ portside: 'kernel-changed', base: this.#options.scope });
  }

  unreached(request: UnreachedRequest): void {
    this.#recent.push(request);
    if (this.#recent.length > KEPT_UNREACHED) this.#recent.shift();
    // Those of one turn go together: where there is no kernel, a page's requests all fail at once.
    if (this.#untold.push(request) > 1) return;
    queueMicrotask(() => {
      const requests = this.#untold;
      this.#untold = [];
      void this.#tell({ portside: 'unreached', base: this.#options.scope, requests });
    });
  }

  async #tell(message: WorkerToPage): Promise<void> {
    const { clients, scope } = this.#options;
    for (const page of await clients.all()) if (isInspector(page, scope)) page.postMessage(message);
  }
}

const isInspector = (page: Pick<PageClient, 'url'>, scope: string): boolean =>
  new URL(page.url).pathname === inspectorPath(scope);
