/** Files whose bytes lie elsewhere until somebody wants them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { S_IFREG } from '../../../kernel-host/abi/stat.js';
import { BLOCK, UNIT } from '../../../kernel-host/fs/block.js';
import { AbsentBlocks, type BlockSource, ended } from '../../../kernel-host/fs/block-cache.js';
import { MemoryFileSystem } from '../../../kernel-host/fs/memory-file-system.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { layOutSuperblock } from '../../../kernel-host/memory/superblock.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LIMIT = 2 * 1024 * 1024;

/** What a packed image or a store is: answers later, in any order, and sometimes not. */
class SlowSource implements BlockSource {
  content: Uint8Array;
  /** Of the loads that are asked for, these fail. */
  failing = 0;
  loads = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(content: Uint8Array) {
    this.content = content;
  }

  load(_file: number, first: number, count: number): Promise<Uint8Array> {
    this.loads++;
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (this.failing-- > 0) reject(new Error('not to be had'));
        else resolve(this.content.slice(first * BLOCK, (first + count) * BLOCK));
      });
    });
  }

  /** Answers what was asked for. */
  answer(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }
}

function machine(content: Uint8Array, limit = LIMIT) {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 64, maximum: 1024, shared: true }));
  const pages = new PageAllocator(memory, layOutSuperblock(memory));
  const system = new MemoryFileSystem(
    memory,
    pages,
    { realtime: () => 0, monotonic: () => 0, origin: 0 },
    { cacheLimit: limit },
  );
  const source = new SlowSource(content);
  const file = system.createBacked(system.root, bytes('file'), S_IFREG | 0o644, content.length, source, 1);
  expect(file).toBeGreaterThan(0);
  /** As the kernel's loop does with a call. */
  const call = async <T>(attempt: () => T): Promise<T | 'EIO'> => {
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!(error instanceof AbsentBlocks)) throw error;
        const loaded = ended(error.load);
        source.answer();
        await loaded;
        if (error.load.failed) return 'EIO';
      }
    }
  };
  const read = async (position: number, length: number): Promise<Uint8Array | 'EIO'> => {
    const into = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = await call(() => system.read(file, position + done, into.subarray(done)));
      if (count === 'EIO') return 'EIO';
      if (count <= 0) return into.subarray(0, done);
      done += count;
    }
    return into;
  };
  return { memory, pages, system, source, file, call, read };
}

const pattern = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => ((at * 31) >>> 3) % 251);

const position = fc.oneof(fc.nat(20_000), fc.integer({ min: UNIT - 3, max: UNIT + 3 }), fc.nat(3_000_000));
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      position,
      size: fc.oneof(fc.nat(9_000), fc.nat(200_000)),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      position,
      size: fc.oneof(fc.nat(9_000), fc.nat(2_000_000)),
    }),
  },
  fc.record({ do: fc.constant('truncate' as const), size: position }),
  fc.record({ do: fc.constant('commit' as const) }),
  fc.record({ do: fc.constant('fail' as const), count: fc.integer({ min: 1, max: 3 }) }),
  /** Asks for bytes and does not wait: they come while something else is done. */
  fc.record({ do: fc.constant('ask' as const), position }),
);

it('read and change as any other, whatever is loaded, evicted, stored or refused meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(300_000), fc.integer({ min: 2_000_000, max: 3_000_000 })),
      fc.array(action, { maxLength: 30 }),
      async (size, actions) => {
        let expected = pattern(size);
        const { system, source, file, call, read, pages, memory } = machine(expected);
        for (const step of actions) {
          switch (step.do) {
            case 'read': {
              const got = await read(step.position, step.size);
              if (got !== 'EIO')
                expect(Buffer.compare(got, expected.subarray(step.position, step.position + step.size))).toBe(0);
              break;
            }
            case 'write': {
              const data = new Uint8Array(step.size).fill(step.byte);
              if ((await call(() => system.write(file, step.position, data))) !== step.size || step.size === 0) break;
              const longer = new Uint8Array(Math.max(expected.length, step.position + step.size));
              longer.set(expected);
              longer.set(data, step.position);
              expected = longer;
              break;
            }
            case 'truncate': {
              if ((await call(() => system.truncate(file, step.size))) !== 0) break;
              const cut = new Uint8Array(step.size);
              cut.set(expected.subarray(0, step.size));
              expected = cut;
              break;
            }
            case 'commit':
              // All that was changed is stored, as a store does it.
              source.content = expected.slice();
              system.blocks.setClean(file, 0, Math.ceil(expected.length / UNIT) * (UNIT / BLOCK));
              break;
            case 'fail':
              source.failing = step.count;
              break;
            case 'ask':
              system.blocks.need(
                file,
                Math.min(step.position, expected.length),
                Math.min(step.position + 1, expected.length),
              );
              break;
          }
        }
        source.failing = 0;
        source.answer();
        const whole = await read(0, expected.length + 100);
        expect(whole === 'EIO' || Buffer.compare(whole, expected)).toBe(0);
        expect(system.unlink(system.root, bytes('file'))).toBe(0);
        // Nothing of it is left in memory: the same again takes no more.
        const used = pages.used;
        const again = system.create(system.root, bytes('again'), S_IFREG | 0o644, 0);
        system.write(again, 0, new Uint8Array(Math.min(size, 100_000)));
        system.unlink(system.root, bytes('again'));
        expect(pages.used).toBe(used);
        expect(memory.u8.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 50 },
  );
});

describe('what is in memory', () => {
  it('is read ahead of a sequential reader, in ever larger steps', async () => {
    const { read, source } = machine(pattern(4 * 1024 * 1024), 64 * 1024 * 1024);
    for (let at = 0; at < 4 * 1024 * 1024; at += 8192) await read(at, 8192);
    expect(source.loads).toBeLessThan(10);
  });

  it('stays within the limit, as long as it can be had again', async () => {
    const size = 16 * 1024 * 1024;
    const { read, pages, source } = machine(pattern(size));
    const before = pages.used;
    for (let at = 0; at < size; at += 1024 * 1024) await read(at, 1024 * 1024);
    expect(pages.used - before).toBeLessThanOrEqual(LIMIT + 1024 * 1024);
    const loads = source.loads;
    // The last of it is there still.
    await read(size - UNIT, UNIT);
    expect(source.loads).toBe(loads);
  });

  it('is loaded once for all who wait for it', async () => {
    const { system, file, source } = machine(pattern(UNIT));
    const first = system.blocks.need(file, 0, 10);
    expect(system.blocks.need(file, 5000, 5001)).toBe(first);
    source.answer();
    if (first) await ended(first);
    expect(system.blocks.need(file, 0, UNIT)).toBeNull();
    expect(source.loads).toBe(1);
  });

  it('comes too late for a file that was overwritten, cut or removed meanwhile', async () => {
    const { system, file, source, read } = machine(pattern(UNIT));
    const load = system.blocks.need(file, 0, UNIT);
    expect(system.write(file, 0, new Uint8Array(UNIT).fill(7))).toBe(UNIT);
    source.answer();
    if (load) await ended(load);
    expect(await read(0, UNIT)).toEqual(new Uint8Array(UNIT).fill(7));
    const removed = machine(pattern(UNIT));
    const late = removed.system.blocks.need(removed.file, 0, UNIT);
    removed.system.unlink(removed.system.root, bytes('file'));
    const other = removed.system.create(removed.system.root, bytes('other'), S_IFREG | 0o644, 0);
    expect(other).toBe(removed.file);
    removed.source.answer();
    if (late) await ended(late);
    expect(removed.system.size(other)).toBe(0);
  });
});
