import { PortsideError } from '../../protocol/errors.js';
import type { FromMachine, ToMachine } from '../../protocol/machine.js';
import { type Connection, supplyPorts, whileShown } from '../port-supply.js';
import { serviceWorkers } from '../service-workers.js';
import type { KernelScript, KernelWorker, KernelWorkerEvents } from './kernel-worker.js';

/** A worker of the page itself, which has to be isolated. */
export class WorkerInPage implements KernelWorker {
  readonly #worker: Worker;

  constructor({ url, name }: KernelScript, events: KernelWorkerEvents) {
    this.#worker = new Worker(url, { type: 'module', name });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromMachine>) => events.message(data));
    this.#worker.addEventListener('error', ({ message, error }) => events.error(message, error));
    this.#worker.addEventListener('messageerror', () => events.refused(new PortsideError('protocol-mismatch')));
  }

  post(message: ToMachine, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  serve(base: string): Connection {
    const supply = supplyPorts({
      container: serviceWorkers(),
      base,
      isolated: true,
      connect: (port) => this.post({ type: 'connect', port }, [port]),
    });
    return whileShown(supply);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
