/** The kernel's end of the bridge: serves one MessagePort, on whose other end is a service worker (or a page). */
import { MACHINE_PORT } from '../../protocol/archive.js';
import {
  BRIDGE_VERSION,
  type FromKernel,
  type ResponseTiming,
  type ToKernel,
  type Unanswered,
} from '../../protocol/bridge.js';
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import { exchangeOf, readMessage } from './bridge-messages.js';
import type { BridgedExchange, MachineService } from './bridged-exchange.js';
import type { HostNetwork } from './connection.js';
import { Exchange, type ExchangeOptions, type ExchangeRequest, type ExchangeSink } from './exchange.js';
import { Undelivered } from './undelivered.js';
import type { Upgrades } from './web-socket/upgrades.js';
import { acknowledgeWrites, type WriteBarrier } from './write-acknowledgement.js';

/** What is used of a MessagePort: that of a browser and that of Node fit. */
export interface BridgePort {
  postMessage(message: FromKernel, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Not every engine has this event (Chromium: from 122). */
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export interface BridgeCounters {
  /** Requests taken since the port was handed over; those of them that are open. */
  readonly requests: number;
  readonly open: number;
  /** Messages that were not of the protocol. */
  readonly malformed: number;
}

/** What becomes of a port, for who keeps them. */
export interface BridgeServerEvents {
  /**
   * A service worker says hello; `worker` differs each time one is started. Returns what it is to be told: the requests that
   * workers before it have left without an answer.
   */
  greeted(server: BridgeServer, worker: string): readonly Unanswered[];
  closed(server: BridgeServer): void;
  /** An inspector page has sent a port, which speaks `protocol/inspect.ts`. */
  inspected(port: MessagePort): void;
}

export interface BridgeServerOptions extends ExchangeOptions {
  /** Answers what is asked of the machine itself, where it answers anything. */
  readonly machine?: MachineService;
  /** What responses to requests that may write wait for. */
  readonly writes?: WriteBarrier;
}

const NOTHING_TO_TRANSFER: ArrayBuffer[] = [];

export class BridgeServer {
  readonly #port: BridgePort;
  readonly #network: HostNetwork;
  readonly #options: BridgeServerOptions;
  readonly #upgrades: Upgrades;
  readonly #events: BridgeServerEvents | undefined;
  readonly #exchanges = new Map<number, BridgedExchange>();
  readonly #undelivered = new Undelivered();
  #state: 'new' | 'open' | 'closed' = 'new';
  #requests = 0;
  #malformed = 0;

  constructor(
    port: BridgePort,
    network: HostNetwork,
    upgrades: Upgrades,
    options: BridgeServerOptions = {},
    events?: BridgeServerEvents,
  ) {
    this.#port = port;
    this.#network = network;
    this.#upgrades = upgrades;
    this.#options = options;
    this.#events = events;
    port.addEventListener('message', (event) => this.#receive(event.data));
    port.addEventListener('close', () => this.close());
    port.start();
  }

  get counters(): BridgeCounters {
    return { requests: this.#requests, open: this.#exchanges.size, malformed: this.#malformed };
  }

  /** What nobody will get an answer to if the other end of the port is dead. */
  get lost(): Unanswered[] {
    return this.#undelivered.lost();
  }

  /** Closes the port and every guest connection that was opened for it, but for WebSockets: those are their pages'. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const exchange of this.#exchanges.values()) exchange.cancel();
    this.#exchanges.clear();
    this.#port.close();
    this.#events?.closed(this);
  }

  #receive(data: unknown): void {
    if (this.#state === 'closed') return;
    const message = readMessage(data);
    if (!message) this.#refuseMalformed(data);
    else if (message.type === 'hello') this.#hello(message);
    else if (message.type === 'bye') this.close();
    else if (this.#state === 'new') this.#refuse();
    else if (message.type === 'ping') this.#answerPing(message);
    else this.#route(message);
  }

  #hello({ version, worker }: Extract<ToKernel, { type: 'hello' }>): void {
    if (version !== BRIDGE_VERSION) {
      this.#refuse();
      return;
    }
    this.#state = 'open';
    const { life } = this.#upgrades;
    const unanswered = worker === undefined ? [] : (this.#events?.greeted(this, worker) ?? []);
    this.#post({
      type: 'hello',
      version: BRIDGE_VERSION,
      ...(unanswered.length > 0 && { unanswered }),
      ...(life !== undefined && { life }),
    });
  }

  #answerPing({ id, method, asker }: Extract<ToKernel, { type: 'ping' }>): void {
    if (asker) this.#undelivered.keep(id, method, asker, { reachedGuest: false });
    this.#post({ type: 'pong' });
  }

  #refuse(): void {
    this.#post({ type: 'refused', version: BRIDGE_VERSION });
    this.close();
  }

  /** The exchange that it names, if any, cannot be what its sender thinks it is: it ends. */
  #refuseMalformed(data: unknown): void {
    this.#malformed++;
    const id = exchangeOf(data);
    if (this.#state !== 'open' || id === null) return;
    this.#exchanges.get(id)?.cancel();
    this.#fail(id, 'bad-request', 'Its message on the bridge is malformed.');
  }

  #route(message: Exclude<ToKernel, { type: 'hello' | 'bye' | 'ping' }>): void {
    if (message.type === 'inspect') {
      this.#events?.inspected(message.port);
      return;
    }
    if (message.type === 'request') {
      this.#open(message);
      return;
    }
    if (message.type === 'upgrade') {
      const { id } = message;
      this.#upgrades.start(message, (setCookies) => this.#post({ type: 'upgraded', id, setCookies }));
      return;
    }
    // An exchange that ended here may still be spoken to by what was under way.
    const exchange = this.#exchanges.get(message.id);
    switch (message.type) {
      case 'body':
        exchange?.pushBody(message.chunk);
        break;
      case 'body-end':
        exchange?.endBody();
        break;
      case 'body-error':
        exchange?.failBody();
        break;
      case 'credit':
        exchange?.giveCredit(message.chunks);
        break;
      case 'cancel':
        exchange?.cancel();
        this.#exchanges.delete(message.id);
        this.#undelivered.forget(message.id);
        break;
      case 'delivered':
        this.#undelivered.forget(message.id);
        break;
    }
  }

  #open(request: Extract<ToKernel, { type: 'request' }>): void {
    const { id, method, asker } = request;
    if (this.#exchanges.has(id)) {
      this.#refuseMalformed(request);
      return;
    }
    this.#requests++;
    try {
      const exchange: BridgedExchange = this.#answering(
        request,
        acknowledgeWrites(
          method,
          this.#sink(id, () => exchange.timing),
          this.#options.writes,
          () => this.#exchanges.get(id) === exchange,
        ),
      );
      this.#exchanges.set(id, exchange);
      if (asker) this.#undelivered.keep(id, method, asker, exchange);
      exchange.start();
    } catch (error) {
      if (!(error instanceof PortsideError)) throw error;
      this.#fail(id, error.code, error.detail);
    }
  }

  /** @throws PortsideError */
  #answering(request: ExchangeRequest, sink: ExchangeSink): BridgedExchange {
    if (request.port !== MACHINE_PORT) return new Exchange(this.#network, request, sink, this.#options);
    const { machine } = this.#options;
    if (!machine) throw new PortsideError('guest-not-listening');
    return machine(request, sink);
  }

  #sink(id: number, timing: () => ResponseTiming | undefined): ExchangeSink {
    return {
      response: ({ status, statusText, headers }, body) => {
        if (body !== 'stream') this.#exchanges.delete(id);
        const transfer = body instanceof ArrayBuffer ? [body] : NOTHING_TO_TRANSFER;
        const took = timing();
        this.#post(
          { type: 'response', id, status, statusText, headers, body, ...(took && { timing: took }) },
          transfer,
        );
      },
      chunk: (chunk) => this.#post({ type: 'chunk', id, chunk }, [chunk]),
      end: () => {
        this.#exchanges.delete(id);
        this.#post({ type: 'end', id });
      },
      failed: (code, detail) => this.#fail(id, code, detail),
      credit: (chunks) => this.#post({ type: 'credit', id, chunks }),
    };
  }

  #fail(id: number, code: ErrorCode, detail: string | undefined): void {
    this.#exchanges.delete(id);
    this.#post(detail === undefined ? { type: 'failed', id, code } : { type: 'failed', id, code, detail });
  }

  #post(message: FromKernel, transfer = NOTHING_TO_TRANSFER): void {
    if (this.#state !== 'closed') this.#port.postMessage(message, transfer);
  }
}
