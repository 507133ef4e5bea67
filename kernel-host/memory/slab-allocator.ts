/** Hands out records of a few sizes, carved from pages. Kernel only; the free lists lie in the kernel's heap. */
import type { Address, KernelMemory } from './kernel-memory.js';
import { PAGE, type PageAllocator } from './page-allocator.js';

/** Multiples of 64, so that a record's first words never straddle a cache line and addresses have six spare bits. */
const SIZES = [64, 128, 192, 320, 576, 1088, 2112, PAGE + 64] as const;
/** A slab of this many pages is carved at once. */
const SLAB_PAGES = 16;

export class SlabAllocator {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #free: Address[][] = SIZES.map(() => []);

  constructor(memory: KernelMemory, pages: PageAllocator) {
    this.#memory = memory;
    this.#pages = pages;
  }

  /** A zeroed record of at least `bytes` (at most 4,160); null when memory is exhausted. */
  allocate(bytes: number): Address | null {
    const index = sizeClass(bytes);
    const list = this.#list(index);
    if (list.length === 0 && !this.#carve(index, list)) return null;
    const at = list.pop();
    if (at === undefined) return null;
    this.#memory.u8.fill(0, at, at + (SIZES[index] ?? 0));
    return at;
  }

  free(at: Address, bytes: number): void {
    this.#list(sizeClass(bytes)).push(at);
  }

  #list(index: number): Address[] {
    const list = this.#free[index];
    if (!list) throw new RangeError('no such slab');
    return list;
  }

  #carve(index: number, list: Address[]): boolean {
    const size = SIZES[index] ?? 0;
    const slab = this.#pages.allocate(SLAB_PAGES);
    if (slab === null) return false;
    for (let at = slab + SLAB_PAGES * PAGE - size; at >= slab; at -= size) list.push(at as Address);
    return true;
  }
}

function sizeClass(bytes: number): number {
  const index = SIZES.findIndex((size) => size >= bytes);
  if (index < 0) throw new RangeError(`a record of ${bytes} bytes has no slab`);
  return index;
}
