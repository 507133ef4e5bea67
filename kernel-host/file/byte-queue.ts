/** Bytes on their way: a ring that grows up to its limit. */

/** Of a new ring: a screen's line or two. */
const SMALLEST = 256;

export class ByteQueue {
  readonly #limit: number;
  #bytes = new Uint8Array(SMALLEST);
  #first = 0;
  #length = 0;

  /** @param limit in bytes: a power of two. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#limit - this.#length;
  }

  /** The byte so many behind the first. */
  at(index: number): number {
    return this.#bytes[(this.#first + index) & (this.#bytes.length - 1)] ?? 0;
  }

  /** There must be room. */
  put(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[(this.#first + this.#length++) & (this.#bytes.length - 1)] = byte;
  }

  /** As many as there is room for; the count. */
  append(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    for (let i = 0; i < count; i++) this.put(bytes[i] ?? 0);
    return count;
  }

  /** Moves bytes out; the count. */
  take(into: Uint8Array): number {
    const count = Math.min(into.length, this.#length);
    for (let i = 0; i < count; i++) into[i] = this.at(i);
    this.drop(count);
    return count;
  }

  drop(count: number): void {
    this.#first = (this.#first + count) & (this.#bytes.length - 1);
    this.#length -= count;
  }

  /** Forgets all but the first so many. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    for (let i = 0; i < this.#length; i++) larger[i] = this.at(i);
    this.#bytes = larger;
    this.#first = 0;
  }
}
