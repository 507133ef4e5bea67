/**
 * Keeps the service worker supplied with a port to the kernel. The browser stops an idle service worker and its ports
 * with it, so the port is handed over again whenever a worker asks or a new one takes control.
 * Runs where the kernel's worker was started: in a page, or in the frame that stands between.
 */
import { BRIDGE_VERSION } from '../protocol/bridge.js';
import type { PageToWorker, WorkerToPage } from '../protocol/page.js';

/**
 * Milliseconds. Chromium and Firefox stop a service worker after 30 s without an event, and port messages are none; a third of
 * that leaves room for the slowed timers of a hidden page.
 */
const KEEP_ALIVE_INTERVAL = 10_000;

export interface Connection {
  /** Tells the service worker that this page runs no kernel any more. */
  close(): void;
}

export interface Supply extends Connection {
  /** Hands over a port again: the page is back from the back/forward cache. */
  renew(): void;
}

export interface PortSupply {
  readonly container: ServiceWorkerContainer;
  /** Path that the service worker knows the machine by. */
  readonly base: string;
  /** Frames of this page need an embedder policy: it is isolated by its own headers. */
  readonly isolated: boolean;
  /** Hands a port to the kernel. */
  connect(port: MessagePort): void;
}

export function supplyPorts({ container, base, isolated, connect }: PortSupply): Supply {
  const listening = new AbortController();
  const { signal } = listening;
  const keepAlive = new KeepAlive(() => send(container, { portside: 'keep-alive' }));

  const handOver = () => {
    if (!container.controller) return; // `controllerchange` comes back here.
    const { port1, port2 } = new MessageChannel();
    connect(port1);
    send(container, { portside: 'connect', version: BRIDGE_VERSION, base, isolated }, [port2]);
  };
  const takeLeave = () => {
    keepAlive.stop();
    send(container, { portside: 'disconnect', base });
  };

  container.addEventListener(
    'message',
    (event: MessageEvent<unknown>) => {
      const message = event.data;
      if (!isFromWorker(message)) return;
      if (message.portside === 'busy') keepAlive.set(message.busy);
      else if (message.base === base) handOver();
    },
    { signal },
  );
  container.addEventListener('controllerchange', handOver, { signal });
  addEventListener('pagehide', takeLeave, { signal });
  // Messages wait for DOMContentLoaded unless they are asked for.
  container.startMessages();
  handOver();

  return {
    renew: handOver,
    close() {
      listening.abort();
      takeLeave();
    },
  };
}

function send(container: ServiceWorkerContainer, message: PageToWorker, transfer: Transferable[] = []): void {
  container.controller?.postMessage(message, transfer);
}

/** An app may use the same channel: only messages of ours carry `portside`. */
const isFromWorker = (data: unknown): data is WorkerToPage =>
  typeof data === 'object' &&
  data !== null &&
  'portside' in data &&
  (data.portside === 'port-wanted' || data.portside === 'busy');

class KeepAlive {
  readonly #ping: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(ping: () => void) {
    this.#ping = ping;
  }

  set(busy: boolean): void {
    if (!busy) this.stop();
    else this.#timer ??= setInterval(this.#ping, KEEP_ALIVE_INTERVAL);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Calls `renew` whenever the page comes back from the back/forward cache, until `supply` is closed. */
export function whileShown(supply: Supply): Connection {
  const shown = new AbortController();
  addEventListener('pageshow', ({ persisted }) => persisted && supply.renew(), { signal: shown.signal });
  return {
    close() {
      shown.abort();
      supply.close();
    },
  };
}
