import fc from 'fast-check';
import { expect, it } from 'vitest';
import { S_IFREG } from '../../../kernel-host/abi/stat.js';
import { MemoryFileSystem } from '../../../kernel-host/fs/memory-file-system.js';
import type { Address } from '../../../kernel-host/memory/kernel-memory.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { PAGE, PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { layOutSuperblock } from '../../../kernel-host/memory/superblock.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** What the image's other files consist of: it must never be seen in a file, nor change. */
const NEIGHBOUR = 0xee;

/** Pages with `content` in their midst, at a page's beginning, and neighbours' bytes all around, as in a packed image. */
function image(
  memory: KernelMemory,
  pages: PageAllocator,
  content: Uint8Array,
): { at: Address; length: number; file: number } {
  const length = Math.ceil(content.length / PAGE) + 2;
  const at = pages.allocate(length);
  if (at === null) throw new Error('no memory');
  memory.u8.fill(NEIGHBOUR, at, at + length * PAGE);
  memory.u8.set(content, at + PAGE);
  return { at, length: length * PAGE, file: at + PAGE };
}

const change = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    position: fc.nat(3_000_000),
    size: fc.nat(9_000),
    byte: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({
    do: fc.constant('write' as const),
    position: fc.nat(20_000),
    size: fc.nat(20_000),
    byte: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({ do: fc.constant('truncate' as const), size: fc.oneof(fc.nat(20_000), fc.nat(3_000_000)) }),
);

it('a packed file reads, changes and grows as any other, and nothing of its neighbours is seen or touched', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(20_000), fc.integer({ min: 1_000_000, max: 2_600_000 })),
      fc.array(change, { maxLength: 40 }),
      (size, changes) => {
        const memory = new KernelMemory(new WebAssembly.Memory({ initial: 64, maximum: 1024, shared: true }));
        const pages = new PageAllocator(memory, layOutSuperblock(memory));
        const system = new MemoryFileSystem(memory, pages, { realtime: () => 0, monotonic: () => 0 });
        let expected = Uint8Array.from({ length: size }, (_, i) => (i % 199) + 1);
        const packed = image(memory, pages, expected);
        const asPacked = memory.u8.slice(packed.at, packed.at + packed.length);
        const file = system.adopt(system.root, bytes('packed'), S_IFREG | 0o644, packed.file, size);
        expect(file).toBeGreaterThan(0);
        const content = (): Uint8Array => {
          const read = new Uint8Array(expected.length + 100);
          const count = system.read(file, 0, read);
          expect(count).toBe(expected.length);
          return read.subarray(0, count);
        };
        expect(Buffer.compare(content(), expected)).toBe(0);
        for (const action of changes) {
          if (action.do === 'truncate') {
            expect(system.truncate(file, action.size)).toBe(0);
            const cut = new Uint8Array(action.size);
            cut.set(expected.subarray(0, action.size));
            expected = cut;
          } else {
            const data = new Uint8Array(action.size).fill(action.byte);
            expect(system.write(file, action.position, data)).toBe(action.size);
            if (action.size > 0) {
              const longer = new Uint8Array(Math.max(expected.length, action.position + action.size));
              longer.set(expected);
              longer.set(data, action.position);
              expected = longer;
            }
          }
        }
        expect(Buffer.compare(content(), expected)).toBe(0);
        expect(Buffer.compare(memory.u8.subarray(packed.at, packed.at + packed.length), asPacked)).toBe(0);
        const before = pages.used;
        expect(system.unlink(system.root, bytes('packed'))).toBe(0);
        expect(pages.used).toBeLessThanOrEqual(before);
        expect(Buffer.compare(memory.u8.subarray(packed.at, packed.at + packed.length), asPacked)).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});
