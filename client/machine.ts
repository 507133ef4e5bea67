/** A machine: the kernel worker that a page starts, and what it reports. */
import { PortsideError } from '../protocol/errors.js';
import { type FromMachine, MACHINE_VERSION, type MachineStats, type ToMachine } from '../protocol/machine.js';
import type { SiteConfig } from '../protocol/site.js';
import { Emitter } from './emitter.js';
import { WorkerInFrame } from './kernel-worker/in-frame.js';
import { WorkerInPage } from './kernel-worker/in-page.js';
import type { KernelWorker, KernelWorkerEvents } from './kernel-worker/kernel-worker.js';
import { nestedWorkersHang } from './kernel-worker/process-workers.js';
import { whenLeaving } from './leaving.js';
import { forgetStored, hasStored, keepStored } from './persistence.js';
import type { Connection } from './port-supply.js';

type MessageOf<Type extends FromMachine['type']> = Extract<FromMachine, { readonly type: Type }>;

export interface MachineEvents {
  progress: MessageOf<'progress'>;
  output: MessageOf<'output'>;
  exit: MessageOf<'exit'>;
  storage: MessageOf<'storage'>;
  offline: MessageOf<'offline'>;
  missing: PortsideError;
  /** After `ready`: the machine has come to its end. */
  failed: PortsideError;
}

export interface Machine {
  readonly events: Emitter<MachineEvents>;
  /** Resolves when the machine answers requests; rejects with a PortsideError when it cannot be started. */
  readonly ready: Promise<void>;
  /** Hands over `port`, which speaks `protocol/bridge.ts` with the kernel worker from then on. */
  connect(port: MessagePort): void;
  /** Keeps the service worker in control of `base` supplied with such ports. */
  serve(base: string): Connection;
  /** What the machine's kernel has counted; it never settles for a machine that fails before it is ready. */
  stats(): Promise<MachineStats>;
  /** Whether it may still write the site's files: false when a machine of another page has taken them over. */
  current(): Promise<boolean>;
  /** Ends the machine and all of its processes at once. */
  terminate(): void;
}

export interface MachineOptions {
  readonly site: SiteConfig;
  /** Origin that the site's own URLs have. */
  readonly origin?: string;
  /** Path of the bridge's scope, as `createBridge` has it; the site's base by default. */
  readonly scope?: string;
}

/**
 * Starts the kernel's worker: of the page itself where that is isolated, else of a hidden frame that isolates itself. `ready`
 * rejects with `isolation-refused` where the browser does neither; a page of a packed site then has `becomeIsolated`.
 */
export function startMachine(options: MachineOptions): Machine {
  const { site, origin = location.origin, scope = site.base } = options;
  const url = new URL(site.assets.kernelWorker.path, new URL(site.base, origin));
  const script = { url, name: `portside ${site.base}` };
  const inPage = crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
  const start = (events: KernelWorkerEvents): KernelWorker =>
    inPage ? new WorkerInPage(script, events) : new WorkerInFrame(scope, script, events);
  return new WorkerMachine(start, {
    type: 'boot',
    version: MACHINE_VERSION,
    site,
    origin,
    stored: hasStored(site.base),
    processWorkers: inPage && nestedWorkersHang(navigator.userAgent) ? 'page' : 'kernel',
  });
}

class WorkerMachine implements Machine {
  readonly events = new Emitter<MachineEvents>();
  readonly ready: Promise<void>;
  readonly #worker: KernelWorker;
  readonly #base: string;
  readonly #leaving = new AbortController();
  readonly #currentWanted: ((current: boolean) => void)[] = [];
  /** Who asked, in order: as the kernel answers. */
  readonly #statsWanted: ((stats: MachineStats) => void)[] = [];

  constructor(start: (events: KernelWorkerEvents) => KernelWorker, boot: ToMachine & { readonly type: 'boot' }) {
    this.#base = boot.site.base;
    const { promise, resolve, reject } = deferred();
    this.ready = promise;
    this.#worker = start(this.#listener(resolve, reject));
    this.#worker.post(boot);
    whenLeaving(() => this.#worker.post({ type: 'flush' }), this.#leaving.signal);
  }

  connect(port: MessagePort): void {
    this.#worker.post({ type: 'connect', port }, [port]);
  }

  serve(base: string): Connection {
    return this.#worker.serve(base);
  }

  stats(): Promise<MachineStats> {
    return new Promise((resolve) => {
      this.#statsWanted.push(resolve);
      this.#worker.post({ type: 'stats' });
    });
  }

  current(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#currentWanted.push(resolve);
      this.#worker.post({ type: 'current' });
    });
  }

  terminate(): void {
    this.#leaving.abort();
    this.#worker.terminate();
  }

  #listener(resolve: () => void, reject: (error: PortsideError) => void): KernelWorkerEvents {
    let started = false;
    const fail = (error: PortsideError) => {
      reject(error);
      this.events.emit('failed', error);
    };
    return {
      message: (message) => {
        switch (message.type) {
          case 'ready':
            started = true;
            return resolve();
          case 'failed':
            return fail(new PortsideError(message.code, message.detail));
          case 'progress':
            return this.events.emit('progress', message);
          case 'output':
            return this.events.emit('output', message);
          case 'exit':
            return this.events.emit('exit', message);
          case 'storage':
            if (message.state === 'stored') void keepStored(this.#base);
            if (message.state === 'evicted') forgetStored(this.#base);
            return this.events.emit('storage', message);
          case 'offline':
            return this.events.emit('offline', message);
          case 'missing':
            return this.events.emit('missing', new PortsideError(message.code, message.detail));
          case 'current':
            return this.#currentWanted.shift()?.(message.current);
          case 'stats':
            return this.#statsWanted.shift()?.(message);
        }
      },
      error: (message, cause) =>
        fail(new PortsideError(started ? 'kernel-crashed' : 'kernel-start-failed', message, { cause })),
      refused: fail,
    };
  }
}

/** `Promise.withResolvers`, which browsers of early 2024 lack. */
function deferred() {
  let resolve = (): void => {};
  let reject = (_: PortsideError): void => {};
  const promise = new Promise<void>((fulfilled, rejected) => {
    resolve = fulfilled;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
