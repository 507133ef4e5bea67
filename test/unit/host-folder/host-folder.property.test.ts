/** Any sequence of calls leaves the same tree, and gives the same answers, as the calls of node:fs that they stand for. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as errno from '../../../kernel-host/abi/errno.js';
import { O_RDWR } from '../../../kernel-host/abi/fcntl.js';
import { S_IFDIR, S_IFREG } from '../../../kernel-host/abi/stat.js';
import type { HostFolder } from '../../../kernel-host/platform/node/host-folder.js';
import { attributes, bytes, find, list, mounted, scratch } from './scratch.js';

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.oneof(fc.tuple(name), fc.tuple(name, name), fc.tuple(name, name, name));

const operation = fc.oneof(
  fc.record({ call: fc.constant('create' as const), path, mode: fc.constantFrom(0o600, 0o644, 0o755) }),
  fc.record({ call: fc.constant('mkdir' as const), path, mode: fc.constantFrom(0o700, 0o755) }),
  fc.record({ call: fc.constant('write' as const), path, at: fc.nat(9000), data: fc.uint8Array({ maxLength: 5000 }) }),
  fc.record({ call: fc.constant('truncate' as const), path, size: fc.nat(9000) }),
  fc.record({ call: fc.constant('read' as const), path, at: fc.nat(9000), length: fc.nat(9000) }),
  fc.record({ call: fc.constant('unlink' as const), path }),
  fc.record({ call: fc.constant('rmdir' as const), path }),
  fc.record({ call: fc.constant('rename' as const), path, to: path }),
  fc.record({ call: fc.constant('link' as const), path, to: path }),
  fc.record({ call: fc.constant('symlink' as const), path, target: fc.constantFrom('a', '../b', '/etc', 'nowhere') }),
  fc.record({ call: fc.constant('readlink' as const), path }),
  fc.record({ call: fc.constant('chmod' as const), path, mode: fc.constantFrom(0o600, 0o755, 0o4711) }),
);
/** Calls on files that stay open while their names come and go. */
const slot = fc.constantFrom(0, 1);
const heldOperation = fc.oneof(
  fc.record({ call: fc.constant('hold' as const), path, slot }),
  fc.record({
    call: fc.constant('held write' as const),
    slot,
    at: fc.nat(9000),
    data: fc.uint8Array({ maxLength: 100 }),
  }),
  fc.record({ call: fc.constant('held read' as const), slot, at: fc.nat(9000), length: fc.nat(9000) }),
  fc.record({ call: fc.constant('held links' as const), slot }),
  fc.record({ call: fc.constant('held truncate' as const), slot, size: fc.nat(9000) }),
  fc.record({ call: fc.constant('release' as const), slot }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
type HeldOperation = typeof heldOperation extends fc.Arbitrary<infer T> ? T : never;
const step = fc.oneof({ weight: 3, arbitrary: operation }, { weight: 1, arbitrary: heldOperation });
const isHeld = (one: Operation | HeldOperation): one is HeldOperation => 'slot' in one;
const CALLS = 18;

/** The number of an error of node:fs. */
function failure(error: unknown): number {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const value = Object.entries(errno).find(([key]) => key === error.code)?.[1];
  if (typeof value !== 'number') throw error;
  return -value;
}

/** The directory of a path's last name, or -errno. */
function parentOf(folder: HostFolder, of: readonly string[]): number {
  const node = find(folder, of.slice(0, -1).join('/'));
  const entry = node < 0 ? node : folder.entry(node, 0);
  return typeof entry === 'number' ? entry : node;
}

const last = (of: readonly string[]): Uint8Array => bytes(of.at(-1) ?? '');

/** By way of the file system: 0, a text, or -errno. */
function through(folder: HostFolder, step: Operation): number | string {
  const parent = parentOf(folder, step.path);
  if (parent < 0) return parent;
  const node = folder.lookup(parent, last(step.path));
  switch (step.call) {
    case 'create':
      return Math.min(folder.create(parent, last(step.path), S_IFREG | step.mode, 0), 0);
    case 'mkdir':
      return Math.min(folder.create(parent, last(step.path), S_IFDIR | step.mode, 0), 0);
    case 'unlink':
      return folder.unlink(parent, last(step.path));
    case 'rmdir':
      return folder.rmdir(parent, last(step.path));
    case 'symlink':
      return Math.min(folder.symlink(parent, last(step.path), bytes(step.target)), 0);
    case 'rename': {
      const to = parentOf(folder, step.to);
      if (to < 0) return to;
      return node < 0 ? node : folder.rename(parent, last(step.path), to, last(step.to), 0);
    }
    case 'link': {
      const to = parentOf(folder, step.to);
      // link() looks its source up whole, then the directory of the new name; rename() both directories first.
      if (node < 0) return node;
      return to < 0 ? to : folder.link(to, last(step.to), node);
    }
    case 'chmod':
      return node < 0 ? node : folder.setAttributes(node, { mode: step.mode });
    case 'readlink': {
      const target = node < 0 ? node : folder.target(node);
      return typeof target === 'number' ? target : Buffer.from(target).toString();
    }
    case 'write':
    case 'read':
    case 'truncate':
      return node < 0 ? node : onFile(folder, node, step);
  }
}

function onFile(folder: HostFolder, node: number, step: Operation): number | string {
  if (step.call === 'truncate') return folder.truncate(node, step.size);
  const opened = folder.open(node, O_RDWR);
  if (opened < 0) return opened;
  try {
    if (step.call === 'write') return folder.write(node, step.at, step.data);
    if (step.call !== 'read') throw new Error(step.call);
    const into = new Uint8Array(step.length);
    const count = folder.read(node, step.at, into);
    return count < 0 ? count : Buffer.from(into.subarray(0, count)).toString('base64');
  } finally {
    folder.close(node);
  }
}

/** By node:fs itself. */
function directly(root: string, step: Operation): number | string {
  const at = join(root, ...step.path);
  try {
    switch (step.call) {
      case 'create': {
        const descriptor = fs.openSync(at, 'wx', step.mode);
        fs.fchmodSync(descriptor, step.mode);
        fs.closeSync(descriptor);
        return 0;
      }
      case 'mkdir':
        fs.mkdirSync(at, step.mode);
        fs.chmodSync(at, step.mode);
        return 0;
      case 'unlink':
        fs.unlinkSync(at);
        return 0;
      case 'rmdir':
        fs.rmdirSync(at);
        return 0;
      case 'symlink':
        fs.symlinkSync(step.target, at);
        return 0;
      case 'rename':
        fs.renameSync(at, join(root, ...step.to));
        return 0;
      case 'link':
        fs.linkSync(at, join(root, ...step.to));
        return 0;
      case 'chmod':
        fs.chmodSync(at, step.mode);
        return 0;
      case 'readlink':
        return fs.readlinkSync(at);
      case 'truncate':
        fs.truncateSync(at, step.size);
        return 0;
      case 'write':
      case 'read': {
        const descriptor = fs.openSync(at, 'r+');
        try {
          if (step.call === 'write') return fs.writeSync(descriptor, step.data, 0, step.data.length, step.at);
          const into = Buffer.alloc(step.length);
          return into.subarray(0, fs.readSync(descriptor, into, 0, step.length, step.at)).toString('base64');
        } finally {
          fs.closeSync(descriptor);
        }
      }
    }
  } catch (error) {
    return failure(error);
  }
}

function heldThrough(folder: HostFolder, held: Map<number, number>, step: HeldOperation): number | string {
  const node = held.get(step.slot);
  if (step.call === 'hold') {
    const found = find(folder, step.path.join('/'));
    const opened = node !== undefined ? -errno.EBUSY : found < 0 ? found : folder.open(found, O_RDWR);
    if (opened === 0) held.set(step.slot, found);
    return opened;
  }
  if (node === undefined) return -errno.EBADF;
  switch (step.call) {
    case 'held write':
      return folder.write(node, step.at, step.data);
    case 'held read': {
      const into = new Uint8Array(step.length);
      return Buffer.from(into.subarray(0, folder.read(node, step.at, into))).toString('base64');
    }
    case 'held links':
      return attributes(folder, node).nlink;
    case 'held truncate':
      return folder.truncate(node, step.size);
    case 'release':
      held.delete(step.slot);
      folder.close(node);
      return 0;
  }
}

function heldDirectly(root: string, held: Map<number, number>, step: HeldOperation): number | string {
  const descriptor = held.get(step.slot);
  if (step.call === 'hold') {
    if (descriptor !== undefined) return -errno.EBUSY;
    try {
      held.set(step.slot, fs.openSync(join(root, ...step.path), 'r+'));
      return 0;
    } catch (error) {
      return failure(error);
    }
  }
  if (descriptor === undefined) return -errno.EBADF;
  switch (step.call) {
    case 'held write':
      return fs.writeSync(descriptor, step.data, 0, step.data.length, step.at);
    case 'held read': {
      const into = Buffer.alloc(step.length);
      return into.subarray(0, fs.readSync(descriptor, into, 0, step.length, step.at)).toString('base64');
    }
    case 'held links':
      return fs.fstatSync(descriptor).nlink;
    case 'held truncate':
      fs.ftruncateSync(descriptor, step.size);
      return 0;
    case 'release':
      held.delete(step.slot);
      fs.closeSync(descriptor);
      return 0;
  }
}

interface Entry {
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  readonly content: string;
}

function tree(root: string, below = ''): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const entry of fs.readdirSync(join(root, below)).sort()) {
    const relative = join(below, entry);
    const stats = fs.lstatSync(join(root, relative));
    const content = stats.isSymbolicLink()
      ? fs.readlinkSync(join(root, relative))
      : stats.isFile()
        ? fs.readFileSync(join(root, relative), 'base64')
        : '';
    const size = stats.isDirectory() ? 0 : stats.size;
    found.set(relative, { mode: stats.mode, nlink: stats.nlink, size, content });
    if (stats.isDirectory()) for (const [key, value] of tree(root, relative)) found.set(key, value);
  }
  return found;
}

