/** What limits a process's use of resources (POSIX getrlimit()). */
import { EINVAL, EPERM, Errno } from '../abi/errno.js';
import {
  RESOURCES,
  RLIMIT_CORE,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_RTPRIO,
  RLIMIT_STACK,
} from '../abi/resource.js';

/** Infinity: there is none. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

const NONE: Limit = { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY };

/** As nginx and redis ask for under load; a table is 256 KiB then, of memory that all processes share. */
const MOST_DESCRIPTORS = 65_536;

/** As Linux gives its first process (include/asm-generic/resource.h), but for the most descriptors. */
const INITIAL: ReadonlyMap<number, Limit> = new Map([
  [RLIMIT_STACK, { soft: 8 * 1024 * 1024, hard: Number.POSITIVE_INFINITY }],
  [RLIMIT_CORE, { soft: 0, hard: Number.POSITIVE_INFINITY }],
  [RLIMIT_NOFILE, { soft: 1024, hard: MOST_DESCRIPTORS }],
  [RLIMIT_MEMLOCK, { soft: 8 * 1024 * 1024, hard: 8 * 1024 * 1024 }],
  [RLIMIT_MSGQUEUE, { soft: 819_200, hard: 819_200 }],
  [RLIMIT_NICE, { soft: 0, hard: 0 }],
  [RLIMIT_RTPRIO, { soft: 0, hard: 0 }],
]);

export class Limits {
  readonly #limits: Limit[] = RESOURCES.map((_, resource) => INITIAL.get(resource) ?? NONE);

  /** @throws Errno EINVAL */
  get(resource: number): Limit {
    const limit = this.#limits[resource];
    if (!limit) throw new Errno(EINVAL);
    return limit;
  }

  /** Of a resource that there is. */
  soft(resource: number): number {
    return (this.#limits[resource] ?? NONE).soft;
  }

  /** @throws Errno EINVAL, EPERM */
  set(resource: number, limit: Limit, privileged: boolean): void {
    const before = this.get(resource);
    if (limit.soft > limit.hard) throw new Errno(EINVAL);
    if (limit.hard > before.hard && !privileged) throw new Errno(EPERM);
    if (resource === RLIMIT_NOFILE && limit.hard > MOST_DESCRIPTORS) throw new Errno(EPERM);
    this.#limits[resource] = limit;
  }

  copyFrom(other: Limits): void {
    for (const [resource, limit] of other.#limits.entries()) this.#limits[resource] = limit;
  }
}
