/** Numbers in the ready set, and what each stands for: a channel, a pipe, a connection. Kernel only. */
import { ENFILE } from '../abi/errno.js';
import { FIRST_CHANNEL_SOURCE, READY_SOURCES } from '../memory/layout.js';

type Callback = (source: number) => void;

/** Numbers from one to below another. */
class SourceRange {
  readonly #free: number[] = [];
  readonly #end: number;
  #next: number;

  constructor(start: number, end: number) {
    this.#next = start;
    this.#end = end;
  }

  take(): number {
    const source = this.#free.pop() ?? this.#next;
    if (source >= this.#end) return -ENFILE;
    if (source === this.#next) this.#next++;
    return source;
  }

  give(source: number): void {
    this.#free.push(source);
  }
}

export class Sources {
  readonly #callbacks = new Map<number, Callback>();
  readonly #rings = new SourceRange(0, FIRST_CHANNEL_SOURCE);
  readonly #channels = new SourceRange(FIRST_CHANNEL_SOURCE, READY_SOURCES);

  /** A number that runs `callback` each time it rings, or -ENFILE. */
  allocate(callback: Callback, of: 'ring' | 'channel' = 'ring'): number {
    const source = (of === 'ring' ? this.#rings : this.#channels).take();
    if (source >= 0) this.#callbacks.set(source, callback);
    return source;
  }

  free(source: number): void {
    this.#callbacks.delete(source);
    (source < FIRST_CHANNEL_SOURCE ? this.#rings : this.#channels).give(source);
  }

  /** A number freed while its ring was on the way is silent, or wakes somebody who looks in vain. */
  readonly serve = (source: number): void => this.#callbacks.get(source)?.(source);
}
