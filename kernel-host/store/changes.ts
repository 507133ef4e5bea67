/**
 * What has changed since the last commit, as marks only: bytes are copied when a commit takes them, so that a block that is written a
 * hundred times is stored once, and a file that comes and goes between two commits never.
 *
 * The store holds what differs from the packed image, as an overlay's upper layer does (Linux: overlayfs.rst): an inode of the image is
 * taken whole when it is first changed, a directory of it is `merged`, and what is removed from that is hidden by a whiteout. So a new
 * image brings its changes, and what was written here stays.
 */
import { S_IFDIR, S_IFMT, S_IFREG } from '../abi/stat.js';
import { UNIT } from '../fs/block.js';
import { nameOfBytes } from '../fs/byte-name.js';
import type { Journal } from '../fs/journal.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import { FIRST_NUMBER, ROOT_NUMBER, type StoredNumber, storedNumber, WHITEOUT } from './records.js';
import { TrackedInode } from './tracked.js';

export interface EntryChange {
  readonly parent: StoredNumber;
  readonly name: string;
  /** Undefined: the entry is gone. */
  readonly number: StoredNumber | undefined;
  /** The store may have a record of it. */
  readonly recorded: boolean;
}

export interface InodeChange {
  readonly tracked: TrackedInode;
  readonly attributes: boolean;
  readonly blocks: ReadonlySet<number>;
  readonly cutFrom: number;
}

/** The bytes [from, to) of a file. */
export interface AbsentBytes {
  readonly inode: number;
  readonly from: number;
  readonly to: number;
}

/** Taken out of the marks, to be committed or given back. */
export interface TakenChanges {
  readonly entries: readonly EntryChange[];
  readonly inodes: readonly InodeChange[];
  readonly removed: readonly StoredNumber[];
}

export class Changes implements Journal {
  readonly #fileSystem: MemoryFileSystem;
  readonly #changed: () => void;
  readonly #root: TrackedInode;
  readonly #tracked = new Map<number, TrackedInode>();
  readonly #dirty = new Set<TrackedInode>();
  #entries = new Map<string, EntryChange>();
  #removed = new Set<StoredNumber>();
  #blocks = 0;
  #count = 0;

  /** @param changed called after each change. */
  constructor(fileSystem: MemoryFileSystem, changed: () => void) {
    this.#fileSystem = fileSystem;
    this.#changed = changed;
    this.#root = new TrackedInode(ROOT_NUMBER, fileSystem.root, true);
    this.#tracked.set(fileSystem.root, this.#root);
  }

  get root(): TrackedInode {
    return this.#root;
  }

  get none(): boolean {
    return this.#dirty.size === 0 && this.#entries.size === 0 && this.#removed.size === 0;
  }

  /** Changes so far. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of files that a commit would store, at most. */
  get bytes(): number {
    return this.#blocks * UNIT;
  }

  /** An inode that was made from the store's records. */
  adopt(inode: number, number: StoredNumber, merged: boolean): TrackedInode {
    const tracked = new TrackedInode(number, inode, merged);
    tracked.recorded = true;
    this.#tracked.set(inode, tracked);
    return tracked;
  }

  keeps(tracked: TrackedInode): boolean {
    return this.#tracked.get(tracked.inode) === tracked;
  }

  /** Some of what a commit would store that is not in memory. */
  absent(): AbsentBytes | undefined {
    const { blocks: cache } = this.#fileSystem;
    for (const { inode, blocks } of this.#dirty) {
      const size = this.#fileSystem.size(inode);
      for (const block of blocks) {
        const from = block * UNIT;
        const to = Math.min(from + UNIT, size);
        if (to > from && cache.lacks(inode, from, to)) return { inode, from, to };
      }
    }
    return undefined;
  }

  linked(directory: number, name: Uint8Array, inode: number): void {
    const parent = this.#track(directory);
    if (parent) {
      this.#markAttributes(parent);
      this.#linkIn(parent, nameOfBytes(name), inode);
      this.#tell();
    }
  }

