/** The record of a process in kernel memory, which its own workers read (`memory/layout.ts`): made, filled, given back. */
import { EAGAIN, ENOMEM, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Address } from '../memory/kernel-memory.js';
import { PROCESS, PROCESS_SIZE, SPARES } from '../memory/layout.js';
import { PAGE } from '../memory/page-allocator.js';
import type { Pid, Process } from './process.js';

/** A page of entries: RLIMIT_NOFILE's usual soft limit. */
export const DESCRIPTORS = PAGE / 4;
const tablePages = (descriptors: number): number => (descriptors * 4) / PAGE;

/** With an empty table of descriptors, of the size of the parent's. @throws Errno EAGAIN */
export function makeRecord(kernel: Kernel, pid: Pid, parent: Process | null): Address {
  const descriptors = parent?.descriptors.size ?? DESCRIPTORS;
  const record = kernel.slabs.allocate(PROCESS_SIZE);
  const table = kernel.pages.allocateZeroed(tablePages(descriptors));
  if (record === null || table === null) {
    if (record !== null) kernel.slabs.free(record, PROCESS_SIZE);
    if (table !== null) kernel.pages.free(table, tablePages(descriptors));
    throw new Errno(EAGAIN);
  }
  const { u32 } = kernel.memory;
  const word = record >>> 2;
  u32[word + PROCESS.PID_W] = pid;
  u32[word + PROCESS.ROOT_W] = kernel.vfs.root.root;
  u32[word + PROCESS.UMASK_W] = parent?.umask ?? 0o022;
  u32[word + PROCESS.TABLE_W] = table;
  u32[word + PROCESS.TABLE_SIZE_W] = descriptors;
  u32[word + PROCESS.LIMIT_W] = parent?.descriptors.limit ?? DESCRIPTORS;
  return record;
}

/**
 * New descriptors are below `limit` from now on. The table grows where it must, and never shrinks: what is open stays so.
 * @throws Errno ENOMEM
 */
export function limitDescriptors(kernel: Kernel, process: Process, limit: number): void {
  const { u32 } = kernel.memory;
  const word = process.record >>> 2;
  const [table, size] = [u32[word + PROCESS.TABLE_W] as Address, process.descriptors.size];
  const wanted = Math.ceil(limit / DESCRIPTORS) * DESCRIPTORS;
  if (wanted > size) {
    const grown = kernel.pages.allocateZeroed(tablePages(wanted));
    if (grown === null) throw new Errno(ENOMEM);
    u32.copyWithin(grown >>> 2, table >>> 2, (table >>> 2) + size);
    u32[word + PROCESS.TABLE_W] = grown;
    u32[word + PROCESS.TABLE_SIZE_W] = wanted;
    kernel.pages.free(table, tablePages(size));
  }
  u32[word + PROCESS.LIMIT_W] = limit;
}

/** Hands over blank descriptions, for the process to open files with on its own. */
export function refillSpares(kernel: Kernel, process: Process): void {
  const word = process.record >>> 2;
  let count = kernel.memory.u32[word + PROCESS.SPARE_COUNT_W] as number;
  while (count < SPARES) {
    const spare = kernel.descriptions.spare();
    if (spare < 0) break;
    kernel.memory.u32[word + PROCESS.SPARES_W + count++] = spare;
  }
  kernel.memory.u32[word + PROCESS.SPARE_COUNT_W] = count;
}

export function freeRecord(kernel: Kernel, process: Process): void {
  const { u32 } = kernel.memory;
  const word = process.record >>> 2;
  for (let i = u32[word + PROCESS.SPARE_COUNT_W] as number; i > 0; i--)
    kernel.descriptions.freeSpare(u32[word + PROCESS.SPARES_W + i - 1] as number);
  kernel.pages.free(u32[word + PROCESS.TABLE_W] as Address, tablePages(process.descriptors.size));
  kernel.slabs.free(process.record as Address, PROCESS_SIZE);
}
