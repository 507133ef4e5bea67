import { PortsideError } from '../../protocol/errors.js';
import type { ForProcessWorkers, FromMachine, ToMachine } from '../../protocol/machine.js';
import { type Connection, supplyPorts, whileShown } from '../port-supply.js';
import { serviceWorkers } from '../service-workers.js';
import type { KernelScript, KernelWorker, KernelWorkerEvents } from './kernel-worker.js';
import { ProcessWorkers } from './process-workers.js';

/** A worker of the page itself, which has to be isolated. */
export class WorkerInPage implements KernelWorker {
  readonly #worker: Worker;
  readonly #processes = new ProcessWorkers((failure) => this.post(failure));

  constructor({ url, name }: KernelScript, events: KernelWorkerEvents) {
    this.#worker = new Worker(url, { type: 'module', name });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromMachine>) => {
      if (isForProcessWorkers(data)) this.#processes.handle(data);
      else events.message(data);
    });
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
    this.#processes.terminate();
  }
}

function isForProcessWorkers(message: FromMachine): message is ForProcessWorkers {
  return message.type === 'prepare-workers' || message.type === 'start-worker' || message.type === 'end-worker';
}
