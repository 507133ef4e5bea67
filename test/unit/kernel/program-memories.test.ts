import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProgramMemories } from '../../../kernel-host/memory/program-memories.js';

const PAGE = 65536;
const MAXIMUM = 512;

const bytesOf = (memory: WebAssembly.Memory) => new Uint8Array(memory.buffer);
const isZero = (bytes: Uint8Array) => Buffer.from(bytes).equals(Buffer.alloc(bytes.length));

it('gives a program nothing of what was there before', () => {
  const step = fc.record({
    copies: fc.boolean(),
    pages: fc.integer({ min: 1, max: 4 }),
    grows: fc.integer({ min: 0, max: 3 }),
    cuts: fc.array(fc.integer({ min: 0, max: PAGE }), { minLength: 2, maxLength: 6 }),
    keeps: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const memories = new ProgramMemories();
      const parent = new WebAssembly.Memory({ initial: 2, maximum: MAXIMUM, shared: true });
      bytesOf(parent).fill(7);
      for (const { copies, pages, grows, cuts, keeps } of steps) {
        let memory: WebAssembly.Memory;
        if (copies) {
          const places = [...new Set(cuts)].sort((a, b) => a - b);
          const ranges = places.slice(1).map((end, index) => ({ start: places[index] ?? 0, end }));
          const chosen = ranges.filter((_, index) => index % 2 === 0);
          memory = memories.copy(parent, MAXIMUM, chosen);
          const expected = Buffer.alloc(memory.buffer.byteLength);
          for (const { start, end } of chosen) expected.fill(7, start, end);
          expect(Buffer.from(bytesOf(memory)).equals(expected)).toBe(true);
        } else {
          memory = memories.take(pages, MAXIMUM);
          expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(pages * PAGE);
          expect(isZero(bytesOf(memory))).toBe(true);
        }
        memory.grow(grows);
        bytesOf(memory).fill(9);
        if (!keeps) memories.give(memory, MAXIMUM);
      }
    }),
    { numRuns: 60 },
  );
});

it('gives a memory to one program at a time, and only where it may grow as far', () => {
  const memories = new ProgramMemories();
  const memory = memories.take(1, MAXIMUM);
  memories.give(memory, MAXIMUM);
  expect(memories.take(1, MAXIMUM + 1)).not.toBe(memory);
  expect(memories.take(2, MAXIMUM)).not.toBe(memory);
  expect(memories.take(1, MAXIMUM)).toBe(memory);
  expect(memories.take(1, MAXIMUM)).not.toBe(memory);
});

it('keeps no large memory', () => {
  const memories = new ProgramMemories();
  const large = memories.take(300, MAXIMUM);
  memories.give(large, MAXIMUM);
  expect(memories.take(1, MAXIMUM)).not.toBe(large);
});
