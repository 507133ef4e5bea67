import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sources } from '../../../kernel-host/channel/sources.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { RING } from '../../../kernel-host/memory/layout.js';
import { PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { SlabAllocator } from '../../../kernel-host/memory/slab-allocator.js';
import { layOutSuperblock } from '../../../kernel-host/memory/superblock.js';
import { readRing, ringAvailable, ringRoom, writeRing } from '../../../kernel-host/pipe/ring.js';
import { type Ring, Rings } from '../../../kernel-host/pipe/rings.js';
import { workerScript } from '../../support/worker-script.js';

const CAPACITY = 8192;

function ring(): { memory: KernelMemory; pages: PageAllocator; rings: Rings; ring: Ring } {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 16, maximum: 64, shared: true }));
  const pages = new PageAllocator(memory, layOutSuperblock(memory));
  const rings = new Rings(memory, pages, new SlabAllocator(memory, pages), new Sources());
  const created = rings.create(CAPACITY);
  if (typeof created === 'number') throw new Error(`create: ${created}`);
  return { memory, pages, rings, ring: created };
}

describe('a ring', () => {
  it('gives back what was put in, in order, however reads and writes take turns and counters wrap', () => {
    const step = fc.record({ writes: fc.boolean(), size: fc.nat(CAPACITY + 10), peeks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(20_000), (steps, beforeWrap) => {
        const { memory, ring: tested } = ring();
        const word = tested.address >>> 2;
        memory.i32[word + RING.HEAD_W] = -beforeWrap;
        memory.i32[word + RING.TAIL_W] = -beforeWrap;
        const inside: number[] = [];
        let next = 0;
        for (const { writes, size, peeks } of steps) {
          expect(ringAvailable(memory, tested.address)).toBe(inside.length);
          expect(ringRoom(memory, tested.address)).toBe(CAPACITY - inside.length);
          if (writes) {
            const data = Uint8Array.from({ length: size + 3 }, (_, i) => next + i - 3);
            const count = writeRing(memory, tested.address, data, 3, size);
            expect(count).toBe(Math.min(size, CAPACITY - inside.length));
            inside.push(...data.subarray(3, 3 + count));
            next += count;
          } else {
            const into = new Uint8Array(size + 2);
            const count = readRing(memory, tested.address, into, 2, size, peeks);
            expect(count).toBe(Math.min(size, inside.length));
            expect([...into.subarray(2, 2 + count)]).toEqual(inside.slice(0, count));
            expect([into[0], into[1]]).toEqual([0, 0]);
            if (!peeks) inside.splice(0, count);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives its memory back', () => {
    const { pages, rings, ring: first } = ring();
    rings.destroy(first);
    const used = pages.used;
    for (let i = 0; i < 200; i++) {
      const next = rings.create(CAPACITY);
      if (typeof next === 'number') throw new Error(`create: ${next}`);
      expect(pages.used).toBe(used + CAPACITY);
      rings.destroy(next);
    }
    expect(pages.used).toBe(used);
  });

  it('carries bytes from one thread to another unharmed', async () => {
    const { memory, ring: tested } = ring();
    const total = 4_000_000;
    const writer = await workerScript(WRITER, import.meta.dirname);
    const worker = new Worker(writer, {
      eval: true,
      workerData: { memory: memory.memory, address: tested.address, total },
    });
    const failed = new Promise<never>((_, reject) => worker.once('error', reject));
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const into = new Uint8Array(3000);
    let done = 0;
    let wrong = 0;
    while (done < total) {
      const count = readRing(memory, tested.address, into, 0, 1 + (done % into.length), false);
      for (let i = 0; i < count; i++) if (into[i] !== (done + i) % 251) wrong++;
      done += count;
      // Lets the worker's own error be heard.
      if (count === 0) await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
    }
    expect(wrong).toBe(0);
    expect(done).toBe(total);
    await Promise.race([failed, ended]);
  });
});

/** The other thread's half: writes numbers that the reader can check, in pieces of changing size. */
const WRITER = `
        import { workerData } from 'node:worker_threads';
        import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
        import { writeRing } from '../../../kernel-host/pipe/ring.js';
        const memory = new KernelMemory(workerData.memory);
        let done = 0;
        while (done < workerData.total) {
          const size = Math.min(1 + (done * 7) % 5000, workerData.total - done);
          const piece = Uint8Array.from({ length: size }, (_, i) => (done + i) % 251);
          done += writeRing(memory, workerData.address, piece, 0, size);
        }`;
