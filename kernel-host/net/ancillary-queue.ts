/**
 * Rights that travel with the bytes of a stream (unix(7)): they come with the first byte that was sent with them, and a read
 * does not go on into what was sent after. Who reads without asking for them loses them.
 */
import type { Rights } from './rights.js';

interface Entry {
  /** Positions in the stream, which go round at 2^32: of the first byte, and behind the last one. */
  readonly start: number;
  readonly end: number;
  readonly rights: Rights;
}

export class AncillaryQueue {
  #entries: Entry[] = [];

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /** @param start position of the first of `count` bytes. */
  add(start: number, count: number, rights: Rights): void {
    this.#entries.push({ start, end: (start + count) | 0, rights });
  }

  /** How many of `length` bytes from `position` on one read takes. */
  reach(position: number, length: number): number {
    // Workers read streams without the kernel: what was sent with those bytes is lost.
    for (let first = this.#entries[0]; first && before(first.start, position); first = this.#entries[0]) {
      this.#entries.shift();
      first.rights.drop();
    }
    const [first] = this.#entries;
    return first ? Math.min(length, first.end - position) : length;
  }

  /** What came with bytes before `position`, having been read. */
  take(position: number): Rights | null {
    const rights = this.peek(position);
    if (rights) this.#entries.shift();
    return rights;
  }

  /** As `take`, but it stays. */
  peek(position: number): Rights | null {
    const [first] = this.#entries;
    return first && before(first.start, position) ? first.rights : null;
  }

  drop(): void {
    for (const { rights } of this.#entries) rights.drop();
    this.#entries = [];
  }
}

const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
