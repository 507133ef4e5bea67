/**
 * Sequence counters (Linux: seqlock.h): the kernel makes a counter odd, changes what it guards and makes it even again;
 * a reader that saw it odd, or changed, read nothing valid and tries again.
 */
import type { KernelMemory } from './kernel-memory.js';

/**
 * An atomic change may become visible behind the plain ones that follow it (Arm Architecture Reference Manual B2.3.3: a release does not hold
 * back what comes later); an atomic load behind it does hold those back (Linux: smp_wmb() in do_raw_write_seqcount_begin()).
 */
export function beginWrite(memory: KernelMemory, word: number): void {
  Atomics.add(memory.i32, word, 1);
  Atomics.load(memory.i32, word);
}

export const endWrite = (memory: KernelMemory, word: number): void => void Atomics.add(memory.i32, word, 1);

/** Runs `change` between two steps of a counter. */
export function changing<T>(memory: KernelMemory, word: number, change: () => T): T {
  beginWrite(memory, word);
  try {
    return change();
  } finally {
    endWrite(memory, word);
  }
}

/**
 * The counter to pass to `readIsValid`. Odd while a change is under way. What was changed before it may lie in memory that has grown
 * since the reader's views were made: they are made again, so that a reader takes its views behind this call.
 */
export function beginRead(memory: KernelMemory, word: number): number {
  if (word >= memory.i32.length) memory.refresh();
  const sequence = Atomics.load(memory.i32, word);
  memory.catchUp();
  return sequence;
}

export function readIsValid(memory: KernelMemory, word: number, sequence: number): boolean {
  // What was read plainly is read before the counter is looked at again.
  memory.orderReads();
  return (sequence & 1) === 0 && Atomics.load(memory.i32, word) === sequence;
}