/** The same, as the file system tells it. */
function treeThrough(folder: HostFolder, directory = folder.root, below = ''): Map<string, Omit<Entry, 'content'>> {
  const found = new Map<string, Omit<Entry, 'content'>>();
  for (const entry of list(folder, directory).sort()) {
    if (entry === '.' || entry === '..') continue;
    const relative = join(below, entry);
    const node = folder.lookup(directory, bytes(entry));
    const { mode, nlink, size, ino } = attributes(folder, node);
    expect(ino).toBe(node);
    const isDirectory = (mode & 0o170000) === S_IFDIR;
    found.set(relative, { mode, nlink, size: isDirectory ? 0 : size });
    if (isDirectory) for (const [key, value] of treeThrough(folder, node, relative)) found.set(key, value);
  }
  return found;
}

function isLink(at: string): boolean {
  try {
    return fs.lstatSync(at).isSymbolicLink();
  } catch (error) {
    failure(error);
    return false;
  }
}

/** Whether a path leads through or to a symbolic link: there the two differ on purpose. */
function followsLink(root: string, step: Operation | HeldOperation): boolean {
  if (isHeld(step) && step.call !== 'hold') return false;
  const checked = step.call === 'rename' || step.call === 'link' ? [step.path, step.to] : [step.path];
  const opens = ['write', 'read', 'truncate', 'chmod', 'hold'].includes(step.call);
  return checked.some((parts) =>
    parts.some((_, i) => {
      if (i === parts.length - 1 && !opens) return false;
      return isLink(join(root, ...parts.slice(0, i + 1)));
    }),
  );
}

describe('a folder of the host', () => {
  it('does what node:fs does', () => {
    const succeeded = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 100, size: 'max' }), (steps) => {
        using mine = scratch();
        using theirs = scratch();
        const folder = mounted(mine.path);
        const myHeld = new Map<number, number>();
        const theirHeld = new Map<number, number>();
        for (const step of steps) {
          if (followsLink(theirs.path, step)) continue;
          const expected = isHeld(step) ? heldDirectly(theirs.path, theirHeld, step) : directly(theirs.path, step);
          const got = isHeld(step) ? heldThrough(folder, myHeld, step) : through(folder, step);
          expect(got, JSON.stringify(step)).toBe(expected);
          if (typeof got === 'string' || got >= 0) succeeded.add(step.call);
        }
        for (const node of myHeld.values()) folder.close(node);
        for (const descriptor of theirHeld.values()) fs.closeSync(descriptor);
        const wanted = tree(theirs.path);
        expect(tree(mine.path)).toEqual(wanted);
        expect(treeThrough(folder)).toEqual(
          new Map([...wanted].map(([key, { mode, nlink, size }]) => [key, { mode, nlink, size }])),
        );
      }),
      { numRuns: 150 },
    );
    expect(succeeded.size).toBe(CALLS);
  });
});
