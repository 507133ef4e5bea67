import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, KernelMemory, WASM_PAGE } from '../../../kernel-host/memory/kernel-memory.js';
import { PAGE, PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { SlabAllocator } from '../../../kernel-host/memory/slab-allocator.js';

const INITIAL = 16;

/** As the allocator would be in a memory that may grow to `maximum` wasm pages only. */
function allocator(maximum = 256) {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: INITIAL, maximum, shared: true }));
  return { memory, pages: new PageAllocator(memory, PAGE) };
}

interface Run {
  at: Address;
  pages: number;
}

const overlap = (a: Run, b: Run): boolean => a.at < b.at + b.pages * PAGE && b.at < a.at + a.pages * PAGE;

describe('the page allocator', () => {
  it('hands out runs that do not overlap, and gets all of them back', () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('allocate' as const), pages: fc.integer({ min: 1, max: 70 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('free' as const), which: fc.nat() }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('extend' as const),
          which: fc.nat(),
          by: fc.integer({ min: 1, max: 20 }),
        }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { memory, pages } = allocator();
        const before = pages.used;
        const runs: Run[] = [];
        for (const action of steps) {
          if (action.kind === 'allocate') {
            const at = pages.allocate(action.pages);
            if (at === null) continue;
            const run = { at, pages: action.pages };
            expect(at % PAGE).toBe(0);
            expect(at + run.pages * PAGE).toBeLessThanOrEqual(memory.u8.length);
            expect(runs.filter((other) => overlap(run, other))).toEqual([]);
            runs.push(run);
          } else if (runs.length > 0) {
            const run = runs[action.which % runs.length] as Run;
            if (action.kind === 'free') {
              pages.free(run.at, run.pages);
              runs.splice(runs.indexOf(run), 1);
            } else if (pages.extend(run.at, run.pages, action.by)) {
              run.pages += action.by;
              expect(runs.filter((other) => other !== run && overlap(run, other))).toEqual([]);
            }
          }
          const allocated = runs.reduce((sum, run) => sum + run.pages, 0);
          expect(pages.used).toBe(before + allocated * PAGE);
        }
        for (const run of runs) pages.free(run.at, run.pages);
        expect(pages.used).toBe(before);
        // All of it has become one run again: the whole of it can be had at once, without growing.
        const whole = memory.u8.length / PAGE - 1;
        expect(pages.allocate(whole)).toBe(PAGE);
        expect(memory.u8.length / PAGE - 1).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('says so when memory is exhausted, and goes on with what is given back', () => {
    const { memory, pages } = allocator(32);
    const runs: Address[] = [];
    for (let at = pages.allocate(7); at !== null; at = pages.allocate(7)) runs.push(at);
    expect(memory.u8.length).toBe(32 * WASM_PAGE);
    expect(pages.allocate(1000)).toBeNull();
    for (const at of runs) pages.free(at, 7);
    expect(pages.allocate(32 * (WASM_PAGE / PAGE) - 1)).toBe(PAGE);
  });
});

describe('the slab allocator', () => {
  it('hands out zeroed records that do not overlap, at multiples of 64', () => {
    const sizes = fc.integer({ min: 1, max: 4160 });
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, fc.boolean(), fc.nat()), { maxLength: 200 }), (steps) => {
        const { memory, pages } = allocator();
        const slabs = new SlabAllocator(memory, pages);
        const records: { at: Address; size: number }[] = [];
        for (const [size, frees, which] of steps) {
          if (frees && records.length > 0) {
            const [record] = records.splice(which % records.length, 1);
            if (record) slabs.free(record.at, record.size);
            continue;
          }
          const at = slabs.allocate(size);
          if (at === null) continue;
          expect(at % 64).toBe(0);
          expect(memory.u8.subarray(at, at + size).every((byte) => byte === 0)).toBe(true);
          expect(records.some((other) => at < other.at + other.size && other.at < at + size)).toBe(false);
          memory.u8.fill(0xa5, at, at + size);
          records.push({ at, size });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('uses a record that was given back again', () => {
    const { memory, pages } = allocator();
    const slabs = new SlabAllocator(memory, pages);
    const first = slabs.allocate(100) as Address;
    const used = pages.used;
    for (let i = 0; i < 10_000; i++) {
      slabs.free(first, 100);
      expect(slabs.allocate(100)).toBe(first);
    }
    expect(pages.used).toBe(used);
  });
});
