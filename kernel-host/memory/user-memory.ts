/** A process's memory as the kernel sees it: every pointer and length that a guest passes is checked here. */
import { EFAULT, ENAMETOOLONG, Errno } from '../abi/errno.js';
import { PATH_MAX } from '../abi/fcntl.js';

export class UserMemory {
  readonly #source: () => ArrayBufferLike;
  #buffer: ArrayBufferLike;
  #u8: Uint8Array;
  #view: DataView;

  /** @param source gives the memory's buffer, which is another after it has grown. */
  constructor(source: () => ArrayBufferLike) {
    this.#source = source;
    this.#buffer = source();
    this.#u8 = new Uint8Array(this.#buffer);
    this.#view = new DataView(this.#buffer);
  }

  /** @throws Errno EFAULT when any byte of it is not the process's. */
  bytes(address: number, length: number): Uint8Array {
    const at = this.#check(address, length);
    return this.#u8.subarray(at, at + length);
  }

  /** A NUL-terminated path without its NUL. @throws Errno EFAULT, ENAMETOOLONG */
  path(address: number): Uint8Array {
    const path = this.string(address);
    if (path.length >= PATH_MAX) throw new Errno(ENAMETOOLONG);
    return path;
  }

  /** A copy of a NUL-terminated string without its NUL. @throws Errno EFAULT */
  string(address: number): Uint8Array {
    const at = this.#check(address, 1);
    const end = this.#u8.indexOf(0, at);
    if (end < 0) throw new Errno(EFAULT);
    return this.#u8.slice(at, end);
  }

  getInt16(address: number): number {
    const at = this.#check(address, 2);
    return this.#view.getInt16(at, true);
  }

  setInt16(address: number, value: number): void {
    const at = this.#check(address, 2);
    this.#view.setInt16(at, value, true);
  }

  getInt32(address: number): number {
    const at = this.#check(address, 4);
    return this.#view.getInt32(at, true);
  }

  setInt32(address: number, value: number): void {
    const at = this.#check(address, 4);
    this.#view.setInt32(at, value, true);
  }

  getUint32(address: number): number {
    return this.getInt32(address) >>> 0;
  }

  /**
   * Changes a word that the program's threads may be changing at the same time; what it was. Only of memory that is shared.
   * @throws Errno EFAULT, also where the address is not a multiple of 4
   */
  update(address: number, change: (word: number) => number): number {
    const at = this.#check(address, 4);
    if (at % 4 !== 0) throw new Errno(EFAULT);
    const word = new Int32Array(this.#u8.buffer, this.#u8.byteOffset + at, 1);
    for (;;) {
      const before = Atomics.load(word, 0);
      if (Atomics.compareExchange(word, 0, before, change(before)) === before) return before;
    }
  }

  /** A signed 64-bit number, exact within 2^53. */
  getInt64(address: number): number {
    const at = this.#check(address, 8);
    return this.#view.getInt32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  setInt64(address: number, value: number): void {
    const at = this.#check(address, 8);
    this.#view.setUint32(at, value >>> 0, true);
    this.#view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  /** A view for a whole struct, and the struct's offset in it. */
  struct(address: number, length: number): { view: DataView; at: number } {
    const at = this.#check(address, length);
    return { view: this.#view, at };
  }

  #check(address: number, length: number): number {
    const at = address >>> 0;
    if (length < 0) throw new Errno(EFAULT);
    if (at + length > this.#u8.length || at === 0) {
      this.#buffer = this.#source();
      if (this.#buffer.byteLength !== this.#u8.length) {
        this.#u8 = new Uint8Array(this.#buffer);
        this.#view = new DataView(this.#buffer);
      }
      // Address 0 is NULL to every C program, even where memory begins there.
      if (at + length > this.#u8.length || at === 0) throw new Errno(EFAULT);
    }
    return at;
  }
}
