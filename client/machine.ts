/** A machine: the kernel worker that a page starts, and what it reports. */
import { PortsideError } from '../protocol/errors.js';
import { type FromMachine, MACHINE_VERSION, type MachineStats, type ToMachine } from '../protocol/machine.js';
import type { SiteConfig } from '../protocol/site.js';
import { Emitter } from './emitter.js';

type MessageOf<Type extends FromMachine['type']> = Extract<FromMachine, { readonly type: Type }>;

export interface MachineEvents {
  progress: MessageOf<'progress'>;
  output: MessageOf<'output'>;
  exit: MessageOf<'exit'>;
  /** After `ready`: the machine has come to its end. */
  failed: PortsideError;
}

export interface Machine {
  readonly events: Emitter<MachineEvents>;
  /** Resolves when the machine answers requests; rejects with a PortsideError when it cannot be started. */
  readonly ready: Promise<void>;
  /** Hands over `port`, which speaks `protocol/bridge.ts` with the kernel worker from then on. */
  connect(port: MessagePort): void;
  /** What the machine's kernel has counted; it never settles for a machine that fails before it is ready. */
  stats(): Promise<MachineStats>;
  /** Ends the machine and all of its processes at once. */
  terminate(): void;
}

export interface MachineOptions {
  readonly site: SiteConfig;
  /** Origin that the site's own URLs have. */
  readonly origin?: string;
}

export function startMachine(options: MachineOptions): Machine {
  const { site, origin = location.origin } = options;
  const url = new URL(site.assets.kernelWorker.path, new URL(site.base, origin));
  const worker = new Worker(url, { type: 'module', name: `portside ${site.base}` });
  return new WorkerMachine(worker, { type: 'boot', version: MACHINE_VERSION, site, origin });
}

class WorkerMachine implements Machine {
  readonly events = new Emitter<MachineEvents>();
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  /** Who asked, in order: as the kernel answers. */
  readonly #statsWanted: ((stats: MachineStats) => void)[] = [];

  constructor(worker: Worker, boot: ToMachine) {
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => this.#listen(resolve, reject));
    this.#post(boot);
  }

  connect(port: MessagePort): void {
    this.#post({ type: 'connect', port }, [port]);
  }

  stats(): Promise<MachineStats> {
    return new Promise((resolve) => {
      this.#statsWanted.push(resolve);
      this.#post({ type: 'stats' });
    });
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #listen(resolve: () => void, reject: (error: PortsideError) => void): void {
    let started = false;
    const fail = (error: PortsideError) => {
      reject(error);
      this.events.emit('failed', error);
    };
    this.#worker.addEventListener('message', (event: MessageEvent<FromMachine>) => {
      const message = event.data;
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
        case 'stats':
          return this.#statsWanted.shift()?.(message);
      }
    });
    // A script that is missing or does not parse has no message; an exception in a running kernel has one.
    this.#worker.addEventListener('error', (event) => {
      const code = started ? 'kernel-crashed' : 'kernel-start-failed';
      fail(new PortsideError(code, event.message, { cause: event.error }));
    });
    this.#worker.addEventListener('messageerror', () => fail(new PortsideError('protocol-mismatch')));
  }

  #post(message: ToMachine, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
