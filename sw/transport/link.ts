/**
 * The way to the kernel, whatever happens to either end. The worker is stopped after 30 s without events and loses its port,
 * pages come, go and take the kernel over; so the port is never held to be there: who needs it asks, and waits a while.
 */

import { managePath } from '../../protocol/archive.js';
import { PortsideError } from '../../protocol/errors.js';
import { inspectorPath } from '../../protocol/inspect.js';
import type { PageToWorker, WorkerToPage } from '../../protocol/page.js';
import { KernelConnection } from './connection.js';
import { type Deferred, deferred } from './deferred.js';
import { PortLostError } from './exchange.js';
import { Repetitions } from './repetitions.js';

export interface PageClient {
  readonly id: string;
  readonly url: string;
  postMessage(message: WorkerToPage): void;
}

/** What is used of `Clients`. */
export interface PageClients {
  get(id: string): Promise<PageClient | undefined>;
  /** Window clients of this origin, controlled or not. */
  all(): Promise<readonly PageClient[]>;
}

export interface LinkOptions {
  /** Path that names the machine: pages put it in `base`. */
  readonly scope: string;
  /** Path that all pages are under which may run the kernel: an app's page need not lie under the machine's own. */
  readonly pages: string;
  readonly clients: PageClients;
  /** See `nameOfLife`. */
  readonly life: Promise<string>;
  /** Milliseconds to wait for a page to hand over a port. */
  readonly connectTimeout: number;
  /** Exchanges are open (true), or none is left. */
  readonly busy: (busy: boolean) => void;
  /** A page handed over a port to its kernel, or took its kernel away. */
  readonly changed?: () => void;
}

export class KernelLink {
  /** What a worker before this one has asked the kernel already. Known once a port was acquired. */
  readonly repetitions = new Repetitions();
  readonly #options: LinkOptions;
  readonly #connections = new Set<KernelConnection>();
  #current: KernelConnection | undefined;
  #wanted: Deferred<KernelConnection> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Every port that still has exchanges, the current one among them. */
  connections(): Iterable<KernelConnection> {
    return this.#connections;
  }

  /** Takes a page's message; those for another machine are left alone. */
  receive(message: PageToWorker, owner: string, ports: readonly MessagePort[]): void {
    // A keep-alive has done its work by arriving.
    if (message.portside === 'keep-alive' || message.base !== this.#options.scope) return;
    const [port] = ports;
    if (message.portside === 'connect' && port) this.#connect(port, owner);
    if (message.portside === 'disconnect') {
      for (const connection of [...this.#connections]) if (connection.owner === owner) connection.lose();
      this.#options.changed?.();
    }
  }

  /**
   * The port to use now. Throws `kernel-unreachable` when no page is there to ask, `kernel-booting` when none of those
   * there handed over a port in time, `protocol-mismatch` when the kernel is of another version.
   */
  async acquire(): Promise<KernelConnection> {
    if (this.#current?.open) return this.#current;
    this.#wanted ??= this.#ask();
    return this.#wanted.promise;
  }

  /** Sends an inspector page's port to the kernel. Throws as `acquire` does. */
  async inspect(port: MessagePort): Promise<void> {
    const connection = await this.acquire();
    connection.inspect(port);
  }

  /** Gives up ports whose page is gone. */
  async prune(): Promise<void> {
    for (const connection of [...this.#connections]) {
      const owner = await this.#options.clients.get(connection.owner);
      if (!owner) connection.lose();
    }
  }

  /** Tells the pages whose kernels are in use whether exchanges are open. */
  async announce(busy: boolean): Promise<void> {
    for (const { owner } of [...this.#connections]) {
      const client = await this.#options.clients.get(owner);
      client?.postMessage({ portside: 'busy', busy });
    }
  }

  #connect(port: MessagePort, owner: string): void {
    const connection = new KernelConnection(port, owner, this.#options.life, {
      busy: () => this.#options.busy(this.#isBusy()),
      unanswered: (requests) => this.repetitions.expect(requests),
      lost: (lost) => this.#forget(lost),
    });
    this.#connections.add(connection);
    if (this.#current && this.#current.owner !== owner) {
      // Only one page runs the kernel: that of before has given it up or is gone, and may have had no time to say so.
      this.#current = undefined;
      void this.prune();
    }
    connection.ready.then(
      () => this.#use(connection),
      (reason: unknown) => {
        // A port lost while it was greeting changes nothing: another page may still answer.
        if (!(reason instanceof PortLostError)) this.#settleWanted((wanted) => wanted.reject(reason));
      },
    );
  }

  #use(connection: KernelConnection): void {
    this.#current = connection;
    for (const other of this.#connections) if (other.open && other !== connection) other.retire();
    this.#settleWanted((wanted) => wanted.resolve(connection));
    this.#options.changed?.();
  }

  #forget(connection: KernelConnection): void {
    this.#connections.delete(connection);
    if (this.#current === connection) this.#current = undefined;
  }

  #isBusy(): boolean {
    for (const connection of this.#connections) if (!connection.exchanges()[Symbol.iterator]().next().done) return true;
    return false;
  }

  #settleWanted(settle: (wanted: Deferred<KernelConnection>) => void): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted) settle(wanted);
  }

  #ask(): Deferred<KernelConnection> {
    const wanted = deferred<KernelConnection>();
    const { clients, scope, pages: folder, connectTimeout } = this.#options;
    const giveUp = (reason: unknown) => {
      if (this.#wanted === wanted) this.#settleWanted(({ reject }) => reject(reason));
    };
    const deadline = setTimeout(() => giveUp(new PortsideError('kernel-booting')), connectTimeout);
    const stop = () => clearTimeout(deadline);
    wanted.promise.then(stop, stop);
    clients.all().then((pages) => {
      const runNoKernel = new Set([inspectorPath(scope), managePath(scope)]);
      const asked = pages.filter((page) => {
        const { pathname } = new URL(page.url);
        return pathname.startsWith(folder) && !runNoKernel.has(pathname);
      });
      if (asked.length === 0) giveUp(new PortsideError('kernel-unreachable'));
      for (const page of asked) page.postMessage({ portside: 'port-wanted', base: scope });
    }, giveUp);
    return wanted;
  }
}
