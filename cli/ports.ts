/** Programs of others that `portside` builds for the kernel: guest/ports. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Port } from '../guest/build-ports.mjs';
import { PortsideError } from '../protocol/errors.js';

/** It runs from where it lies, beside the files that it builds from. */
type PortBuilder = typeof import('../guest/build-ports.mjs');

/** @param guest folder of what programs are built with. */
export class Ports {
  readonly #builder: PortBuilder;

  private constructor(builder: PortBuilder) {
    this.#builder = builder;
  }

  static async in(guest: string): Promise<Ports> {
    return new Ports(await import(pathToFileURL(join(guest, 'build-ports.mjs')).href));
  }

  has(name: string): boolean {
    return this.#builder.portNames().includes(name);
  }

  /** Builds it first if need be, and says so. @throws PortsideError port-unknown, port-failed */
  async get(name: string, step = (text: string) => console.error(`portside: ${text}`)): Promise<Port> {
    if (!this.has(name)) {
      throw new PortsideError('port-unknown', `${name}. There are ${this.#builder.portNames().join(', ')}.`);
    }
    return this.#builder.port(name, step).catch((cause: unknown) => {
      throw new PortsideError('port-failed', cause instanceof Error ? cause.message : String(cause), { cause });
    });
  }
}
