/**
 * The shared region in which the kernel keeps what guests' workers may read for themselves: file system, open file
 * descriptions, descriptor tables, pipe and socket rings. Guests never see it: wasm code sees its own memory only.
 *
 * It is a shared WebAssembly.Memory and not a growable SharedArrayBuffer: its typed arrays have a fixed length, which
 * engines optimise, and every engine with threads has it. A view made before a growth stays valid for what it covered.
 */
import type { Brand } from './brand.js';
import { SUPERBLOCK } from './layout.js';

/** Byte offset in kernel memory. 0 is no address: the superblock lies there. */
export type Address = Brand<number, 'Address'>;

export const WASM_PAGE = 65536;
/** Addresses are u32, and so is the length that memory has grown to (`SUPERBLOCK.LENGTH_W`). */
const LARGEST_PAGES = 65535;
/** Engines on phones refuse large reservations: each is tried in turn. */
const RESERVATIONS = [LARGEST_PAGES, 32768, 16384, 8192];

export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  u8: Uint8Array;
  i32: Int32Array;
  u32: Uint32Array;
  f64: Float64Array;
  view: DataView;
  readonly #fence = new Int32Array(new SharedArrayBuffer(4));

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    const { buffer } = memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
  }

  /** @throws RangeError when not even the smallest reservation is granted. */
  static create(initialPages: number): KernelMemory {
    let refusal: unknown;
    for (const maximum of RESERVATIONS) {
      try {
        return new KernelMemory(new WebAssembly.Memory({ initial: initialPages, maximum, shared: true }));
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  }

  /** Makes the views cover what has been grown since, by whichever thread. */
  refresh(): void {
    const { buffer } = this.memory;
    if (buffer.byteLength === this.u8.length) return;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Adds `pages` wasm pages; false when the reservation or the machine has no more. Kernel only. */
  grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.refresh();
    Atomics.store(this.u32, SUPERBLOCK.LENGTH_W, this.u8.length);
    return true;
  }

  /**
   * Keeps plain reads that come before it from being done behind an atomic load that follows it, which by itself holds back only
   * what comes later: an atomic store stands between the two (Linux: smp_rmb() in do_read_seqcount_retry()).
   */
  orderReads(): void {
    Atomics.store(this.#fence, 0, 0);
  }

  /** Called by a process's worker before it reads: what the kernel wrote may lie behind its views. */
  catchUp(): void {
    if (Atomics.load(this.u32, SUPERBLOCK.LENGTH_W) > this.u8.length) this.refresh();
  }
}
