/** The beginning of kernel memory: laid out once, before anything is allocated. */
import type { KernelMemory } from './kernel-memory.js';
import { LAYOUT_VERSION, MAGIC, READY_SET_SIZE, SUPERBLOCK, SUPERBLOCK_SIZE } from './layout.js';

/** Returns the first byte behind what it laid out. */
export function layOutSuperblock(memory: KernelMemory): number {
  memory.i32[SUPERBLOCK.MAGIC_W] = MAGIC;
  memory.i32[SUPERBLOCK.VERSION_W] = LAYOUT_VERSION;
  memory.i32[SUPERBLOCK.READY_SET_W] = SUPERBLOCK_SIZE;
  memory.u32[SUPERBLOCK.LENGTH_W] = memory.u8.length;
  return SUPERBLOCK_SIZE + READY_SET_SIZE;
}
