/** Locks that belong to an open file description (flock(2); fcntl(2), F_OFD_SETLK): they are gone with it, wherever its last reference was. */
import type { Descriptions } from '../file/descriptions.js';
import type { FileLocks } from './file-locks.js';

export class DescriptionLocks {
  readonly #descriptions: Descriptions;
  readonly #locks: FileLocks;
  /** Those that have, or have had, locks. */
  readonly #followed = new Set<number>();

  constructor(descriptions: Descriptions, locks: FileLocks) {
    this.#descriptions = descriptions;
    this.#locks = locks;
  }

  /** Names it in the table of locks, which forgets it when it ends. */
  owner(description: number): string {
    const owner = `description ${description}`;
    if (this.#followed.has(description)) return owner;
    this.#followed.add(description);
    this.#descriptions.whenGone(description, () => {
      this.#followed.delete(description);
      this.#locks.releaseAll(owner);
    });
    return owner;
  }
}
