import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { F_RDLCK, F_UNLCK, F_WRLCK } from '../../../kernel-host/abi/fcntl.js';
import { FileLocks } from '../../../kernel-host/process/file-locks.js';

const FILE = '1:1';
const BYTES = 24;

describe('record locks', () => {
  it('are what a table with one entry a byte says', () => {
    const step = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom(F_RDLCK, F_WRLCK, F_UNLCK),
      start: fc.nat(BYTES - 1),
      length: fc.integer({ min: 1, max: BYTES }),
      toTheEnd: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const locks = new FileLocks();
        /** For each byte, each owner's lock. Byte BYTES stands for all behind. */
        const table: Map<string, number>[] = Array.from({ length: BYTES + 1 }, () => new Map());
        for (const { owner, type, start, length, toTheEnd } of steps) {
          const end = toTheEnd ? Number.POSITIVE_INFINITY : Math.min(start + length, BYTES);
          const covered = table.filter((_, i) => i >= start && i < end);
          const conflicts = covered.some((byte) =>
            [...byte].some(([other, held]) => other !== owner && (held === F_WRLCK || type === F_WRLCK)),
          );
          const wanted = { owner, pid: 1, type, start, end };
          if (type !== F_UNLCK) expect(locks.conflict(FILE, wanted) !== null).toBe(conflicts);
          if (type === F_UNLCK || !conflicts) {
            locks.set(FILE, wanted);
            for (const byte of covered) {
              if (type === F_UNLCK) byte.delete(owner);
              else byte.set(owner, type);
            }
          }
          // Each owner, asked byte for byte what stands in its way, is told what the table says.
          for (const asks of ['a', 'b', 'c', 'd'])
            for (let at = 0; at <= BYTES; at++)
              expect(
                locks.conflict(FILE, { owner: asks, pid: 1, type: F_WRLCK, start: at, end: at + 1 }) !== null,
              ).toBe([...(table[at] ?? [])].some(([other]) => other !== asks));
        }
        for (const owner of ['a', 'b', 'c']) {
          locks.releaseAll(owner);
          expect(locks.holds(owner)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('that become weaker or go wake those who wait', () => {
    const locks = new FileLocks();
    const whole = { pid: 1, start: 0, end: Number.POSITIVE_INFINITY };
    locks.set(FILE, { ...whole, owner: 'a', type: F_WRLCK });
    let woken = 0;
    locks.waiters(FILE).add({ wake: () => void woken++ });
    locks.set(FILE, { ...whole, owner: 'a', type: F_RDLCK });
    expect(woken).toBe(1);
    locks.release(FILE, 'a');
    expect(woken).toBe(2);
    locks.release(FILE, 'a');
    expect(woken).toBe(2);
  });
});
