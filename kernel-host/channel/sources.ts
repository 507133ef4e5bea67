/** Numbers in the ready set, and what each stands for: a channel, a pipe, a connection. Kernel only. */
import { ENFILE } from '../abi/errno.js';
import { READY_SOURCES } from '../memory/layout.js';

export class Sources {
  readonly #callbacks: (((source: number) => void) | undefined)[] = [];
  readonly #free: number[] = [];

  /** A number that runs `callback` each time it rings, or -ENFILE. */
  allocate(callback: (source: number) => void): number {
    const source = this.#free.pop() ?? this.#callbacks.length;
    if (source >= READY_SOURCES) return -ENFILE;
    this.#callbacks[source] = callback;
    return source;
  }

  free(source: number): void {
    this.#callbacks[source] = undefined;
    this.#free.push(source);
  }

  /** A number freed while its ring was on the way is silent, or wakes somebody who looks in vain. */
  readonly serve = (source: number): void => this.#callbacks[source]?.(source);
}
