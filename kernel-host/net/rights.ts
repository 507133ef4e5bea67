/** Open file descriptions on their way to another process (unix(7), SCM_RIGHTS): each is held until it is taken or dropped. */
import { Errno, ETOOMANYREFS } from '../abi/errno.js';
import type { Descriptions } from '../file/descriptions.js';

/** Descriptions that are on their way, of all processes together. */
export class RightsInFlight {
  readonly #descriptions: Descriptions;
  #count = 0;

  constructor(descriptions: Descriptions) {
    this.#descriptions = descriptions;
  }

  /**
   * Takes a reference to each of them.
   * @param limit how many may be on their way. Linux asks it of each user and not of root: here it keeps a machine's memory,
   * and holds for all.
   * @throws Errno ETOOMANYREFS
   */
  send(descriptions: readonly number[], limit: number): Rights {
    if (this.#count + descriptions.length > limit) throw new Errno(ETOOMANYREFS);
    for (const description of descriptions) this.#descriptions.share(description);
    this.#count += descriptions.length;
    return new Rights(descriptions, this.#descriptions, () => {
      this.#count -= descriptions.length;
    });
  }
}

export class Rights {
  readonly #held: readonly number[];
  readonly #descriptions: Descriptions;
  readonly #arrived: () => void;

  constructor(held: readonly number[], descriptions: Descriptions, arrived: () => void) {
    this.#held = held;
    this.#descriptions = descriptions;
    this.#arrived = arrived;
  }

  /** The references are the caller's from now on. */
  take(): readonly number[] {
    this.#arrived();
    return this.#held;
  }

  /** References of the caller's own: these stay on their way (MSG_PEEK). */
  copy(): readonly number[] {
    for (const description of this.#held) this.#descriptions.share(description);
    return this.#held;
  }

  /** Nobody will take them. */
  drop(): void {
    this.#arrived();
    for (const description of this.#held) this.#descriptions.release(description);
  }
}
