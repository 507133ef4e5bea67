import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EFBIG, ENOENT, ENOSPC } from '../../../kernel-host/abi/errno.js';
import { RENAME_EXCHANGE } from '../../../kernel-host/abi/fcntl.js';
import { emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../../kernel-host/abi/stat.js';
import { MemoryFileSystem } from '../../../kernel-host/fs/memory-file-system.js';
import { PathWalk } from '../../../kernel-host/fs/path-walk.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { layOutSuperblock } from '../../../kernel-host/memory/superblock.js';
import { directory, linksOf, type ModelDirectory, type ModelNode, model } from './file-system-model.js';

const clock = { realtime: () => 1_700_000_000_123, monotonic: () => 0, origin: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (from: Uint8Array): string => new TextDecoder().decode(from);

function fileSystem(maximum = 512) {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 16, maximum, shared: true }));
  const pages = new PageAllocator(memory, layOutSuperblock(memory));
  return { memory, pages, system: new MemoryFileSystem(memory, pages, clock) };
}

/** Follows a path of plain names; the walk and the model must agree on every one. */
const name = fc.constantFrom('a', 'ü', 'x'.repeat(255));
/** Mostly near the root, so that most steps find their directory. */
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 3, arbitrary: fc.tuple(name) },
  { weight: 2, arbitrary: fc.tuple(name, name) },
);
const place = fc.record({ path, name });
const step = fc.oneof(
  fc.record({ do: fc.constant('mkdir' as const), at: place }),
  fc.record({ do: fc.constant('create' as const), at: place }),
  fc.record({ do: fc.constant('symlink' as const), at: place, target: fc.constantFrom('a', '/b/c', 'y'.repeat(4000)) }),
  fc.record({ do: fc.constant('link' as const), from: place, at: place }),
  fc.record({ do: fc.constant('unlink' as const), at: place }),
  fc.record({ do: fc.constant('rmdir' as const), at: place }),
  fc.record({ do: fc.constant('rename' as const), from: place, at: place }),
  fc.record({ do: fc.constant('exchange' as const), from: place, at: place }),
  fc.record({
    do: fc.constant('write' as const),
    at: place,
    position: fc.nat(40_000),
    size: fc.nat(20_000),
    byte: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ do: fc.constant('truncate' as const), at: place, size: fc.nat(50_000) }),
);

/** The pair of a directory's node and its model, by names; null where there is none. */
function find(
  system: MemoryFileSystem,
  root: ModelDirectory,
  names: readonly string[],
): [number, ModelDirectory] | null {
  let node = system.root;
  let at: ModelDirectory = root;
  for (const part of names) {
    const next = at.entries.get(part);
    const found = system.lookup(node, bytes(part));
    if (!next) {
      expect(found).toBe(-ENOENT);
      return null;
    }
    expect(found).toBeGreaterThan(0);
    if (next.kind !== 'directory') return null;
    node = found;
    at = next;
  }
  return [node, at];
}

