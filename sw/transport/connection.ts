/** A port to a kernel, from the first hello to the end, and the exchanges that run over it. */
import {
  BRIDGE_VERSION,
  type FromKernel,
  type ToKernel,
  type Unanswered,
  type UpgradeRequest,
} from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { RequestBody } from '../http/request-body.js';
import { type Deferred, deferred } from './deferred.js';
import { Exchange, type ExchangeClient, PortLostError, type RequestHead } from './exchange.js';

export interface ConnectionEvents {
  /** The kernel's hello told of requests that a worker before this one took along. */
  unanswered(requests: readonly Unanswered[]): void;
  /** The first exchange opened, or the last one ended. */
  busy(busy: boolean): void;
  lost(connection: KernelConnection): void;
}

export class KernelConnection {
  /** `Client.id` of the page whose kernel this is. */
  readonly owner: string;
  /** Resolves when the kernel has answered the hello; rejects with `protocol-mismatch` or PortLostError. */
  readonly ready: Promise<void>;
  readonly #port: MessagePort;
  readonly #events: ConnectionEvents;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #upgrades = new Map<number, Deferred<readonly string[]>>();
  readonly #hello = deferred<void>();
  readonly #pings: Deferred<void>[] = [];
  #life: string | undefined;
  #nextId = 1;
  #state: 'greeting' | 'open' | 'retired' | 'closed' = 'greeting';

  constructor(port: MessagePort, owner: string, life: Promise<string>, events: ConnectionEvents) {
    this.owner = owner;
    this.ready = this.#hello.promise;
    this.#port = port;
    this.#events = events;
    port.onmessage = ({ data }: MessageEvent<FromKernel>) => this.#receive(data);
    port.onmessageerror = () => this.lose();
    void life.then((worker) => this.#post({ type: 'hello', version: BRIDGE_VERSION, worker }));
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  /** Names the kernel's life (protocol/tunnel.ts), where it has told. */
  get life(): string | undefined {
    return this.#life;
  }

  exchanges(): Iterable<Exchange> {
    return this.#exchanges.values();
  }

  /**
   * Asks whether the kernel is there, for a request that is about to be sent and waited for. `answered` rejects with PortLostError
   * where it is gone; `forget` is to be called when the request is sent, or will not be.
   */
  ping(method: string, { asker }: ExchangeClient): { readonly answered: Promise<void>; forget(): void } {
    const answered = deferred<void>();
    const id = this.#nextId++;
    this.#pings.push(answered);
    this.#post({ type: 'ping', id, method, ...(asker && { asker }) });
    return { answered: answered.promise, forget: () => asker && this.#post({ type: 'delivered', id }) };
  }

  send(head: RequestHead, body: RequestBody, client: ExchangeClient): Exchange {
    const exchange = new Exchange({
      id: this.#nextId++,
      head,
      body,
      client,
      post: (message, transfer) => this.#post(message, transfer),
      closed: (id) => this.#ended(id),
    });
    this.#exchanges.set(exchange.id, exchange);
    if (this.#exchanges.size === 1) this.#events.busy(true);
    return exchange;
  }

  /** Sends an inspector page's port to the kernel. */
  inspect(port: MessagePort): void {
    this.#post({ type: 'inspect', port }, [port]);
  }

  /**
   * Hands a page's port on for a WebSocket. Resolves to the Set-Cookie values of the guest's answer; rejects with PortLostError
   * where that is not to be learnt.
   */
  upgrade(request: UpgradeRequest): Promise<readonly string[]> {
    const id = this.#nextId++;
    const answered = deferred<readonly string[]>();
    this.#upgrades.set(id, answered);
    this.#post({ type: 'upgrade', id, ...request }, [request.page]);
    return answered.promise;
  }

  /** Another port took over: what runs here may finish. */
  retire(): void {
    if (this.#state === 'closed') return;
    this.#state = 'retired';
    this.#closeIfUnused();
  }

  /** The kernel behind the port is gone. */
  lose(): void {
    if (this.#state === 'closed') return;
    this.#close();
    const reason = new PortLostError('The port to the kernel was lost.');
    this.#hello.reject(reason);
    // A copy: an exchange that fails removes itself.
    for (const exchange of [...this.#exchanges.values()]) exchange.fail(reason);
    for (const { reject } of this.#upgrades.values()) reject(reason);
    this.#upgrades.clear();
    for (const { reject } of this.#pings.splice(0)) reject(reason);
    this.#events.lost(this);
  }

  #close(): void {
    this.#post({ type: 'bye' });
    this.#state = 'closed';
    this.#port.onmessage = null;
    this.#port.close();
  }

  #post(message: ToKernel, transfer: Transferable[] = []): void {
    if (this.#state !== 'closed') this.#port.postMessage(message, transfer);
  }

  #receive(message: FromKernel): void {
    switch (message.type) {
      case 'hello':
        this.#life = message.life;
        this.#greeted(message);
        break;
      case 'refused':
        this.#mismatch(message.version);
        break;
      case 'pong':
        this.#pings.shift()?.resolve();
        this.#closeIfUnused();
        break;
      case 'upgraded':
        this.#upgrades.get(message.id)?.resolve(message.setCookies);
        this.#upgrades.delete(message.id);
        this.#closeIfUnused();
        break;
      default:
        // Messages for an exchange that was cancelled cross the cancel on their way.
        this.#exchanges.get(message.id)?.receive(message);
    }
  }

  #greeted({ version, unanswered }: Extract<FromKernel, { type: 'hello' }>): void {
    if (version !== BRIDGE_VERSION) {
      this.#mismatch(version);
      return;
    }
    if (this.#state === 'greeting') this.#state = 'open';
    if (unanswered) this.#events.unanswered(unanswered);
    this.#hello.resolve();
  }

  #mismatch(version: number): void {
    this.#hello.reject(
      new PortsideError(
        'protocol-mismatch',
        `The kernel speaks version ${version}, the service worker ${BRIDGE_VERSION}.`,
      ),
    );
    this.#close();
    this.#events.lost(this);
  }

  #ended(id: number): void {
    this.#exchanges.delete(id);
    if (this.#exchanges.size > 0) return;
    this.#events.busy(false);
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#state === 'retired' && this.#exchanges.size + this.#upgrades.size + this.#pings.length === 0)
      this.#close();
  }
}
