/** A file system with a packed image in it and a store behind it: what a boot makes, over and over. */
import { emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../../kernel-host/abi/stat.js';
import { BLOCK } from '../../../kernel-host/fs/block.js';
import { AbsentBlocks, type BlockSource, ended } from '../../../kernel-host/fs/block-cache.js';
import { MemoryFileSystem } from '../../../kernel-host/fs/memory-file-system.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { PageAllocator } from '../../../kernel-host/memory/page-allocator.js';
import { layOutSuperblock } from '../../../kernel-host/memory/superblock.js';
import type { CommitterEvents } from '../../../kernel-host/store/committer.js';
import { Store } from '../../../kernel-host/store/store.js';
import { PortsideError } from '../../../protocol/errors.js';
import type { FaultyDatabase } from './faulty-database.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const bytes = (text: string): Uint8Array => encoder.encode(text);

/** Paths and contents; undefined is a directory, `->` begins a symbolic link's target. */
export type Image = Readonly<Record<string, string | undefined>>;

/** Alarms that ring when the test says so. */
export class Alarms {
  #pending: { readonly callback: () => void }[] = [];

  readonly set = (callback: () => void): (() => void) => {
    const alarm = { callback };
    this.#pending.push(alarm);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== alarm);
    };
  };

  ring(): void {
    for (const { callback } of this.#pending.splice(0)) callback();
  }
}

export interface Machine {
  readonly fileSystem: MemoryFileSystem;
  readonly store: Store;
  readonly alarms: Alarms;
  /** Of the store, in order. */
  readonly told: string[];
}

const PACKED = 1_600_000_000_000;
let time = 1_700_000_000_000;

export async function boot(database: FaultyDatabase, image: Image = {}, limit?: number): Promise<Machine> {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 64, maximum: 4096, shared: true }));
  // Those of the image are the same at each boot; every change has a time of its own.
  let planted = false;
  const clock = { realtime: () => (planted ? time++ : PACKED), monotonic: () => 0, origin: 0 };
  const fileSystem = new MemoryFileSystem(memory, new PageAllocator(memory, layOutSuperblock(memory)), clock, {
    ...(limit !== undefined && { cacheLimit: limit }),
  });
  for (const [path, content] of Object.entries(image)) plant(fileSystem, path, content);
  planted = true;
  const told: string[] = [];
  const alarms = new Alarms();
  const tell = (event: string) => () => void told.push(event);
  const events: CommitterEvents = {
    stored: tell('stored'),
    full: tell('full'),
    recovered: tell('recovered'),
    failing: tell('failing'),
    ended: ({ code }) => void told.push(code),
  };
  const store = await Store.open({ name: 'test', alarm: alarms.set, events, now: time, factory: database.factory });
  await store.restore(fileSystem);
  store.attach(fileSystem);
  return { fileSystem, store, alarms, told };
}

function plant(fileSystem: MemoryFileSystem, path: string, content: string | undefined): void {
  const parent = find(fileSystem, path.slice(0, path.lastIndexOf('/')));
  const name = bytes(path.slice(path.lastIndexOf('/') + 1));
  if (content === undefined) must(fileSystem.create(parent, name, S_IFDIR | 0o755, 0));
  else if (content.startsWith('->')) must(fileSystem.symlink(parent, name, bytes(content.slice(2))));
  else must(fileSystem.createBacked(parent, name, S_IFREG | 0o644, content.length, packed(bytes(content)), 0));
}

/** Where a file of the image lies: not in memory. */
const packed = (content: Uint8Array): BlockSource => ({
  load: async (_, first, count) => {
    await turns(1);
    return content.slice(first * BLOCK, (first + count) * BLOCK);
  },
});

export function must(result: number): number {
  if (result < 0) throw new Error(`errno ${-result}`);
  return result;
}

