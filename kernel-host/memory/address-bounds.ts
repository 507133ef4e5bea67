/** Between which addresses a program's heap and mappings lie: by its own size, or as its host wants them. */
import { PAGE_SIZE } from '../abi/memory.js';

/** Addresses kept for the heap before the first mapping. A program that moves its break further is refused, and maps memory. */
export const HEAP_ROOM = 2 * 1024 * 1024;

export interface Confinement {
  /** Where the heap begins. */
  readonly heap?: number;
  /** The break stays at or below. */
  readonly breakLimit?: number;
  /** Mappings are placed from here on. */
  readonly floor?: number;
  /** Nothing lies at or above. */
  readonly ceiling?: number;
}

export class AddressBounds {
  readonly heap: number;
  readonly breakLimit: number;
  readonly ceiling: number;
  readonly #floor: number;
  readonly #maximum: number;

  /** @param maximum length of the memory in bytes. */
  constructor(maximum: number, heap: number, { breakLimit, floor, ceiling }: Confinement = {}) {
    this.#maximum = maximum;
    this.heap = heap;
    // The last page stays free, so that the end of a mapping is a number of 32 bits.
    this.ceiling = Math.min(ceiling ?? maximum, maximum, 2 ** 32 - PAGE_SIZE);
    this.breakLimit = Math.min(breakLimit ?? this.ceiling, this.ceiling);
    this.#floor = floor ?? heap + HEAP_ROOM;
  }

  /** The same with another choice; null when that leaves no room. @param brk where the break is. */
  confined(choice: Confinement, brk: number): AddressBounds | null {
    const whole = {
      breakLimit: choice.breakLimit ?? this.breakLimit,
      floor: choice.floor ?? (choice.heap === undefined ? this.#floor : choice.heap + HEAP_ROOM),
      ceiling: choice.ceiling ?? this.ceiling,
    };
    const heap = choice.heap ?? this.heap;
    // A heap that is in use stays where it is.
    if (choice.heap !== undefined && brk !== this.heap) return null;
    const lowest = Math.max(heap, choice.heap === undefined ? brk : heap);
    if (whole.breakLimit < lowest || whole.floor < heap || whole.ceiling < lowest) return null;
    if (whole.ceiling > this.#maximum) return null;
    if (![heap, ...Object.values(whole)].every((bound) => Number.isInteger(bound) && bound >= 0)) return null;
    return new AddressBounds(this.#maximum, heap, whole);
  }

  /** Lowest address of a mapping that asks for none. @param brk where the break is, up to a page. */
  floor(brk: number): number {
    return Math.max(this.#floor, brk);
  }
}
