/**
 * Sequence counters (Linux: seqlock.h): the kernel makes a counter odd, changes what it guards and makes it even again;
 * a reader that saw it odd, or changed, read nothing valid and tries again.
 */
import type { KernelMemory } from './kernel-memory.js';

export const beginWrite = (memory: KernelMemory, word: number): void => void Atomics.add(memory.i32, word, 1);
export const endWrite = beginWrite;

/** The counter to pass to `readIsValid`. Odd while a change is under way. */
export const beginRead = (memory: KernelMemory, word: number): number => Atomics.load(memory.i32, word);

export const readIsValid = (memory: KernelMemory, word: number, sequence: number): boolean =>
  (sequence & 1) === 0 && Atomics.load(memory.i32, word) === sequence;