/** The inode of a path; below 0 when there is none. */
export function find(fileSystem: MemoryFileSystem, path: string): number {
  let at = fileSystem.root;
  for (const name of path.split('/')) if (name !== '' && at > 0) at = fileSystem.lookup(at, bytes(name));
  return at;
}

export function write(fileSystem: MemoryFileSystem, path: string, content: string | Uint8Array, at = 0): number {
  const parent = find(fileSystem, path.slice(0, path.lastIndexOf('/')));
  const name = bytes(path.slice(path.lastIndexOf('/') + 1));
  const there = find(fileSystem, path);
  const file = there > 0 ? there : must(fileSystem.create(parent, name, S_IFREG | 0o644, 0));
  return fileSystem.write(file, at, typeof content === 'string' ? bytes(content) : content);
}

export const unlink = (fileSystem: MemoryFileSystem, path: string): number =>
  fileSystem.unlink(
    find(fileSystem, path.slice(0, path.lastIndexOf('/'))),
    bytes(path.slice(path.lastIndexOf('/') + 1)),
  );

export const text = async (fileSystem: MemoryFileSystem, path: string): Promise<string> =>
  decoder.decode(await content(fileSystem, must(find(fileSystem, path))));

/** As the kernel's loop does with a call that needs what is not in memory. EIO is undefined. */
export async function call<T>(attempt: () => T): Promise<T | undefined> {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof AbsentBlocks)) throw error;
      await ended(error.load);
      if (error.load.failed) return undefined;
    }
  }
}

/** All bytes of a file. A connection that was torn is opened again. */
async function content(fileSystem: MemoryFileSystem, file: number): Promise<Uint8Array> {
  const into = new Uint8Array(fileSystem.size(file));
  for (let tries = 0; tries < 5; tries++)
    if ((await call(() => fileSystem.read(file, 0, into))) !== undefined) return into;
  throw new Error('a file cannot be read');
}

/**
 * All that guests can see, path by path: type, mode, owner, links, times, content or target. Numbers of inodes are told as the first path
 * that has them, as those of the image differ from boot to boot.
 */
export async function picture(fileSystem: MemoryFileSystem): Promise<Record<string, string>> {
  const seen = new Map<number, string>();
  const lines: Record<string, string> = {};
  const look = async (node: number, path: string): Promise<void> => {
    const attributes = emptyAttributes();
    fileSystem.attributes(node, attributes);
    const { mode, uid, gid, nlink, size, rdev, atime, mtime, mtimeNanoseconds, ctime, ctimeNanoseconds } = attributes;
    const first = seen.get(node);
    if (first === undefined) seen.set(node, path);
    const type = mode & S_IFMT;
    const stat = [mode.toString(8), uid, gid, nlink, rdev].join(' ');
    const times = [atime, mtime, mtimeNanoseconds, ctime, ctimeNanoseconds].join(' ');
    const extended = fileSystem.extended
      .all(node)
      .map(({ name, value }) => `${name}=${value}`)
      .sort();
    const target = type === S_IFLNK ? fileSystem.target(node) : undefined;
    lines[path === '' ? '/' : path] =
      `${stat} [${times}] ${first ?? ''} ${target instanceof Uint8Array ? decoder.decode(target) : ''}` +
      `{${extended.join(' ')}} ` +
      `${type === S_IFREG ? `${size}:${digest(await content(fileSystem, node))}` : ''}`;
    if (type !== S_IFDIR) return;
    const names: string[] = [];
    for (let entry = fileSystem.entry(node, 2); entry; entry = fileSystem.entry(node, entry.next))
      names.push(decoder.decode(entry.name));
    for (const name of names.sort()) await look(fileSystem.lookup(node, bytes(name)), `${path}/${name}`);
  };
  await look(fileSystem.root, '');
  return lines;
}

/** FNV-1a: enough to tell two contents of a test apart. */
function digest(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export const codeOf = (error: unknown): string => (error instanceof PortsideError ? error.code : String(error));

/** Long enough for what the database has been asked to be done. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
