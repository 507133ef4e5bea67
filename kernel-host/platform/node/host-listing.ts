/**
 * The entries of a directory in an order that stands while names come and go: a name keeps its position until the
 * listing is dropped, so that whoever removes what he lists misses nothing (POSIX readdir()).
 */
import { readdirSync } from 'node:fs';

/** `.` and `..` come first. */
const FIRST = 2;

export class HostListing {
  readonly #names: (Buffer | null)[] = [];
  readonly #indexes = new Map<string, number>();

  /** Takes in what is there now. @throws what readdir gives */
  refresh(path: Buffer): void {
    const gone = new Set(this.#indexes.keys());
    for (const name of readdirSync(path, { encoding: 'buffer' })) {
      const key = name.toString('latin1');
      if (gone.delete(key)) continue;
      this.#indexes.set(key, this.#names.length);
      this.#names.push(name);
    }
    for (const key of gone) {
      const index = this.#indexes.get(key);
      if (index !== undefined) this.#names[index] = null;
      this.#indexes.delete(key);
    }
  }

  /** The name at position `cookie` or behind it, and the position after that; null at the end. */
  behind(cookie: number): { readonly name: Buffer; readonly next: number } | null {
    for (let index = cookie - FIRST; index < this.#names.length; index++) {
      const name = this.#names[index];
      if (name) return { name, next: index + FIRST + 1 };
    }
    return null;
  }
}
