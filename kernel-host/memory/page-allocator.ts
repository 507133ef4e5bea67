/**
 * Hands out runs of 4 KiB pages of kernel memory. Free runs are kept by length in powers of two and joined with their
 * neighbours when returned. Its own state lies in the kernel's heap: only the kernel allocates.
 */
import { type Address, type KernelMemory, WASM_PAGE } from './kernel-memory.js';

export const PAGE = 4096;
const PAGES_PER_WASM_PAGE = WASM_PAGE / PAGE;
/** Memory grows by at least this many wasm pages (1 MiB): growing is a system call of the host. */
const LEAST_GROWTH = 16;
const BINS = 21;

const bin = (pages: number): number => Math.min(BINS - 1, 31 - Math.clz32(pages));

export class PageAllocator {
  readonly #memory: KernelMemory;
  /** First page to length of each free run, and its mirror by the page behind the run. */
  readonly #lengthByStart = new Map<number, number>();
  readonly #startByEnd = new Map<number, number>();
  readonly #bins: Set<number>[] = Array.from({ length: BINS }, () => new Set<number>());
  #freePages = 0;

  /** @param firstFree byte address behind what is laid out by hand. */
  constructor(memory: KernelMemory, firstFree: number) {
    this.#memory = memory;
    const first = Math.ceil(firstFree / PAGE);
    this.#insert(first, memory.u8.length / PAGE - first);
  }

  /** Bytes that are allocated, the hand-laid part included. */
  get used(): number {
    return this.#memory.u8.length - this.#freePages * PAGE;
  }

  /** A run of `pages` pages, its content as it was left; null when memory is exhausted. */
  allocate(pages: number): Address | null {
    const start = this.#find(pages) ?? this.#growFor(pages);
    if (start === null) return null;
    const length = this.#remove(start);
    if (length > pages) this.#insert(start + pages, length - pages);
    return address(start);
  }

  /** As `allocate`, but all zero. */
  allocateZeroed(pages: number): Address | null {
    const at = this.allocate(pages);
    if (at !== null) this.#memory.u8.fill(0, at, at + pages * PAGE);
    return at;
  }

  /** Lengthens a run in place when what lies behind it is free. */
  extend(at: Address, pages: number, by: number): boolean {
    const next = at / PAGE + pages;
    const length = this.#lengthByStart.get(next);
    if (length === undefined || length < by) return false;
    this.#remove(next);
    if (length > by) this.#insert(next + by, length - by);
    return true;
  }

  free(at: Address, pages: number): void {
    let start = at / PAGE;
    let length = pages;
    const before = this.#startByEnd.get(start);
    if (before !== undefined) {
      length += this.#remove(before);
      start = before;
    }
    if (this.#lengthByStart.has(start + length)) length += this.#remove(start + length);
    this.#insert(start, length);
  }

  #find(pages: number): number | null {
    for (const start of this.#bins[bin(pages)] ?? []) {
      if ((this.#lengthByStart.get(start) ?? 0) >= pages) return start;
    }
    for (let i = bin(pages) + 1; i < BINS; i++) {
      for (const start of this.#bins[i] ?? []) return start;
    }
    return null;
  }

  #growFor(pages: number): number | null {
    const end = this.#memory.u8.length / PAGE;
    const tail = this.#startByEnd.get(end);
    const missing = pages - (tail === undefined ? 0 : end - tail);
    // An eighth more than there is keeps the number of growths logarithmic.
    const wanted = Math.ceil(missing / PAGES_PER_WASM_PAGE);
    const generous = Math.max(wanted, LEAST_GROWTH, Math.floor(this.#memory.u8.length / WASM_PAGE / 8));
    if (!this.#memory.grow(generous) && !this.#memory.grow(wanted)) return null;
    this.free(address(end), this.#memory.u8.length / PAGE - end);
    return this.#find(pages);
  }

  #insert(start: number, length: number): void {
    if (length === 0) return;
    this.#lengthByStart.set(start, length);
    this.#startByEnd.set(start + length, start);
    this.#bins[bin(length)]?.add(start);
    this.#freePages += length;
  }

  #remove(start: number): number {
    const length = this.#lengthByStart.get(start) ?? 0;
    this.#lengthByStart.delete(start);
    this.#startByEnd.delete(start + length);
    this.#bins[bin(length)]?.delete(start);
    this.#freePages -= length;
    return length;
  }
}

const address = (page: number): Address => (page * PAGE) as Address;
