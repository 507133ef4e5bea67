/** Looking names up in the shared directory index. Used by the kernel and by every process worker. */
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DENTRY, SUPERBLOCK } from '../memory/layout.js';

/** FNV-1a (Fowler, Noll, Vo) over the name, seeded with the directory. */
export function hashName(parent: number, bytes: Uint8Array, from: number, to: number): number {
  let hash = Math.imul(parent, 0x9e3779b1) ^ 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** A chain longer than this was read while it changed, or the table is far too small: the caller tries again. */
const LONGEST_CHAIN = 100_000;

/**
 * Address of the dentry of `bytes[from..to)` in the directory whose inode is at `parent`; 0 when there is none.
 * A worker's answer is worth nothing unless the name space's sequence counter is unchanged afterwards.
 */
export function findDentry(memory: KernelMemory, parent: number, bytes: Uint8Array, from: number, to: number): number {
  const { u32, u8 } = memory;
  const length = to - from;
  const hash = hashName(parent, bytes, from, to) >>> 0;
  const bucket = hash & ((u32[SUPERBLOCK.DENTRY_BUCKETS_W] as number) - 1);
  let at = u32[((u32[SUPERBLOCK.DENTRY_TABLE_W] as number) >>> 2) + bucket] as number;
  for (let steps = 0; at !== 0 && steps < LONGEST_CHAIN; steps++) {
    const word = at >>> 2;
    if (
      u32[word + DENTRY.HASH_W] === hash &&
      u32[word + DENTRY.PARENT_W] === parent &&
      u32[word + DENTRY.NAME_LENGTH_W] === length
    ) {
      const name = at + DENTRY.NAME;
      let i = 0;
      while (i < length && u8[name + i] === bytes[from + i]) i++;
      if (i === length) return at;
    }
    at = u32[word + DENTRY.HASH_NEXT_W] as number;
  }
  return 0;
}