  unlinked(directory: number, name: Uint8Array, inode: number): void {
    const parent = this.#track(directory);
    if (!parent) return;
    this.#markAttributes(parent);
    this.#unlinkIn(parent, nameOfBytes(name), inode);
    const tracked = this.#tracked.get(inode);
    if (tracked && this.#nlink(inode) === 0) this.#forget(tracked);
    else if (tracked) this.#markAttributes(tracked);
    this.#tell();
  }

  changed(inode: number): void {
    const tracked = this.#track(inode);
    if (!tracked) return;
    this.#markAttributes(tracked);
    this.#tell();
  }

  written(inode: number, from: number, to: number): void {
    const tracked = this.#track(inode);
    if (!tracked) return;
    this.#markAttributes(tracked);
    this.#markBlocks(tracked, from, to);
    this.#tell();
  }

  truncated(inode: number, before: number, size: number): void {
    const tracked = this.#track(inode);
    if (!tracked) return;
    this.#markAttributes(tracked);
    if (size < before) {
      const kept = Math.ceil(size / UNIT);
      tracked.cutFrom = Math.min(tracked.cutFrom, kept);
      for (const block of tracked.blocks) if (block >= kept && tracked.blocks.delete(block)) this.#blocks--;
      // A longer file that comes of it later reads zeros behind this size.
      if (size % UNIT > 0) this.#markBlocks(tracked, size - 1, size);
    }
    this.#tell();
  }

  released(inode: number): void {
    const tracked = this.#tracked.get(inode);
    if (tracked) this.#forget(tracked);
  }

  /** All marks, which are gone by that. */
  take(): TakenChanges {
    const inodes = [...this.#dirty].map((tracked) => {
      const { attributes, blocks, cutFrom } = tracked;
      tracked.attributes = false;
      tracked.blocks = new Set();
      tracked.cutFrom = Number.POSITIVE_INFINITY;
      tracked.recorded = true;
      return { tracked, attributes, blocks, cutFrom };
    });
    const taken = { inodes, entries: [...this.#entries.values()], removed: [...this.#removed] };
    this.#dirty.clear();
    this.#entries = new Map();
    this.#removed = new Set();
    this.#blocks = 0;
    return taken;
  }

  /** Marks again what could not be committed; what has changed since stands. */
  giveBack({ entries, inodes, removed }: TakenChanges): void {
    for (const number of removed) this.#removed.add(number);
    for (const change of entries) {
      if (this.#removed.has(change.parent)) continue;
      const key = keyOf(change.parent, change.name);
      const since = this.#entries.get(key);
      this.#entries.set(key, since ? { ...since, recorded: since.recorded || change.recorded } : change);
    }
    for (const { tracked, attributes, blocks, cutFrom } of inodes) {
      if (this.#tracked.get(tracked.inode) !== tracked) continue;
      this.#dirty.add(tracked);
      tracked.attributes ||= attributes;
      for (const block of blocks) if (block < tracked.cutFrom) this.#markBlock(tracked, block);
      tracked.cutFrom = Math.min(tracked.cutFrom, cutFrom);
    }
  }

  /** The name's new record, with what its inode needs to be in the store. */
  #linkIn(parent: TrackedInode, name: string, inode: number): void {
    let tracked = this.#tracked.get(inode);
    if (!tracked) tracked = this.#takeWhole(inode);
    else if (tracked.merged) this.#makeOpaque(tracked);
    else this.#markAttributes(tracked);
    const key = keyOf(parent.number, name);
    const recorded = this.#entries.get(key)?.recorded ?? parent.hidden.has(name);
    this.#entries.set(key, { parent: parent.number, name, number: tracked.number, recorded });
  }

  #unlinkIn(parent: TrackedInode, name: string, inode: number): void {
    const key = keyOf(parent.number, name);
    if (parent.merged && (this.#isOfImage(inode) || this.#tracked.get(inode)?.merged)) parent.hidden.add(name);
    if (parent.hidden.has(name)) {
      this.#entries.set(key, { parent: parent.number, name, number: WHITEOUT, recorded: true });
      return;
    }
    const pending = this.#entries.get(key);
    if (pending && !pending.recorded) this.#entries.delete(key);
    else this.#entries.set(key, { parent: parent.number, name, number: undefined, recorded: true });
  }

  /** The inode as the store keeps it; undefined for one without a name, which a crash would take along. */
  #track(inode: number): TrackedInode | undefined {
    const tracked = this.#tracked.get(inode);
    if (tracked) return tracked;
    if (this.#nlink(inode) === 0) return undefined;
    const place = this.#fileSystem.nameOf(inode);
    const parent = place && this.#track(place.directory);
    if (!parent) return undefined;
    const name = nameOfBytes(place.name);
    if (!this.#isDirectory(inode)) {
      if (parent.merged) parent.hidden.add(name);
      this.#linkIn(parent, name, inode);
      return this.#tracked.get(inode);
    }
    const merged = new TrackedInode(storedNumber(this.#fileSystem.takeNumber()), inode, true);
    this.#tracked.set(inode, merged);
    this.#markAttributes(merged);
    this.#entries.set(keyOf(parent.number, name), {
      parent: parent.number,
      name,
      number: merged.number,
      recorded: false,
    });
    return merged;
  }

  /** An inode that is new, or of the image and changed: everything of it. */
  #takeWhole(inode: number): TrackedInode {
    const fresh = this.#fileSystem.number(inode);
    const tracked = new TrackedInode(
      storedNumber(fresh >= FIRST_NUMBER ? fresh : this.#fileSystem.takeNumber()),
      inode,
      false,
    );
    this.#tracked.set(inode, tracked);
    this.#markAttributes(tracked);
    if (this.#isDirectory(inode)) this.#takeEntries(tracked);
    else if ((this.#mode(inode) & S_IFMT) === S_IFREG) this.#markBlocks(tracked, 0, this.#fileSystem.size(inode));
    return tracked;
  }

  /** A directory of the image that was moved: nothing of the image is beneath it at its new place. */
  #makeOpaque(tracked: TrackedInode): void {
    tracked.merged = false;
    tracked.hidden.clear();
    this.#markAttributes(tracked);
    this.#takeEntries(tracked);
  }

  #takeEntries(directory: TrackedInode): void {
    // Behind `.` and `..`.
    for (let entry = this.#fileSystem.entry(directory.inode, 2); entry; ) {
      const inode = this.#fileSystem.lookup(directory.inode, entry.name);
      this.#linkIn(directory, nameOfBytes(entry.name), inode);
      entry = this.#fileSystem.entry(directory.inode, entry.next);
    }
  }

  #forget(tracked: TrackedInode): void {
    this.#tracked.delete(tracked.inode);
    // All that an empty directory still has, if it lay over one of the image.
    for (const name of tracked.hidden) this.#entries.delete(keyOf(tracked.number, name));
    if (this.#dirty.delete(tracked)) this.#blocks -= tracked.blocks.size;
    if (tracked.recorded) this.#removed.add(tracked.number);
  }

  #tell(): void {
    this.#count++;
    this.#changed();
  }

  #markAttributes(tracked: TrackedInode): void {
    tracked.attributes = true;
    this.#dirty.add(tracked);
  }

  /** Bytes [from, to) */
  #markBlocks(tracked: TrackedInode, from: number, to: number): void {
    for (let block = Math.floor(from / UNIT); block * UNIT < to; block++) this.#markBlock(tracked, block);
  }

  #markBlock(tracked: TrackedInode, block: number): void {
    if (tracked.blocks.has(block)) return;
    tracked.blocks.add(block);
    this.#blocks++;
  }

  #isOfImage(inode: number): boolean {
    return this.#fileSystem.number(inode) < FIRST_NUMBER;
  }

  #isDirectory(inode: number): boolean {
    return (this.#mode(inode) & S_IFMT) === S_IFDIR;
  }

  #mode(inode: number): number {
    return this.#fileSystem.mode(inode);
  }

  #nlink(inode: number): number {
    return this.#fileSystem.links(inode);
  }
}

const keyOf = (parent: StoredNumber, name: string): string => `${parent}/${name}`;
