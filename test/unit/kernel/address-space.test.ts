/** brk and mmap: against a model of which byte belongs to whom, and one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EEXIST, EFAULT, EINVAL, ENOMEM, Errno } from '../../../kernel-host/abi/errno.js';
import { MAP_FIXED, MAP_FIXED_NOREPLACE, MREMAP_MAYMOVE, PAGE_SIZE } from '../../../kernel-host/abi/memory.js';
import { AddressSpace } from '../../../kernel-host/memory/address-space.js';

const MIB = 1024 * 1024;
const INITIAL = 65536;

function create(maximum = 64 * MIB) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: maximum / 65536, shared: true });
  const space = new AddressSpace(memory, maximum);
  const bytes = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  return { memory, space, bytes };
}

const errnoOf = (call: () => unknown): number => {
  try {
    call();
  } catch (error) {
    if (error instanceof Errno) return error.errno;
    throw error;
  }
  return 0;
};

describe('brk', () => {
  it('tells the break, moves it, and refuses what is out of reach', () => {
    const { space, memory } = create();
    expect(space.brk(0)).toBe(INITIAL);
    expect(space.brk(INITIAL + 100_000)).toBe(INITIAL + 100_000);
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(INITIAL + 100_000);
    expect(space.brk(INITIAL - 1)).toBe(INITIAL + 100_000);
    expect(space.brk(65 * MIB)).toBe(INITIAL + 100_000);
  });

  it('gives zero again what it had given back', () => {
    const { space, bytes } = create();
    space.brk(INITIAL + 5000);
    bytes(INITIAL, 5000).fill(1);
    space.brk(INITIAL + 100);
    space.brk(INITIAL + 5000);
    expect(bytes(INITIAL, 100)).toEqual(new Uint8Array(100).fill(1));
    expect(bytes(INITIAL + 100, 4900)).toEqual(new Uint8Array(4900));
  });

  it('stops before the first mapping', () => {
    const { space } = create();
    const first = space.map(0, PAGE_SIZE, 0);
    expect(space.brk(first)).toBe(first);
    expect(space.brk(first + 1)).toBe(first);
  });
});

describe('mmap', () => {
  it('uses the hole that munmap left, made zero', () => {
    const { space, bytes } = create();
    const [first, second] = [space.map(0, 3 * PAGE_SIZE, 0), space.map(0, PAGE_SIZE, 0)];
    bytes(first, 3 * PAGE_SIZE).fill(1);
    space.unmap(first + PAGE_SIZE, PAGE_SIZE);
    expect(space.map(0, PAGE_SIZE, 0)).toBe(first + PAGE_SIZE);
    expect(bytes(first + PAGE_SIZE, PAGE_SIZE)).toEqual(new Uint8Array(PAGE_SIZE));
    expect(bytes(first, PAGE_SIZE)).toEqual(new Uint8Array(PAGE_SIZE).fill(1));
    expect(second).toBe(first + 3 * PAGE_SIZE);
  });

  it('takes a hint where it is free', () => {
    const { space } = create();
    expect(space.map(20 * MIB, PAGE_SIZE, 0)).toBe(20 * MIB);
    expect(space.map(20 * MIB, PAGE_SIZE, 0)).not.toBe(20 * MIB);
  });

  it('leaves room behind a large block, which mremap grows into', () => {
    const { space, bytes } = create();
    const large = space.map(0, 2 * MIB, 0);
    const small = space.map(0, PAGE_SIZE, 0);
    expect(small).toBeGreaterThanOrEqual(large + 4 * MIB);
    bytes(large, 2 * MIB).fill(3);
    expect(space.remap(large, 2 * MIB, 4 * MIB, 0)).toBe(large);
    expect(errnoOf(() => space.remap(large, 4 * MIB, 5 * MIB, 0))).toBe(ENOMEM);
    const moved = space.remap(large, 4 * MIB, 5 * MIB, MREMAP_MAYMOVE);
    expect(moved).not.toBe(large);
    expect(bytes(moved, 5 * MIB).lastIndexOf(3)).toBe(2 * MIB - 1);
    expect(space.covers(large, PAGE_SIZE)).toBe(false);
  });

  it('gives that room to others when there is no other', () => {
    const { space } = create(10 * MIB);
    space.map(0, 4 * MIB, 0);
    expect(errnoOf(() => space.map(0, 3 * MIB, 0))).toBe(0);
    expect(errnoOf(() => space.map(0, 2 * MIB, 0))).toBe(ENOMEM);
  });

  it('replaces with MAP_FIXED, unless told not to, and not what is the program’s', () => {
    const { space, bytes } = create();
    const at = space.map(0, 2 * PAGE_SIZE, 0);
    bytes(at, 2 * PAGE_SIZE).fill(1);
    expect(errnoOf(() => space.map(at, PAGE_SIZE, MAP_FIXED_NOREPLACE))).toBe(EEXIST);
    expect(space.map(at, PAGE_SIZE, MAP_FIXED)).toBe(at);
    expect([...bytes(at + PAGE_SIZE - 1, 2)]).toEqual([0, 1]);
    expect(errnoOf(() => space.map(0, PAGE_SIZE, MAP_FIXED))).toBe(ENOMEM);
    expect(errnoOf(() => space.map(at + 1, PAGE_SIZE, MAP_FIXED))).toBe(EINVAL);
  });

  it('refuses what makes no sense', () => {
    const { space } = create();
    expect(errnoOf(() => space.map(0, 0, 0))).toBe(EINVAL);
    expect(errnoOf(() => space.map(0, 2 ** 32 - 1, 0))).toBe(ENOMEM);
    expect(errnoOf(() => space.map(2 ** 32 - PAGE_SIZE, PAGE_SIZE, MAP_FIXED))).toBe(ENOMEM);
    expect(errnoOf(() => space.unmap(1, PAGE_SIZE))).toBe(EINVAL);
    expect(errnoOf(() => space.unmap(0, 0))).toBe(EINVAL);
    expect(errnoOf(() => space.unmap(2 ** 32 - PAGE_SIZE, 2 * PAGE_SIZE))).toBe(EINVAL);
    expect(errnoOf(() => space.remap(30 * MIB, PAGE_SIZE, 2 * PAGE_SIZE, 0))).toBe(EFAULT);
  });
});

it('gives each page to one owner, and zero, whatever is asked in whatever order', () => {
  const command = fc.record({
    what: fc.constantFrom('map', 'hint', 'fixed', 'unmap', 'grow', 'brk'),
    page: fc.nat(600),
    pages: fc.integer({ min: 1, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const { space, bytes, memory } = create(16 * MIB);
      const base = INITIAL + 8 * MIB;
      const mapped = new Map<number, number>();
      let mark = 0;
      const own = (at: number, pages: number, kept = 0): void => {
        mark = (mark % 255) + 1;
        for (let i = kept; i < pages; i++) {
          const page = at + i * PAGE_SIZE;
          expect(mapped.has(page)).toBe(false);
          expect(bytes(page, PAGE_SIZE).some((byte) => byte !== 0)).toBe(false);
          bytes(page, PAGE_SIZE).fill(mark);
          mapped.set(page, mark);
        }
      };
      const forget = (at: number, pages: number): void => {
        for (let i = 0; i < pages; i++) mapped.delete(at + i * PAGE_SIZE);
      };
      for (const { what, page, pages } of commands) {
        const at = base + page * PAGE_SIZE;
        try {
          if (what === 'map') own(space.map(0, pages * PAGE_SIZE, 0), pages);
          else if (what === 'hint') own(space.map(at, pages * PAGE_SIZE, 0), pages);
          else if (what === 'fixed') {
            const fixed = space.map(at, pages * PAGE_SIZE, MAP_FIXED);
            forget(at, pages);
            own(fixed, pages);
          } else if (what === 'unmap') {
            space.unmap(at, pages * PAGE_SIZE);
            forget(at, pages);
          } else if (what === 'grow') {
            const moved = space.remap(at, PAGE_SIZE, pages * PAGE_SIZE, MREMAP_MAYMOVE);
            const value = mapped.get(at);
            if (moved !== at) {
              mapped.delete(at);
              if (value !== undefined) mapped.set(moved, value);
            }
            own(moved, pages, 1);
          } else space.brk(INITIAL + page * PAGE_SIZE);
        } catch (error) {
          if (!(error instanceof Errno)) throw error;
        }
      }
      for (const [page, value] of mapped) {
        expect(space.covers(page, PAGE_SIZE)).toBe(true);
        expect(bytes(page, PAGE_SIZE).every((byte) => byte === value)).toBe(true);
      }
      expect(memory.buffer.byteLength).toBeLessThanOrEqual(16 * MIB);
    }),
    { numRuns: 40 },
  );
});
