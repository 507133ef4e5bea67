/**
 * The one doorbell of a machine and the set of those who rang. Ringing is lock-free and may be done by any thread;
 * only the kernel takes from the set.
 */
import type { KernelMemory } from '../memory/kernel-memory.js';
import { READY_GROUP, READY_SOURCES, READY_SUMMARY_WORDS, SUPERBLOCK } from '../memory/layout.js';

/** Marks a source of work as ready and wakes the kernel if it sleeps. */
export function ring(memory: KernelMemory, source: number): void {
  const { i32 } = memory;
  const set = (i32[SUPERBLOCK.READY_SET_W] as number) >>> 2;
  const word = source >>> 5;
  Atomics.or(i32, set + READY_SUMMARY_WORDS + word, 1 << (source & 31));
  Atomics.or(i32, set + (word >>> 5), 1 << (word & 31));
  Atomics.add(i32, SUPERBLOCK.DOORBELL_W, 1);
  // Notifying costs a system call of the host even when nobody sleeps.
  if (Atomics.load(i32, SUPERBLOCK.ASLEEP_W) === 1) Atomics.notify(i32, SUPERBLOCK.DOORBELL_W);
}

/**
 * Takes every ready source out of the set and hands it to `serve`, in order of their numbers; returns how many there were.
 * @param end only those below, a multiple of READY_GROUP.
 */
export function takeReady(memory: KernelMemory, serve: (source: number) => void, end = READY_SOURCES): number {
  const { i32 } = memory;
  const set = (i32[SUPERBLOCK.READY_SET_W] as number) >>> 2;
  let count = 0;
  for (let group = 0; group < end / READY_GROUP; group++) {
    if (Atomics.load(i32, set + group) === 0) continue;
    let words = Atomics.exchange(i32, set + group, 0);
    let word = 0;
    let bits = 0;
    try {
      while (words !== 0) {
        word = group * 32 + (31 - Math.clz32(words & -words));
        words &= words - 1;
        bits = Atomics.exchange(i32, set + READY_SUMMARY_WORDS + word, 0);
        while (bits !== 0) {
          const source = word * 32 + (31 - Math.clz32(bits & -bits));
          bits &= bits - 1;
          count++;
          serve(source);
        }
      }
    } finally {
      // When one throws, the others are ready still.
      if (bits !== 0) Atomics.or(i32, set + READY_SUMMARY_WORDS + word, bits);
      if (bits !== 0) words |= 1 << (word & 31);
      if (words !== 0) Atomics.or(i32, set + group, words);
    }
  }
  return count;
}
