/** The last system calls of a machine, kept until they are asked for, and what they took. */
import type { Kernel } from '../kernel.js';
import { type SyscallTraceEvent, Tracer } from '../trace/tracer.js';

/** Calls that are kept: the oldest go first. */
const MOST_KEPT = 65536;
/** Of one process, for a look at what it did last. */
const LAST = 64;

export class SyscallTrace {
  readonly #kernel: Kernel;
  readonly #tracer: Tracer;
  readonly #profiles: boolean;
  #events: SyscallTraceEvent[] = [];
  #keeps = false;

  /** @param profiles counts from the beginning, whether calls are kept or not. */
  constructor(kernel: Kernel, profiles: boolean) {
    this.#kernel = kernel;
    this.#profiles = profiles;
    this.#tracer = new Tracer(
      () => kernel.clock.monotonic(),
      (event) => {
        if (this.#keeps) this.#events.push(event);
        // By halves, so that not every call moves them all.
        if (this.#events.length >= 2 * MOST_KEPT) this.#events = this.#events.slice(-MOST_KEPT);
      },
    );
    if (profiles) kernel.trace(this.#tracer);
  }

  enable(): void {
    this.#keeps = true;
    this.#kernel.trace(this.#tracer);
  }

  disable(): void {
    this.#keeps = false;
    if (!this.#profiles) this.#kernel.trace(null);
  }

  drain(): readonly SyscallTraceEvent[] {
    const events = this.#events.slice(-MOST_KEPT);
    this.#events = [];
    return events;
  }

  last(pid: number): string {
    const own = this.#events.filter((event) => event.pid === pid).slice(-LAST);
    return own.map(({ text }) => `${text}\n`).join('');
  }

  /** Null where nobody counts. */
  get profile(): string | null {
    return this.#profiles ? this.#tracer.profile.toString() : null;
  }
}
