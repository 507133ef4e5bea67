/** What the groups of imports share: the guest's memory, its exports, and its system calls. */
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort } from '../imports.js';
import { GuestMemory } from '../memory.js';
import { guestErrno } from './errno.js';

export class Guest {
  readonly memory = new GuestMemory();
  readonly calls: SystemCalls;
  readonly environment: readonly string[];
  #exports: WebAssembly.Exports = {};

  constructor(calls: SystemCalls, environment: readonly string[]) {
    this.calls = calls;
    this.environment = environment;
  }

  attach(exports: WebAssembly.Exports): void {
    this.#exports = exports;
    const { memory } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Abort('the program exports no memory');
    this.memory.attach(memory);
  }

  /** Calls an export with numbers; its result as a number, 0 where it has none. @throws Abort where there is none of that name */
  call(name: string, ...parameters: number[]): number {
    const target = this.#exports[name];
    if (typeof target !== 'function') throw new Abort(`the program exports no ${name}`);
    return Number(target(...parameters) ?? 0);
  }

  has(name: string): boolean {
    return typeof this.#exports[name] === 'function';
  }

  table(): WebAssembly.Table {
    const { __indirect_function_table: table } = this.#exports;
    if (!(table instanceof WebAssembly.Table)) throw new Abort('the program exports no function table');
    return table;
  }

  /** Memory of the guest's heap; @throws Abort when it has none left. */
  allocate(bytes: number): number {
    const at = this.call('malloc', bytes);
    if (at === 0) throw new Abort('out of memory');
    return at;
  }

  /** 0 or more as it is; -errno becomes -1 with the guest's errno set, as a libc function does. */
  libcResult(result: number): number {
    if (result >= 0) return result;
    this.memory.view.setInt32(this.call('__errno_location'), guestErrno(-result), true);
    return -1;
  }
}
