/**
 * One WebSocket from its handshake to its end. It belongs to the page that asked: the service worker that brought the request
 * may be gone before the guest has answered.
 */
import type { UpgradeRequest } from '../../../protocol/bridge.js';
import { PortsideError } from '../../../protocol/errors.js';
import type { FromTunnel } from '../../../protocol/tunnel.js';
import { readTunnelMessage } from '../bridge-messages.js';
import type { HostConnection, HostNetwork } from '../connection.js';
import { Deadline } from '../deadline.js';
import { dial } from '../dial.js';
import { type ExchangeOptions, listenTimeout } from '../exchange.js';
import { formatRequestHead } from '../request-writer.js';
import { ResponseParser } from '../response-parser.js';
import { readAnswer, valuesOf } from './handshake.js';
import type { SocketLives } from './socket-lives.js';
import { Tunnel } from './tunnel.js';

/** What is used of the page's MessagePort. */
export interface TunnelPort {
  postMessage(message: FromTunnel, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export type Handshake = Omit<UpgradeRequest, 'page'> & { readonly page: TunnelPort };

/** Takes answers. One for all: each leaves nothing in it when it has been looked at. */
const scratch = new Uint8Array(16 * 1024);

export interface UpgradeEvents {
  /** The guest's answer has come, or none will; Set-Cookie values of it. Called once. */
  answered(setCookies: readonly string[]): void;
  /** Called once. */
  closed(upgrade: Upgrade): void;
}

export interface UpgradeOptions extends Pick<ExchangeOptions, 'booting' | 'listenTimeout'> {
  readonly socketLives?: SocketLives;
}

export class Upgrade {
  readonly #network: HostNetwork;
  readonly #request: Handshake;
  readonly #options: UpgradeOptions;
  readonly #events: UpgradeEvents;
  readonly #over = new AbortController();
  readonly #parser = new ResponseParser('GET', true);
  readonly #deadline = new Deadline(() => this.#fail(new PortsideError('guest-timeout')));
  /** The request's head, as far as the guest has not taken it. */
  #unsent: Uint8Array = new Uint8Array();
  #connection: HostConnection | null = null;
  #answered = false;
  #tunnel: Tunnel | null = null;

  constructor(network: HostNetwork, request: Handshake, options: UpgradeOptions, events: UpgradeEvents) {
    this.#network = network;
    this.#request = request;
    this.#options = options;
    this.#events = events;
  }

  /** Call once. Never rejects. */
  async start(): Promise<void> {
    const { page, life, port, headTimeout } = this.#request;
    const { signal } = this.#over;
    page.addEventListener('message', ({ data }) => this.#receive(data));
    page.addEventListener('close', () => this.close());
    page.start();
    this.#options.socketLives?.whenOver(life, signal).then(
      () => this.close(),
      // It was over here before it was there.
      () => undefined,
    );
    try {
      this.#unsent = formatRequestHead({ ...this.#request, method: 'GET' }, { kind: 'upgrade' });
      const limits = { listenTimeout: listenTimeout(this.#options), acceptTimeout: headTimeout, signal };
      const connection = await dial(this.#network, port, limits);
      if (signal.aborted) connection.close();
      else this.#converse(connection);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** The page is gone, or the kernel ends. */
  close(): void {
    if (this.#over.signal.aborted) return;
    if (this.#tunnel) this.#tunnel.close();
    else this.#finish();
  }

  #receive(data: unknown): void {
    const message = readTunnelMessage(data);
    // Whoever sends anything else is not the page's script of this version.
    if (!message || (!this.#tunnel && message.type === 'data')) this.close();
    else if (this.#tunnel) this.#tunnel.take(message);
    else if (message.type === 'close') this.close();
  }

  #converse(connection: HostConnection): void {
    this.#connection = connection;
    this.#deadline.set(this.#request.headTimeout);
    connection.onWritable = () => this.#send(connection);
    connection.onReadable = () => this.#readAnswer(connection);
    this.#send(connection);
    this.#readAnswer(connection);
  }

  #send(connection: HostConnection): void {
    while (this.#unsent.length > 0) {
      const count = connection.write(this.#unsent);
      if (count === 0) return;
      // A guest that reads no more may have answered.
      this.#unsent = count < 0 ? new Uint8Array() : this.#unsent.subarray(count);
    }
  }

  #readAnswer(connection: HostConnection): void {
    const parser = this.#parser;
    while (!parser.head && !parser.failure) {
      const count = connection.read(scratch);
      if (count === 0) return;
      const early = count > 0 ? parser.parse(scratch, 0, count) : 0;
      if (count < 0) parser.end(count === -2);
      if (parser.head) this.#judge(connection, early > 0 ? scratch.slice(0, early).buffer : null);
    }
    if (parser.failure) this.#fail(new PortsideError(parser.failure.code, parser.failure.detail));
  }

  #judge(connection: HostConnection, early: ArrayBuffer | null): void {
    const { head } = this.#parser;
    if (!head) return;
    this.#deadline.clear();
    this.#answer(valuesOf(head.headers, 'set-cookie'));
    const answer = readAnswer(head, this.#request);
    if ('error' in answer) {
      this.#fail(new PortsideError('upgrade-refused', answer.error));
      return;
    }
    this.#post({ type: 'open', protocol: answer.protocol });
    this.#connection = null;
    this.#tunnel = new Tunnel(connection, early, {
      post: (message, transfer) => this.#post(message, transfer),
      closed: () => this.#finish(),
    });
    this.#tunnel.start();
  }

  #fail(error: unknown): void {
    const known =
      error instanceof PortsideError ? error : new PortsideError('unexpected-failure', String(error), { cause: error });
    this.#post({ type: 'failed', code: known.code, message: known.message });
    this.#finish();
  }

  #finish(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#deadline.clear();
    this.#connection?.close();
    this.#connection = null;
    this.#request.page.close();
    this.#answer([]);
    this.#events.closed(this);
  }

  #answer(setCookies: readonly string[]): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#events.answered(setCookies);
  }

  #post(message: FromTunnel, transfer: ArrayBuffer[] = []): void {
    if (!this.#over.signal.aborted) this.#request.page.postMessage(message, transfer);
  }
}
