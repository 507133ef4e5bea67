/**
 * Byte rings: one direction of a pipe or of a connection. One reader and one writer at a time, of whichever thread
 * (see `DESCRIPTION` in the memory layout for why that holds), so that plain copies and two counters do.
 */
import { ring as ringDoorbell } from '../channel/doorbell.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import {
  RING,
  RING_READER_CLOSED,
  RING_READER_WAITS,
  RING_RESET,
  RING_WRITER_CLOSED,
  RING_WRITER_WAITS,
} from '../memory/layout.js';

/** Bytes that can be read now. */
export function ringAvailable(memory: KernelMemory, ring: number): number {
  const word = ring >>> 2;
  return (Atomics.load(memory.i32, word + RING.HEAD_W) - Atomics.load(memory.i32, word + RING.TAIL_W)) >>> 0;
}

/** Bytes read and written since it was made, modulo 2^32, as signed numbers. */
export const ringReadPosition = (memory: KernelMemory, ring: number): number =>
  Atomics.load(memory.i32, (ring >>> 2) + RING.TAIL_W);
export const ringWritePosition = (memory: KernelMemory, ring: number): number =>
  Atomics.load(memory.i32, (ring >>> 2) + RING.HEAD_W);

/** Bytes that can be written now. */
export function ringRoom(memory: KernelMemory, ring: number): number {
  return (memory.u32[(ring >>> 2) + RING.CAPACITY_W] as number) - ringAvailable(memory, ring);
}

export const ringState = (memory: KernelMemory, ring: number): number =>
  Atomics.load(memory.i32, (ring >>> 2) + RING.STATE_W);
export const ringWriterClosed = (memory: KernelMemory, ring: number): boolean =>
  (ringState(memory, ring) & RING_WRITER_CLOSED) !== 0;
export const ringReaderClosed = (memory: KernelMemory, ring: number): boolean =>
  (ringState(memory, ring) & RING_READER_CLOSED) !== 0;
export const ringReset = (memory: KernelMemory, ring: number): boolean => (ringState(memory, ring) & RING_RESET) !== 0;

/**
 * Copies up to `length` bytes into `into[at..]`; `peek` leaves them in the ring. Returns the count.
 * @param rings the doorbell, for who sleeps; the kernel wakes them itself.
 */
export function readRing(
  memory: KernelMemory,
  ring: number,
  into: Uint8Array,
  at: number,
  length: number,
  peek: boolean,
  rings = true,
): number {
  const word = ring >>> 2;
  const count = Math.min(length, ringAvailable(memory, ring));
  if (count === 0) return 0;
  const { u8, u32, i32 } = memory;
  const capacity = u32[word + RING.CAPACITY_W] as number;
  const buffer = u32[word + RING.BUFFER_W] as number;
  const tail = i32[word + RING.TAIL_W] as number;
  const from = (tail & (capacity - 1)) >>> 0;
  const first = Math.min(count, capacity - from);
  into.set(u8.subarray(buffer + from, buffer + from + first), at);
  if (first < count) into.set(u8.subarray(buffer, buffer + count - first), at + first);
  if (peek) return count;
  Atomics.store(i32, word + RING.TAIL_W, (tail + count) | 0);
  wakeRing(memory, word, RING_WRITER_WAITS, rings);
  return count;
}

/**
 * Copies up to `length` bytes from `from[at..]`; returns the count. The caller has checked that the reader is there.
 * @param rings the doorbell, for who sleeps; the kernel wakes them itself.
 */
export function writeRing(
  memory: KernelMemory,
  ring: number,
  from: Uint8Array,
  at: number,
  length: number,
  rings = true,
): number {
  const word = ring >>> 2;
  const count = Math.min(length, ringRoom(memory, ring));
  if (count === 0) return 0;
  const { u8, u32, i32 } = memory;
  const capacity = u32[word + RING.CAPACITY_W] as number;
  const buffer = u32[word + RING.BUFFER_W] as number;
  const head = i32[word + RING.HEAD_W] as number;
  const to = (head & (capacity - 1)) >>> 0;
  const first = Math.min(count, capacity - to);
  u8.set(from.subarray(at, at + first), buffer + to);
  if (first < count) u8.set(from.subarray(at + first, at + count), buffer);
  Atomics.store(i32, word + RING.HEAD_W, (head + count) | 0);
  wakeRing(memory, word, RING_READER_WAITS, rings);
  return count;
}

/** Adds to what is said of a ring's ends (RING_WRITER_CLOSED, RING_READER_CLOSED), and wakes who waits for either. */
export function closeRing(memory: KernelMemory, ring: number, bits: number): void {
  const word = ring >>> 2;
  Atomics.or(memory.i32, word + RING.STATE_W, bits);
  wakeRing(memory, word, RING_READER_WAITS | RING_WRITER_WAITS, true);
}

/** Rings when the other side sleeps. The bit is cleared by whoever wakes, so that each sleep is rung for once. */
function wakeRing(memory: KernelMemory, word: number, who: number, rings: boolean): void {
  const { i32 } = memory;
  if ((Atomics.load(i32, word + RING.WAITERS_W) & who) === 0) return;
  Atomics.and(i32, word + RING.WAITERS_W, ~who);
  if (rings) ringDoorbell(memory, i32[word + RING.SOURCE_W] as number);
}
