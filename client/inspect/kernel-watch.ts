/**
 * The page's way to the kernel: a port that goes there through the service worker once, and past it from then on. The page never
 * learns from the port that the kernel has gone: the worker tells it, and the lock that the kernel's page holds.
 */
import { BRIDGE_VERSION } from '../../protocol/bridge.js';
import type { ErrorCode } from '../../protocol/errors.js';
import type { FromInspected, ToInspected, UnreachedRequest } from '../../protocol/inspect.js';
import type { PageToWorker, WorkerToPage } from '../../protocol/page.js';
import { kernelLockName } from '../../protocol/site.js';

export type WatchState =
  /** Asking for a kernel; `lost`: there was one before. */
  | { readonly kind: 'looking'; readonly lost: boolean }
  | { readonly kind: 'watching' }
  | { readonly kind: 'absent'; readonly code: ErrorCode; readonly detail: string };

export interface KernelWatchOptions {
  /** Path that names the machine. */
  readonly base: string;
  readonly container: ServiceWorkerContainer;
  readonly entered: (state: WatchState) => void;
  readonly received: (message: FromInspected) => void;
  readonly unreached: (requests: readonly UnreachedRequest[]) => void;
}

export class KernelWatch {
  readonly #options: KernelWatchOptions;
  #state: WatchState = { kind: 'looking', lost: false };
  #port: MessagePort | undefined;
  #lockWait: AbortController | undefined;

  constructor(options: KernelWatchOptions) {
    this.#options = options;
    options.container.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isFromWorker(data) && 'base' in data && data.base === options.base) this.#hear(data);
    });
    options.container.startMessages();
  }

  /** Looks for a kernel, in place of the one that is watched. */
  async look(): Promise<void> {
    const { base, container } = this.#options;
    this.leave();
    this.#enter({ kind: 'looking', lost: this.#state.kind === 'watching' });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.addEventListener('message', ({ data }: MessageEvent<FromInspected>) => {
      if (this.#port === port1) this.#receive(data);
    });
    port1.start();
    const registration = await container.ready;
    const message: PageToWorker = { portside: 'inspect', version: BRIDGE_VERSION, base };
    (container.controller ?? registration.active)?.postMessage(message, [port2]);
    this.more();
  }

  /** What was sent is shown: the kernel may send what has changed since. */
  more(): void {
    this.#post({ type: 'more' });
  }

  snapshot(): void {
    this.#post({ type: 'snapshot' });
  }

  /** The kernel is told that nobody listens any more. */
  leave(): void {
    this.#post({ type: 'bye' });
    this.#port?.close();
    this.#port = undefined;
  }

  #post(message: ToInspected): void {
    this.#port?.postMessage(message);
  }

  #hear(message: Exclude<WorkerToPage, { portside: 'busy' }>): void {
    switch (message.portside) {
      case 'unreached':
        this.#options.unreached(message.requests);
        break;
      case 'kernel-changed':
        void this.look();
        break;
      case 'not-inspected':
        if (this.#state.kind === 'looking') this.#miss(message.code, message.detail);
        break;
    }
  }

  #receive(message: FromInspected): void {
    if (this.#state.kind !== 'watching') {
      this.#enter({ kind: 'watching' });
      void this.#waitForEnd();
    }
    this.#options.received(message);
  }

  #miss(code: ErrorCode, detail = ''): void {
    this.leave();
    this.#enter({ kind: 'absent', code, detail });
  }

  /**
   * The page that runs a kernel holds a lock, which the browser frees with it, however it ends, and gives to the next page that
   * would run one. Who gets it here knows that there is none; the worker may still be waiting for pages that are being closed.
   * An app may do without the lock.
   */
  async #waitForEnd(): Promise<void> {
    const name = kernelLockName(this.#options.base);
    this.#lockWait?.abort();
    const { signal } = (this.#lockWait = new AbortController());
    const { held = [] } = await navigator.locks.query();
    if (!held.some((lock) => lock.name === name) || signal.aborted) return;
    try {
      await navigator.locks.request(name, { mode: 'shared', signal }, () => {});
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (!signal.aborted) this.#miss('kernel-unreachable');
  }

  #enter(state: WatchState): void {
    this.#state = state;
    this.#options.entered(state);
  }
}

const isFromWorker = (data: unknown): data is Exclude<WorkerToPage, { portside: 'busy' }> =>
  typeof data === 'object' &&
  data !== null &&
  'portside' in data &&
  (data.portside === 'unreached' || data.portside === 'kernel-changed' || data.portside === 'not-inspected');
