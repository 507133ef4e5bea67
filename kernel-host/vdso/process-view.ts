/** A process as its own worker sees it: its record, descriptors, and the blank descriptions it may open files with. */

import { DescriptorTable } from '../file/descriptor-table.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DESCRIPTION, PROCESS, SPARES } from '../memory/layout.js';

export class ProcessView {
  readonly memory: KernelMemory;
  readonly descriptors: DescriptorTable;
  readonly #word: number;

  constructor(memory: KernelMemory, record: number) {
    this.memory = memory;
    this.descriptors = new DescriptorTable(memory, record);
    this.#word = record >>> 2;
  }

  get pid(): number {
    return this.#field(PROCESS.PID_W);
  }

  /** Inode of the working directory; 0 when it lies on a mounted file system. */
  get cwd(): number {
    return this.#field(PROCESS.CWD_W);
  }

  /** Whether its one thread may answer calls by itself. */
  get alone(): boolean {
    return Atomics.load(this.memory.u32, this.#word + PROCESS.ALONE_W) === 1;
  }

  get root(): number {
    return this.#field(PROCESS.ROOT_W);
  }

  /** Counts a system call of the program. */
  countCall(): void {
    const { f64 } = this.memory;
    const at = (this.#word >>> 1) + PROCESS.CALLS_F64;
    f64[at] = (f64[at] as number) + 1;
  }

  description(fd: number): number {
    return this.descriptors.get(fd);
  }

  /** A field of a description. */
  field(description: number, field: number): number {
    return this.memory.u32[(description >>> 2) + field] as number;
  }

  setField(description: number, field: number, value: number): void {
    this.memory.u32[(description >>> 2) + field] = value;
  }

  offset(description: number): number {
    return this.memory.f64[(description >>> 3) + DESCRIPTION.OFFSET_F64] as number;
  }

  setOffset(description: number, offset: number): void {
    this.memory.f64[(description >>> 3) + DESCRIPTION.OFFSET_F64] = offset;
  }

  /** Whether no other process shares it: then it may be used without the kernel. */
  owns(description: number): boolean {
    return this.field(description, DESCRIPTION.SHARED_W) === 0;
  }

  /** A blank description, or 0 when none is left: the kernel hands out more with the next open. */
  takeSpare(): number {
    const { u32 } = this.memory;
    const count = this.#field(PROCESS.SPARE_COUNT_W);
    if (count === 0) return 0;
    u32[this.#word + PROCESS.SPARE_COUNT_W] = count - 1;
    return u32[this.#word + PROCESS.SPARES_W + count - 1] as number;
  }

  /** False when there is no room for it. */
  returnSpare(description: number): boolean {
    const { u32 } = this.memory;
    const count = this.#field(PROCESS.SPARE_COUNT_W);
    if (count === SPARES) return false;
    u32[this.#word + PROCESS.SPARES_W + count] = description;
    u32[this.#word + PROCESS.SPARE_COUNT_W] = count + 1;
    return true;
  }

  #field(field: number): number {
    return this.memory.u32[this.#word + field] as number;
  }
}
