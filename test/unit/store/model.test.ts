/** Whatever happens to the database and when: a boot finds the file system as it was at one moment, not before what was acknowledged. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from '../../../kernel-host/abi/fcntl.js';
import { S_IFDIR, S_IFIFO, S_IFREG } from '../../../kernel-host/abi/stat.js';
import type { MemoryFileSystem } from '../../../kernel-host/fs/memory-file-system.js';
import { FaultyDatabase } from './faulty-database.js';
import { boot, bytes, call, find, type Image, type Machine, picture, turns } from './machine.js';

const IMAGE: Image = {
  '/a': undefined,
  '/a/b': undefined,
  '/a/x': 'of the image',
  '/a/b/x': 'x'.repeat(70_000),
  '/a/b/y': '->../x',
  '/b': undefined,
  '/b/x': '',
  '/x': 'in the root',
};

/** Bytes of clean blocks in memory: some of the files, but not all. */
const LIMIT = 1024 * 1024;

const name = fc.constantFrom('a', 'b', 'x', 'y');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join('/')}`);
/** About the borders of stored blocks, and anywhere. */
const position = fc.oneof(fc.nat(20), fc.integer({ min: 65_530, max: 65_540 }), fc.nat(200_000));

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      path,
      position,
      length: fc.oneof(fc.nat(100), fc.nat(70_000)),
      byte: fc.nat(255),
    }),
  },
  fc.record({ do: fc.constant('truncate' as const), path, size: position }),
  fc.record({
    do: fc.constant('create' as const),
    path,
    mode: fc.constantFrom(S_IFREG | 0o600, S_IFIFO | 0o640, S_IFDIR | 0o1777, S_IFDIR | 0o700),
  }),
  fc.record({ do: fc.constant('symlink' as const), path, target: fc.string({ minLength: 1, maxLength: 5 }) }),
  fc.record({ do: fc.constant('link' as const), path, to: path }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rename' as const),
      path,
      to: path,
      flags: fc.constantFrom(0, 0, RENAME_EXCHANGE, RENAME_NOREPLACE),
    }),
  },
  fc.record({
    do: fc.constant('attributes' as const),
    path,
    mode: fc.nat(0o7777),
    uid: fc.nat(3),
    seconds: fc.integer({ min: -5, max: 2 ** 33 }),
  }),
  fc.record({
    do: fc.constant('extended' as const),
    path,
    name: fc.constantFrom('user.a', 'user.b'),
    value: fc.option(fc.uint8Array({ maxLength: 5 })),
  }),
  fc.record({ do: fc.constant('write-nameless' as const), path, byte: fc.nat(255) }),
);
const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      durability: fc.constantFrom('relaxed' as const, 'strict' as const),
      wait: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const), count: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ring' as const) }) },
  fc.record({ do: fc.constant('tear' as const) }),
  fc.record({ do: fc.constant('room' as const), none: fc.boolean() }),
  fc.record({ do: fc.constant('crash' as const) }),
  fc.record({ do: fc.constant('cut-power' as const) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** What needs bytes that cannot be had is not done. */
async function apply(fileSystem: MemoryFileSystem, what: Change): Promise<void> {
  const slash = what.path.lastIndexOf('/');
  const parent = find(fileSystem, what.path.slice(0, slash));
  const last = bytes(what.path.slice(slash + 1));
  const node = find(fileSystem, what.path);
  const isDirectory = (inode: number): boolean => inode > 0 && (fileSystem.mode(inode) & 0o170000) === S_IFDIR;
  const isFile = (inode: number): boolean => inode > 0 && (fileSystem.mode(inode) & 0o170000) === S_IFREG;
  if (!isDirectory(parent)) return;
  switch (what.do) {
    case 'write': {
      const file = node > 0 ? node : fileSystem.create(parent, last, S_IFREG | 0o644, 0);
      if (isFile(file))
        await call(() => fileSystem.write(file, what.position, new Uint8Array(what.length).fill(what.byte)));
      return;
    }
    case 'truncate':
      if (isFile(node)) await call(() => fileSystem.truncate(node, what.size));
      return;
    case 'create':
      fileSystem.create(parent, last, what.mode, 0);
      return;
    case 'symlink':
      fileSystem.symlink(parent, last, bytes(what.target));
      return;
    case 'remove':
      if (isDirectory(node)) fileSystem.rmdir(parent, last);
      else fileSystem.unlink(parent, last);
      return;
    case 'attributes':
      if (node > 0)
        fileSystem.setAttributes(node, {
          mode: what.mode,
          uid: what.uid,
          mtime: { seconds: what.seconds, nanoseconds: 5 },
        });
      return;
    case 'extended':
      if (node <= 0) return;
      if (what.value) fileSystem.extended.set(node, what.name, what.value);
      else fileSystem.extended.remove(node, what.name);
      return;
    case 'write-nameless':
      if (!isFile(node)) return;
      fileSystem.open(node, 0);
      fileSystem.unlink(parent, last);
      await call(() => fileSystem.write(node, 0, bytes(`nameless ${what.byte}`)));
      fileSystem.close(node);
      return;
    case 'link':
    case 'rename': {
      const toSlash = what.to.lastIndexOf('/');
      const to = find(fileSystem, what.to.slice(0, toSlash));
      if (!isDirectory(to)) return;
      const toName = bytes(what.to.slice(toSlash + 1));
      if (what.do === 'rename') fileSystem.rename(parent, last, to, toName, what.flags);
      else if (node > 0) fileSystem.link(to, toName, node);
    }
  }
}

class Run {
  readonly #database = new FaultyDatabase();
  #machine: Machine | undefined;
  /** Of the running machine, one after each change; the first is what it found. */
  #pictures: Record<string, string>[] = [];
  /** Which of these may be found after a crash at the earliest, and after a power cut. */
  #stored = 0;
  #safe = 0;

  async start(): Promise<void> {
    this.#machine = await boot(this.#database, IMAGE, LIMIT);
    this.#pictures = [await picture(this.#machine.fileSystem)];
  }

  async change(what: Change): Promise<void> {
    const machine = this.#running;
    await apply(machine.fileSystem, what);
    this.#pictures.push(await picture(machine.fileSystem));
  }

  async happen(what: typeof event extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const machine = this.#running;
    switch (what.do) {
      case 'flush': {
        const now = this.#pictures.length - 1;
        const strict = what.durability === 'strict';
        const stored = (): void => {
          if (machine !== this.#machine) return;
          this.#stored = Math.max(this.#stored, now);
          if (strict) this.#safe = Math.max(this.#safe, now);
        };
        let settled = false;
        const flushed = Promise.resolve(machine.store.flush(what.durability))
          .then(stored, () => undefined)
          .then(() => {
            settled = true;
          });
        while (what.wait && !settled) {
          machine.alarms.ring();
          await turns(1);
        }
        if (what.wait) await flushed;
        return;
      }
      case 'turn':
        return turns(what.count);
      case 'ring':
        machine.alarms.ring();
        return;
      case 'tear':
        this.#database.tear();
        return;
      case 'room':
        this.#database.noRoom = what.none;
        return;
      case 'crash':
        this.#database.crash();
        // What it finds may still be lost to a power cut.
        return this.#rise(this.#stored, this.#safe);
      case 'cut-power': {
        const earliest = this.#safe;
        this.#machine = undefined;
        await this.#database.cutPower();
        return this.#rise(earliest, undefined);
      }
    }
  }

  /** With room again, what is dirty is stored after all. */
  async end(): Promise<void> {
    this.#database.noRoom = false;
    // The first may share a transaction that was refused before.
    for (const _ of [1, 2]) await this.happen({ do: 'flush', durability: 'strict', wait: true });
    expect(this.#safe).toBe(this.#pictures.length - 1);
    await this.happen({ do: 'cut-power' });
  }

  async #rise(earliest: number, safe: number | undefined): Promise<void> {
    const before = this.#pictures;
    this.#machine = undefined;
    const none = this.#database.noRoom;
    this.#database.noRoom = false;
    await this.start();
    this.#database.noRoom = none;
    const [found] = this.#pictures;
    const moment = before.findLastIndex((candidate) => same(candidate, found));
    if (moment < earliest) expect(found).toEqual(before[earliest]);
    if (safe !== undefined) this.#pictures = before.slice(0, moment + 1);
    this.#stored = this.#pictures.length - 1;
    this.#safe = safe ?? 0;
  }

  get #running(): Machine {
    if (!this.#machine) throw new Error('no machine runs');
    return this.#machine;
  }
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

it('a boot finds the file system of one moment, and all that was acknowledged, through crashes, power cuts, torn connections and full disks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 3, arbitrary: change }, { weight: 2, arbitrary: event }), { maxLength: 60 }),
      async (script) => {
        const run = new Run();
        await run.start();
        for (const step of script) {
          if (isEvent(step)) await run.happen(step);
          else await run.change(step);
        }
        await run.end();
      },
    ),
    { numRuns: Number(process.env.PORTSIDE_MODEL_RUNS ?? 150) },
  );
});

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
const isEvent = (step: Change | Event): step is Event =>
  ['flush', 'turn', 'ring', 'tear', 'room', 'crash', 'cut-power'].includes(step.do);