function compare(system: MemoryFileSystem, memory: KernelMemory, node: number, expected: ModelNode, at: string): void {
  const attributes = emptyAttributes();
  expect(system.attributes(node, attributes)).toBe(0);
  expect(attributes.nlink, `links of ${at}`).toBe(linksOf(expected));
  if (at !== '') {
    const walk = new PathWalk(memory);
    const whole = bytes(at);
    expect(walk.walk(whole, 0, whole.length, system.root, system.root, false)).toBe(node);
  }
  switch (expected.kind) {
    case 'file': {
      expect(attributes.mode & S_IFMT).toBe(S_IFREG);
      expect(attributes.size, `size of ${at}`).toBe(expected.content.length);
      const content = new Uint8Array(expected.content.length + 1);
      expect(system.read(node, 0, content)).toBe(expected.content.length);
      expect(Buffer.compare(content.subarray(0, -1), expected.content), `content of ${at}`).toBe(0);
      return;
    }
    case 'link':
      expect(attributes.mode & S_IFMT).toBe(S_IFLNK);
      expect(text(system.target(node) as Uint8Array)).toBe(expected.target);
      return;
    case 'directory': {
      expect(attributes.mode & S_IFMT).toBe(S_IFDIR);
      expect(text(system.path(node) ?? bytes(''))).toBe(at || '/');
      const names: string[] = [];
      for (let entry = system.entry(node, 0); entry !== null; entry = system.entry(node, entry.next))
        names.push(text(entry.name));
      expect(names.slice(0, 2)).toEqual(['.', '..']);
      expect(names.slice(2).sort(), `entries of ${at}`).toEqual([...expected.entries.keys()].sort());
      for (const [child, found] of expected.entries)
        compare(system, memory, system.lookup(node, bytes(child)), found, `${at}/${child}`);
    }
  }
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does the steps to both, and expects the same results. */
function perform(system: MemoryFileSystem, root: ModelDirectory, steps: readonly Step[]): void {
  for (const action of steps) {
    const there = find(system, root, action.at.path);
    if (!there) continue;
    const [node, parent] = there;
    const as = bytes(action.at.name);
    const target = parent.entries.get(action.at.name);
    switch (action.do) {
      case 'mkdir':
        expect(Math.min(0, system.create(node, as, S_IFDIR | 0o755, 0))).toBe(
          model.add(parent, action.at.name, directory()),
        );
        break;
      case 'create':
        expect(Math.min(0, system.create(node, as, S_IFREG | 0o644, 0))).toBe(
          model.add(parent, action.at.name, { kind: 'file', content: new Uint8Array(0), nlink: 1 }),
        );
        break;
      case 'symlink':
        expect(Math.min(0, system.symlink(node, as, bytes(action.target)))).toBe(
          model.add(parent, action.at.name, { kind: 'link', target: action.target, nlink: 1 }),
        );
        break;
      case 'unlink':
        expect(system.unlink(node, as)).toBe(model.unlink(parent, action.at.name));
        break;
      case 'rmdir':
        expect(system.rmdir(node, as)).toBe(model.rmdir(parent, action.at.name));
        break;
      case 'link': {
        const source = find(system, root, action.from.path);
        const linked = source?.[1].entries.get(action.from.name);
        if (!source || !linked) break;
        expect(system.link(node, as, system.lookup(source[0], bytes(action.from.name)))).toBe(
          model.link(parent, action.at.name, linked),
        );
        break;
      }
      case 'rename':
      case 'exchange': {
        const source = find(system, root, action.from.path);
        if (!source) break;
        const flags = action.do === 'exchange' ? RENAME_EXCHANGE : 0;
        const how = action.do === 'exchange' ? model.exchange : model.rename;
        expect(system.rename(source[0], bytes(action.from.name), node, as, flags)).toBe(
          how(source[1], action.from.name, parent, action.at.name),
        );
        break;
      }
      case 'write':
        if (target?.kind === 'file') {
          const data = new Uint8Array(action.size).fill(action.byte);
          expect(system.write(system.lookup(node, as), action.position, data)).toBe(
            model.write(target, action.position, data),
          );
        }
        break;
      case 'truncate':
        if (target?.kind === 'file')
          expect(system.truncate(system.lookup(node, as), action.size)).toBe(model.truncate(target, action.size));
        break;
    }
  }
}

function removeAll(system: MemoryFileSystem, node: number): void {
  for (let entry = system.entry(node, 2); entry !== null; entry = system.entry(node, 2)) {
    const child = system.lookup(node, entry.name);
    if (entry.type === 4) {
      removeAll(system, child);
      expect(system.rmdir(node, entry.name)).toBe(0);
    } else expect(system.unlink(node, entry.name)).toBe(0);
  }
}

describe('the file system in memory', () => {
  it('does what a tree of plain objects does, and gives back every page', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const { memory, pages, system } = fileSystem();
        const root = directory();
        perform(system, root, steps);
        compare(system, memory, system.root, root, '');
        const inodes = system.statfs().files - system.statfs().freeFiles;
        expect(inodes).toBe(countNodes(root));
        removeAll(system, system.root);
        expect(system.statfs().files - system.statfs().freeFiles).toBe(1);
        // Slabs keep pages for records to come: doing it all again needs none beyond those.
        const used = pages.used;
        perform(system, directory(), steps);
        removeAll(system, system.root);
        expect(pages.used).toBe(used);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps an unlinked file while it is open, and lets it go with the last close', () => {
    const { pages, system } = fileSystem();
    system.create(system.root, bytes('warm'), S_IFREG, 0);
    const before = pages.used;
    const file = system.create(system.root, bytes('open'), S_IFREG, 0);
    expect(system.open(file, 0)).toBe(0);
    system.write(file, 0, new Uint8Array(100_000).fill(7));
    expect(system.unlink(system.root, bytes('open'))).toBe(0);
    const byte = new Uint8Array(1);
    expect(system.read(file, 99_999, byte)).toBe(1);
    expect(byte[0]).toBe(7);
    expect(pages.used).toBeGreaterThan(before);
    system.close(file);
    expect(pages.used).toBe(before);
  });

  it('a removed directory takes nothing in', () => {
    const { system } = fileSystem();
    const removed = system.create(system.root, bytes('gone'), S_IFDIR, 0);
    system.open(removed, 0);
    system.rmdir(system.root, bytes('gone'));
    system.create(system.root, bytes('file'), S_IFREG, 0);
    expect(system.create(removed, bytes('x'), S_IFREG, 0)).toBe(-ENOENT);
    expect(system.rename(system.root, bytes('file'), removed, bytes('x'), 0)).toBe(-ENOENT);
    expect(system.lookup(system.root, bytes('file'))).toBeGreaterThan(0);
  });

  it('finds every name when there are many, in the order in which they were made', () => {
    const { memory, system } = fileSystem(1024);
    const many = 40_000;
    for (let i = 0; i < many; i++)
      expect(system.create(system.root, bytes(`name-${i}`), S_IFREG, 0)).toBeGreaterThan(0);
    const walk = new PathWalk(memory);
    for (let i = 0; i < many; i += 777) {
      const whole = bytes(`/name-${i}`);
      expect(walk.walk(whole, 0, whole.length, system.root, system.root, true)).toBe(
        system.lookup(system.root, bytes(`name-${i}`)),
      );
    }
    let last = system.entry(system.root, 1);
    for (let i = 0; i < 50; i++) {
      last = system.entry(system.root, last?.next ?? 0);
      expect(text(last?.name ?? bytes(''))).toBe(`name-${i}`);
    }
  });

  it('refuses what no extent reaches, and says when memory is full', () => {
    const { system } = fileSystem(64);
    const file = system.create(system.root, bytes('file'), S_IFREG, 0);
    expect(system.write(file, 2 ** 44, bytes('x'))).toBe(-EFBIG);
    expect(system.write(file, 2 ** 44 - 1, bytes('xy'))).toBe(1);
    expect(system.truncate(file, 2 ** 44 + 1)).toBe(-EFBIG);
    const byte = new Uint8Array(2);
    expect(system.read(file, 2 ** 44 - 2, byte)).toBe(2);
    expect([...byte]).toEqual([0, 120]);
    expect(system.truncate(file, 0)).toBe(0);
    const piece = new Uint8Array(100_000).fill(1);
    let size = 0;
    let written = piece.length;
    while (written === piece.length) {
      written = system.write(file, size, piece);
      if (written > 0) size += written;
    }
    expect(system.write(file, size + 8192, piece)).toBe(-ENOSPC);
    const attributes = emptyAttributes();
    system.attributes(file, attributes);
    expect(attributes.size).toBe(size);
    expect(system.truncate(file, 0)).toBe(0);
    expect(system.write(file, 0, piece)).toBe(piece.length);
  });
});

const countNodes = (root: ModelDirectory): number => {
  const seen = new Set<ModelNode>();
  const visit = (node: ModelNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'directory') for (const child of node.entries.values()) visit(child);
  };
  visit(root);
  return seen.size;
};
