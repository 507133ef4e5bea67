/** Puts behind a linked program what it declares to its host: kernel-host/guest/posix/declaration.ts. */
import { ABI_VERSION, declarationSection } from '../../kernel-host/guest/posix/declaration.js';

const IMPORT_SECTION = 2;
const HEADER = 8;
const KIND_FUNCTION = 0;
const KIND_TABLE = 1;
const KIND_MEMORY = 2;
const KIND_GLOBAL = 3;
const KIND_TAG = 4;
const HAS_MAXIMUM = 1;

/** Reads a module as far as its imports (WebAssembly core specification, 5.5). */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
    }
  }

  limits(): { initial: number; maximum: number | null } {
    const flags = this.byte();
    const initial = this.number();
    return { initial, maximum: (flags & HAS_MAXIMUM) !== 0 ? this.number() : null };
  }
}

/** The section for a module, or null when it imports no memory with a maximum. */
export function declarationOf(module: Uint8Array): Uint8Array | null {
  const reader = new Reader(module, HEADER);
  while (!reader.ended) {
    const id = reader.byte();
    const length = reader.number();
    if (id === IMPORT_SECTION) return ofImports(reader);
    reader.at += length;
  }
  return null;
}

function ofImports(reader: Reader): Uint8Array | null {
  for (let left = reader.number(); left > 0; left--) {
    for (let names = 0; names < 2; names++) {
      const length = reader.number();
      reader.at += length;
    }
    switch (reader.byte()) {
      case KIND_FUNCTION:
        reader.number();
        break;
      case KIND_TABLE:
        reader.byte();
        reader.limits();
        break;
      case KIND_MEMORY: {
        const { initial, maximum } = reader.limits();
        return maximum === null ? null : declarationSection({ version: ABI_VERSION, initial, maximum });
      }
      case KIND_GLOBAL:
        reader.at += 2;
        break;
      case KIND_TAG:
        reader.byte();
        reader.number();
        break;
      default:
        return null;
    }
  }
  return null;
}
