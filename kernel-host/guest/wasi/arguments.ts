/** args_* and environ_*: lists of strings, as pointers and the bytes that they point to. */
import type { Imports } from '../imports.js';
import type { WasiGuest } from './guest.js';

export function argumentImports(guest: WasiGuest, argv: readonly string[], environment: readonly string[]): Imports {
  const args = new StringList(guest, argv);
  const environ = new StringList(guest, environment);
  return {
    args_sizes_get: (count: number, size: number) => args.sizes(count, size),
    args_get: (pointers: number, buffer: number) => args.copy(pointers, buffer),
    environ_sizes_get: (count: number, size: number) => environ.sizes(count, size),
    environ_get: (pointers: number, buffer: number) => environ.copy(pointers, buffer),
  };
}

class StringList {
  readonly #guest: WasiGuest;
  readonly #strings: readonly Uint8Array[];
  /** With a NUL each. */
  readonly #size: number;

  constructor(guest: WasiGuest, strings: readonly string[]) {
    const encoder = new TextEncoder();
    this.#guest = guest;
    this.#strings = strings.map((string) => encoder.encode(`${string}\0`));
    this.#size = this.#strings.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  sizes(count: number, size: number): number {
    this.#guest.setUint32(count, this.#strings.length);
    this.#guest.setUint32(size, this.#size);
    return 0;
  }

  copy(pointers: number, buffer: number): number {
    const into = this.#guest.bytes(buffer, this.#size);
    let at = 0;
    for (const [i, bytes] of this.#strings.entries()) {
      this.#guest.setUint32((pointers >>> 0) + i * 4, (buffer >>> 0) + at);
      into.set(bytes, at);
      at += bytes.length;
    }
    return 0;
  }
}
