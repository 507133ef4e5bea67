/** A process's descriptor table (POSIX 2.14): used by the process's own worker, and by the kernel while that waits. */
import { EBADF, EMFILE } from '../abi/errno.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { ENTRY_CLOEXEC, entryDescription, PROCESS } from '../memory/layout.js';

export class DescriptorTable {
  readonly #memory: KernelMemory;
  readonly #process: number;

  /** @param process address of the process record. */
  constructor(memory: KernelMemory, process: number) {
    this.#memory = memory;
    this.#process = process;
  }

  /** Descriptors are below this. */
  get size(): number {
    return this.#memory.u32[(this.#process >>> 2) + PROCESS.TABLE_SIZE_W] as number;
  }

  /** New descriptors are below this (RLIMIT_NOFILE). */
  get limit(): number {
    return this.#memory.u32[(this.#process >>> 2) + PROCESS.LIMIT_W] as number;
  }

  /** Whether another descriptor can be had. */
  get hasRoom(): boolean {
    const { u32 } = this.#memory;
    const { limit } = this;
    for (let fd = u32[(this.#process >>> 2) + PROCESS.LOWEST_FREE_W] as number; fd < limit; fd++)
      if (u32[this.#slot(fd)] === 0) return true;
    return false;
  }

  /** The description's address, or -EBADF. */
  get(fd: number): number {
    if (fd < 0 || fd >= this.size) return -EBADF;
    const entry = this.#memory.u32[this.#slot(fd)] as number;
    return entry === 0 ? -EBADF : entryDescription(entry);
  }

  closesOnExec(fd: number): boolean {
    return ((this.#memory.u32[this.#slot(fd)] as number) & ENTRY_CLOEXEC) !== 0;
  }

  setClosesOnExec(fd: number, closes: boolean): void {
    const slot = this.#slot(fd);
    const entry = this.#memory.u32[slot] as number;
    this.#memory.u32[slot] = closes ? entry | ENTRY_CLOEXEC : entry & ~ENTRY_CLOEXEC;
  }

  /** Puts `description` at the lowest free descriptor from `from` on; the descriptor, or -EMFILE. */
  allocate(description: number, closesOnExec: boolean, from = 0): number {
    const { u32 } = this.#memory;
    const lowest = (this.#process >>> 2) + PROCESS.LOWEST_FREE_W;
    const limit = this.limit;
    let fd = Math.max(from, u32[lowest] as number);
    while (fd < limit && u32[this.#slot(fd)] !== 0) fd++;
    if (fd >= limit) return -EMFILE;
    this.put(fd, description, closesOnExec);
    if (from <= (u32[lowest] as number)) u32[lowest] = fd + 1;
    return fd;
  }

  /** Whatever was at `fd` has been closed by the caller. */
  put(fd: number, description: number, closesOnExec: boolean): void {
    this.#memory.u32[this.#slot(fd)] = description | (closesOnExec ? ENTRY_CLOEXEC : 0);
  }

  clear(fd: number): void {
    const { u32 } = this.#memory;
    u32[this.#slot(fd)] = 0;
    const lowest = (this.#process >>> 2) + PROCESS.LOWEST_FREE_W;
    if (fd < (u32[lowest] as number)) u32[lowest] = fd;
  }

  /** Calls `visit` with every open descriptor and its description. */
  forEach(visit: (fd: number, description: number) => void): void {
    const { size } = this;
    for (let fd = 0; fd < size; fd++) {
      const entry = this.#memory.u32[this.#slot(fd)] as number;
      if (entry !== 0) visit(fd, entryDescription(entry));
    }
  }

  #slot(fd: number): number {
    return ((this.#memory.u32[(this.#process >>> 2) + PROCESS.TABLE_W] as number) >>> 2) + fd;
  }
}
