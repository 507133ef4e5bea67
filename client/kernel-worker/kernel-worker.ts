import type { PortsideError } from '../../protocol/errors.js';
import type { FromMachine, ToMachine } from '../../protocol/machine.js';
import type { Connection } from '../port-supply.js';

/** The kernel's worker, wherever it runs. */
export interface KernelWorker {
  post(message: ToMachine, transfer?: Transferable[]): void;
  /** Keeps the service worker supplied with ports to the kernel, under the path `base`. */
  serve(base: string): Connection;
  /** Ends it, and all that it has started, at once. */
  terminate(): void;
}

/** What is heard of it. */
export interface KernelWorkerEvents {
  message(message: FromMachine): void;
  /** A script that is missing or does not parse has no message; an exception in a running kernel has one. */
  error(message: string, cause?: unknown): void;
  /** No worker was started, or none that can be understood. */
  refused(error: PortsideError): void;
}

export interface KernelScript {
  readonly url: URL;
  /** Name of the worker, for developer tools. */
  readonly name: string;
}
