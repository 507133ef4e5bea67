/** The programs of a machine: compiled modules by the path at which guests find them. */
import type { Abi } from '../guest/abi.js';

export interface Program {
  readonly abi: Abi;
  readonly module: WebAssembly.Module;
}

export class Programs {
  readonly #byPath = new Map<string, Program>();

  install(path: string, program: Program): void {
    this.#byPath.set(path, program);
  }

  at(path: string): Program | null {
    return this.#byPath.get(path) ?? null;
  }
}
