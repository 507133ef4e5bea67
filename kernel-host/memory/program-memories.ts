/**
 * Memories of programs that are over, for the next ones: an engine frees a shared memory when all threads that ever had it have
 * collected garbage, which workers that wait do not do. A shell that starts a thousand programs would hold the memory of most.
 */
import { WASM_PAGE } from './kernel-memory.js';

/** Bytes. What is larger takes longer to make zero than to ask for anew. */
const LARGEST = 16 * 2 ** 20;
/** Bytes, of all that wait. */
const MOST = 64 * 2 ** 20;

/** Engines reserve gigabytes of addresses for each, and grant a hundred or so. */
const MOST_KEPT = 16;

interface Kept {
  readonly memory: WebAssembly.Memory;
  readonly maximum: number;
}

export class ProgramMemories {
  readonly #kept: Kept[] = [];
  #size = 0;

  /** A memory of at least `initial` pages, all of it zero. @throws RangeError when there is no room */
  take(initial: number, maximum: number): WebAssembly.Memory {
    const found = this.#find(initial, maximum);
    if (found) new Uint8Array(found.buffer).fill(0);
    return found ?? new WebAssembly.Memory({ initial, maximum, shared: true });
  }

  /** A copy of what another memory has in these ranges, in order; the rest is zero. @throws RangeError when there is no room */
  copy(
    from: WebAssembly.Memory,
    maximum: number,
    ranges: Iterable<{ readonly start: number; readonly end: number }>,
  ): WebAssembly.Memory {
    const initial = from.buffer.byteLength / WASM_PAGE;
    const found = this.#find(initial, maximum);
    const memory = found ?? new WebAssembly.Memory({ initial, maximum, shared: true });
    const [source, target] = [new Uint8Array(from.buffer), new Uint8Array(memory.buffer)];
    let at = 0;
    for (const { start, end } of ranges) {
      if (found) target.fill(0, at, start);
      target.set(source.subarray(start, end), start);
      at = end;
    }
    if (found) target.fill(0, at);
    return memory;
  }

  /** Nothing reads or writes it any more. @param maximum pages that it was made with. */
  give(memory: WebAssembly.Memory, maximum: number): void {
    const { byteLength } = memory.buffer;
    if (byteLength > LARGEST || this.#kept.length === MOST_KEPT || this.#size + byteLength > MOST) return;
    this.#kept.push({ memory, maximum });
    this.#size += byteLength;
  }

  /** The smallest that will do. Its length may be more than was asked for, as after a program's own growth. */
  #find(initial: number, maximum: number): WebAssembly.Memory | null {
    let best: Kept | null = null;
    for (const kept of this.#kept) {
      const { byteLength } = kept.memory.buffer;
      if (kept.maximum !== maximum || byteLength < initial * WASM_PAGE) continue;
      if (!best || byteLength < best.memory.buffer.byteLength) best = kept;
    }
    if (!best) return null;
    this.#kept.splice(this.#kept.indexOf(best), 1);
    this.#size -= best.memory.buffer.byteLength;
    return best.memory;
  }
}
