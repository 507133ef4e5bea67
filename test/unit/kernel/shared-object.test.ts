/** Mappings of one object, against one array of bytes that all processes would see. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAP_FIXED, PAGE_SIZE } from '../../../kernel-host/abi/memory.js';
import { AddressSpace } from '../../../kernel-host/memory/address-space.js';
import { ProgramMemories } from '../../../kernel-host/memory/program-memories.js';
import { SharedObject, type Store } from '../../../kernel-host/memory/shared-object.js';

const MAXIMUM = 64 * 1024 * 1024;
const PAGES = 4;

function createSpace() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM / 65536, shared: true });
  const space = new AddressSpace(memory, MAXIMUM);
  return { space, byte: (at: number) => new Uint8Array(memory.buffer, at, 1), memory };
}

class ArrayStore implements Store {
  readonly bytes: Uint8Array;
  refuses = false;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  get size(): number {
    return this.bytes.length;
  }

  write(offset: number, bytes: Uint8Array): number {
    if (this.refuses) return -28;
    this.bytes.set(bytes, offset);
    return bytes.length;
  }
}

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('write' as const),
      who: fc.nat(2),
      offset: fc.nat(PAGES * PAGE_SIZE - 1),
      value: fc.nat(255),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('file' as const),
      who: fc.nat(2),
      offset: fc.nat(PAGES * PAGE_SIZE - 1),
      value: fc.nat(255),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('unmap' as const, 'map' as const),
      who: fc.nat(2),
      offset: fc.nat(PAGES * PAGE_SIZE - 1),
      value: fc.nat(255),
    }),
  },
);

it.each([true, false])('shows all mappings what each of them wrote (in a file: %s)', (inFile) => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      // The last page is the file's in part only.
      const store = inFile ? new ArrayStore(PAGES * PAGE_SIZE - 100) : null;
      const object = new SharedObject(store);
      const model = new Uint8Array(PAGES * PAGE_SIZE);
      const processes = [0, 1, 2].map(() => {
        const created = createSpace();
        const at = created.space.map(0, PAGES * PAGE_SIZE, 0);
        created.space.back(at, PAGES * PAGE_SIZE, object, 0);
        return { ...created, at, mapped: new Array<boolean>(PAGES).fill(true) };
      });
      for (const { what, who, offset, value } of operations) {
        const process = processes[who];
        if (!process) continue;
        const page = Math.floor(offset / PAGE_SIZE);
        const address = process.at + page * PAGE_SIZE;
        if (what === 'unmap') {
          process.space.unmap(address, PAGE_SIZE);
          process.mapped[page] = false;
        } else if (what === 'map') {
          if (process.mapped[page]) continue;
          process.space.map(address, PAGE_SIZE, MAP_FIXED);
          if (store) {
            object.flush();
            const length = Math.max(0, Math.min(PAGE_SIZE, store.size - page * PAGE_SIZE));
            new Uint8Array(process.memory.buffer, address, PAGE_SIZE).set(
              store.bytes.subarray(page * PAGE_SIZE, page * PAGE_SIZE + length),
            );
          }
          process.space.back(address, PAGE_SIZE, object, page * PAGE_SIZE);
          process.mapped[page] = true;
        } else if (what === 'write') {
          if (!process.mapped[page]) continue;
          process.byte(process.at + offset).fill(value);
          model[offset] = value;
          // Its next system call.
          process.space.synchronize();
        } else if (store && offset < store.size) {
          object.flush();
          store.bytes[offset] = value;
          object.written(offset, new Uint8Array([value]));
          model[offset] = value;
        }
      }
      for (const { space, at, memory, mapped } of processes) {
        space.synchronize();
        for (let page = 0; page < PAGES; page++)
          if (mapped[page])
            expect(
              Buffer.compare(
                new Uint8Array(memory.buffer, at + page * PAGE_SIZE, PAGE_SIZE).slice(),
                model.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
              ),
            ).toBe(0);
      }
      if (!store) return;
      for (const { space } of processes) space.release(new ProgramMemories());
      expect(object.flush()).toBe(0);
      expect(Buffer.compare(store.bytes, model.subarray(0, store.size))).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it('keeps what each of two processes wrote to one word', () => {
  const object = new SharedObject(null);
  const [one, two] = [createSpace(), createSpace()];
  const [at, other] = [one.space.map(0, PAGE_SIZE, 0), two.space.map(0, PAGE_SIZE, 0)];
  one.space.back(at, PAGE_SIZE, object, 0);
  two.space.back(other, PAGE_SIZE, object, 0);
  one.byte(at).fill(1);
  two.byte(other + 3).fill(2);
  one.space.synchronize();
  for (const [process, address] of [
    [one, at],
    [two, other],
  ] as const)
    expect([0, 1, 2, 3].map((index) => process.byte(address + index)[0])).toEqual([1, 0, 0, 2]);
});

it('offers again what the store refused', () => {
  const store = new ArrayStore(PAGE_SIZE);
  const object = new SharedObject(store);
  const { space, byte } = createSpace();
  const at = space.map(0, PAGE_SIZE, 0);
  space.back(at, PAGE_SIZE, object, 0);
  byte(at + 5).fill(9);
  store.refuses = true;
  expect(object.flush()).toBe(-28);
  store.refuses = false;
  space.release(new ProgramMemories());
  expect(object.flush()).toBe(0);
  expect(store.bytes[5]).toBe(9);
});
