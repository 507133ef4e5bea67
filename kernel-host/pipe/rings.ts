/** Creation and end of byte rings. Kernel only; use is in `ring.ts`. */
import { ENFILE, ENOBUFS } from '../abi/errno.js';
import type { Sources } from '../channel/sources.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import {
  RING,
  RING_ANCILLARY,
  RING_READER_CLOSED,
  RING_READER_WAITS,
  RING_RESET,
  RING_SIZE,
  RING_WRITER_CLOSED,
  RING_WRITER_WAITS,
} from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import type { SlabAllocator } from '../memory/slab-allocator.js';
import { WaitQueue } from '../poll/wait-queue.js';

/** Linux gives a pipe 16 pages (pipe(7)). */
export const PIPE_CAPACITY = 65536;
/** As much as one side may be ahead of the other: half of the largest chunk that goes to the browser. */
export const SOCKET_CAPACITY = 131072;

export class Ring {
  readonly address: number;
  readonly readers = new WaitQueue();
  readonly writers = new WaitQueue();
  readonly #memory: KernelMemory;

  constructor(memory: KernelMemory, address: number) {
    this.#memory = memory;
    this.address = address;
  }

  /** No more is written: readers see the end behind what is there. */
  closeWriter(): void {
    this.#setState(RING_WRITER_CLOSED);
  }

  /** Nobody reads: writers get EPIPE. */
  closeReader(): void {
    this.#setState(RING_READER_CLOSED);
  }

  /** Both sides get ECONNRESET. */
  reset(): void {
    this.#setState(RING_RESET | RING_WRITER_CLOSED | RING_READER_CLOSED);
  }

  /** Someone is about to sleep until bytes arrive, or room does: whoever brings that rings. Look once more after this. */
  armReader(): void {
    Atomics.or(this.#memory.i32, (this.address >>> 2) + RING.WAITERS_W, RING_READER_WAITS);
  }

  armWriter(): void {
    Atomics.or(this.#memory.i32, (this.address >>> 2) + RING.WAITERS_W, RING_WRITER_WAITS);
  }

  /** Says whether more than bytes is on its way: before it is, and when it is no more. */
  markAncillary(present: boolean): void {
    const at = (this.address >>> 2) + RING.STATE_W;
    if (present) Atomics.or(this.#memory.i32, at, RING_ANCILLARY);
    else Atomics.and(this.#memory.i32, at, ~RING_ANCILLARY);
  }

  wake(): void {
    this.readers.wake();
    this.writers.wake();
  }

  #setState(bits: number): void {
    Atomics.or(this.#memory.i32, (this.address >>> 2) + RING.STATE_W, bits);
    this.wake();
  }
}

export class Rings {
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #slabs: SlabAllocator;
  readonly #sources: Sources;

  constructor(memory: KernelMemory, pages: PageAllocator, slabs: SlabAllocator, sources: Sources) {
    this.#memory = memory;
    this.#pages = pages;
    this.#slabs = slabs;
    this.#sources = sources;
  }

  /** @param capacity a power of two of whole pages. Returns a negative errno when there is no room. */
  create(capacity: number): Ring | number {
    const address = this.#slabs.allocate(RING_SIZE);
    const buffer = this.#pages.allocate(capacity / PAGE);
    if (address === null || buffer === null) {
      if (address !== null) this.#slabs.free(address, RING_SIZE);
      if (buffer !== null) this.#pages.free(buffer, capacity / PAGE);
      return -ENOBUFS;
    }
    const ring = new Ring(this.#memory, address);
    const source = this.#sources.allocate(() => ring.wake());
    if (source < 0) {
      this.#slabs.free(address, RING_SIZE);
      this.#pages.free(buffer, capacity / PAGE);
      return -ENFILE;
    }
    const { u32 } = this.#memory;
    u32[(address >>> 2) + RING.CAPACITY_W] = capacity;
    u32[(address >>> 2) + RING.BUFFER_W] = buffer;
    u32[(address >>> 2) + RING.SOURCE_W] = source;
    return ring;
  }

  /** Neither side refers to it any more. */
  destroy(ring: Ring): void {
    const { u32 } = this.#memory;
    const word = ring.address >>> 2;
    this.#sources.free(u32[word + RING.SOURCE_W] as number);
    this.#pages.free(u32[word + RING.BUFFER_W] as Address, (u32[word + RING.CAPACITY_W] as number) / PAGE);
    this.#slabs.free(ring.address as Address, RING_SIZE);
  }
}
