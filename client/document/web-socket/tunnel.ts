/**
 * A page's way to a guest's socket: asks the service worker, once more if that died before it had passed the request on, and from
 * the guest's agreement on speaks with the kernel alone.
 */
import type { PageToWorker } from '../../../protocol/page.js';
import { workerLockName } from '../../../protocol/site.js';
import { type FromTunnel, lifeLockName, type ToTunnel } from '../../../protocol/tunnel.js';

export interface TunnelEvents {
  open(protocol: string): void;
  data(chunk: ArrayBuffer): void;
  /** The guest has taken `chunks` chunks. */
  credit(chunks: number): void;
  /** The connection is closed, by the guest or with the kernel. Last event. */
  end(): void;
  /** There is none, for this reason. Last event. */
  failed(reason: string): void;
}

export type Upgrade = Omit<Extract<PageToWorker, { portside: 'upgrade' }>, 'portside' | 'life'>;

/**
 * Milliseconds. A message that a worker was stopped over is lost without an event; one that had to be started has answered long
 * before (a cold start takes 20 ms, measured).
 */
const RECEIPT_LIMIT = 5_000;

export class Tunnel {
  readonly #request: Upgrade;
  readonly #events: TunnelEvents;
  readonly #life = crypto.randomUUID();
  readonly #over = new AbortController();
  #port: MessagePort | undefined;
  #watch: AbortController | undefined;
  #receiptLimit: ReturnType<typeof setTimeout> | undefined;
  #askedAgain = false;
  #open = false;

  constructor(request: Upgrade, events: TunnelEvents) {
    this.#request = request;
    this.#events = events;
    // Held for as long as this lives: once it is free, the kernel closes the guest's socket.
    navigator.locks
      .request(lifeLockName(this.#life), () => {
        this.#ask();
        return new Promise<void>((release) => this.#whenOver(release));
      })
      .catch((reason: unknown) => this.#end(() => this.#events.failed(String(reason))));
  }

  send(chunk: ArrayBuffer): void {
    this.#post({ type: 'data', chunk }, [chunk]);
  }

  /** The page has taken a chunk. */
  credit(): void {
    this.#post({ type: 'credit', chunks: 1 });
  }

  /** No event follows. What was sent is still written. */
  close(): void {
    this.#end();
  }

  #whenOver(then: () => void): void {
    if (this.#over.signal.aborted) then();
    else this.#over.signal.addEventListener('abort', then);
  }

  #ask(): void {
    if (this.#over.signal.aborted) return;
    const { controller } = navigator.serviceWorker;
    if (!controller) {
      this.#end(() => this.#events.failed('The page has no service worker.'));
      return;
    }
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FromTunnel>) => this.#receive(data);
    const message: PageToWorker = { portside: 'upgrade', ...this.#request, life: this.#life };
    controller.postMessage(message, [port2]);
    this.#receiptLimit = setTimeout(() => this.#askAgain(), RECEIPT_LIMIT);
  }

  #askAgain(): void {
    this.#leavePort();
    if (this.#askedAgain) this.#end(() => this.#events.failed('The service worker does not answer.'));
    this.#askedAgain = true;
    this.#ask();
  }

  #receive(message: FromTunnel): void {
    switch (message.type) {
      case 'received':
        clearTimeout(this.#receiptLimit);
        this.#watchLock(workerLockName(message.worker), () => this.#askAgain());
        break;
      case 'forwarded':
        this.#watch?.abort();
        if (message.kernel !== undefined) this.#watchLock(lifeLockName(message.kernel), () => this.#lost());
        break;
      case 'open':
        this.#open = true;
        this.#events.open(message.protocol);
        break;
      case 'failed':
        this.#end(() => this.#events.failed(message.message));
        break;
      case 'data':
        this.#events.data(message.chunk);
        break;
      case 'credit':
        this.#events.credit(message.chunks);
        break;
      case 'end':
        this.#end(() => this.#events.end());
        break;
    }
  }

  #lost(): void {
    this.#end(() => (this.#open ? this.#events.end() : this.#events.failed('The tab that runs the site went away.')));
  }

  #watchLock(name: string, over: () => void): void {
    this.#watch?.abort();
    this.#watch = new AbortController();
    const { signal } = this.#watch;
    navigator.locks
      .request(name, { mode: 'shared', signal }, () => {})
      .then(
        () => signal.aborted || over(),
        // Aborted: somebody else is to be watched, or nobody.
        () => undefined,
      );
  }

  #end(tell?: () => void): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#watch?.abort();
    this.#leavePort();
    tell?.();
  }

  #leavePort(): void {
    clearTimeout(this.#receiptLimit);
    const port = this.#port;
    if (!port) return;
    this.#post({ type: 'close' });
    this.#port = undefined;
    port.onmessage = null;
    port.close();
  }

  #post(message: ToTunnel, transfer: Transferable[] = []): void {
    this.#port?.postMessage(message, transfer);
  }
}
