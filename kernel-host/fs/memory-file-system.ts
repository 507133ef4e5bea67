/**
 * The file system in kernel memory: what the guests see at `/`. Nodes are inode addresses. The kernel is the only writer;
 * process workers read it by themselves (`path-walk.ts`, `inode-reader.ts`).
 */
import { EEXIST, EFBIG, EINVAL, EISDIR, EMLINK, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, EPERM } from '../abi/errno.js';
import { O_TRUNC, RENAME_EXCHANGE, RENAME_NOREPLACE } from '../abi/fcntl.js';
import { type Attributes, directoryEntryType, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/stat.js';
import type { Address, KernelMemory } from '../memory/kernel-memory.js';
import { DENTRY, INODE, INODE_MOUNT_POINT, SUPERBLOCK } from '../memory/layout.js';
import { PAGE, type PageAllocator } from '../memory/page-allocator.js';
import { beginWrite, endWrite } from '../memory/seqlock.js';
import { SlabAllocator } from '../memory/slab-allocator.js';
import type { Clock } from '../platform/clock.js';
import { BLOCK, UNIT } from './block.js';
import { BlockCache, type BlockSource } from './block-cache.js';
import { findDentry } from './dentry.js';
import { DirectoryIndex } from './directory-index.js';
import { ExtendedAttributes } from './extended-attributes.js';
import { Extents } from './extents.js';
import type { AttributeChange, DirectoryEntry, FileSystem, StatFs } from './file-system.js';
import { ABSENT, nextDentry, ROOT_DEVICE, readAttributes, readFile, readTarget } from './inode-reader.js';
import { InodeTable, type InodeTimes } from './inode-table.js';
import { type Journal, noJournal } from './journal.js';
import { type MappedContent, nothingMapped } from './mapped-content.js';
import { noStorage, type Storage } from './storage.js';

const TMPFS_MAGIC = 0x01021994;
/** ext4's limit (EXT4_LINK_MAX) is 65,000; ours is what the field holds. */
const LINK_MAX = 0x7fffffff;
/** What an extent's 32-bit block number reaches: 16 TiB, as ext4's. */
const FILE_SIZE_MAX = 2 ** 32 * BLOCK;
/** Bytes that one read of a file brings in that is not in memory: a reader asks again for more. */
const LARGEST_READ = 1024 * 1024;
const DOT = new Uint8Array([0x2e]);
const DOT_DOT = new Uint8Array([0x2e, 0x2e]);
/** What a machine may still allocate when nothing limits it but addresses. */
const ADDRESSABLE_BLOCKS = 2 ** 32 / BLOCK;

export class MemoryFileSystem implements FileSystem {
  readonly type = 'tmpfs';
  readonly device: number;
  readonly readOnly = false;
  readonly root: number;
  /** Hears of every change. */
  journal: Journal = noJournal;
  storage: Storage = noStorage;
  mapped: MappedContent = nothingMapped;
  readonly extended = new ExtendedAttributes((node) => this.#extended(node));
  /** Files of which not all is in memory. */
  readonly blocks: BlockCache;
  readonly #memory: KernelMemory;
  readonly #pages: PageAllocator;
  readonly #slabs: SlabAllocator;
  readonly #inodes: InodeTable;
  readonly #extents: Extents;
  readonly #index: DirectoryIndex;
  /** Inodes without a name that were still open when last looked at: workers close files without a word. */
  readonly #orphans = new Set<number>();

  /**
   * @param cacheLimit bytes of unchanged blocks of files that lie elsewhere; the cache's own choice where it is left out.
   * @param device of one that is mounted; without it, it is the machine's root, which workers read by themselves.
   * @throws RangeError when memory has no room for an empty file system.
   */
  constructor(
    memory: KernelMemory,
    pages: PageAllocator,
    clock: Clock,
    { cacheLimit, device }: { readonly cacheLimit?: number; readonly device?: number } = {},
  ) {
    this.device = device ?? ROOT_DEVICE;
    this.#memory = memory;
    this.#pages = pages;
    this.#slabs = new SlabAllocator(memory, pages);
    this.#inodes = new InodeTable(memory, pages, clock);
    this.#extents = new Extents(memory, pages, this.#slabs);
    this.blocks = new BlockCache(memory, this.#extents, cacheLimit);
    this.#index = new DirectoryIndex(memory, pages, this.#slabs);
    this.root = this.#inodes.allocate(S_IFDIR | 0o755, 0, 0, 0);
    if (this.root < 0) throw new RangeError('no memory for the root directory');
    memory.u32[(this.root >>> 2) + INODE.NLINK_W] = 2;
    if (device === undefined) memory.u32[SUPERBLOCK.ROOT_W] = this.root;
  }

  /** Takes out all that is in it: it is not mounted any more. */
  clear(directory = this.root): void {
    for (let entry = this.entry(directory, 2); entry; entry = this.entry(directory, 2)) {
      const { name } = entry;
      const node = this.lookup(directory, name);
      if (this.#type(node) !== S_IFDIR) {
        this.unlink(directory, name);
        continue;
      }
      this.clear(node);
      this.rmdir(directory, name);
    }
  }

  lookup(directory: number, name: Uint8Array): number {
    const dentry = findDentry(this.#memory, directory, name, 0, name.length);
    return dentry === 0 ? -ENOENT : this.#word(dentry, DENTRY.INODE_W);
  }

  parent(directory: number): number {
    const dentry = this.#word(directory, INODE.DENTRY_W);
    return dentry === 0 ? directory : this.#word(dentry, DENTRY.PARENT_W);
  }

  attributes(node: number, out: Attributes): number {
    readAttributes(this.#memory, node, out);
    out.device = this.device;
    return 0;
  }

  setAttributes(node: number, change: AttributeChange): number {
    this.#inodes.setAttributes(node, change);
    this.journal.changed(node);
    return 0;
  }

  target(node: number): Uint8Array | number {
    if (this.#type(node) !== S_IFLNK) return -EINVAL;
    const target = new Uint8Array(this.#word(node, INODE.COUNT_W));
    readTarget(this.#memory, node, target, 0, target.length);
    return target;
  }

  entry(directory: number, cookie: number): DirectoryEntry | null {
    if (cookie === 0) return this.#entry(DOT, directory, 1);
    if (cookie === 1) return this.#entry(DOT_DOT, this.parent(directory), 2);
    const dentry = nextDentry(this.#memory, directory, cookie, 0);
    if (dentry === 0) return null;
    return this.#entry(
      this.#index.name(dentry),
      this.#word(dentry, DENTRY.INODE_W),
      this.#word(dentry, DENTRY.COOKIE_W),
    );
  }

  create(directory: number, name: Uint8Array, mode: number, rdev: number): number {
    const refused = this.#mayAdd(directory, name);
    if (refused !== 0) return refused;
    const inode = this.#inodes.allocate(mode, 0, 0, rdev);
    if (inode < 0) return inode;
    return this.#insert(directory, name, inode);
  }

  symlink(directory: number, name: Uint8Array, target: Uint8Array): number {
    const refused = this.#mayAdd(directory, name);
    if (refused !== 0) return refused;
    const inode = this.#inodes.allocate(S_IFLNK | 0o777, 0, 0, 0);
    if (inode < 0) return inode;
    const copy = this.#slabs.allocate(target.length);
    if (copy === null) {
      this.#inodes.release(inode);
      return -ENOSPC;
    }
    const { u32, u8, f64 } = this.#memory;
    u8.set(target, copy);
    u32[(inode >>> 2) + INODE.DATA_W] = copy;
    u32[(inode >>> 2) + INODE.COUNT_W] = target.length;
    f64[(inode >>> 3) + INODE.SIZE_F64] = target.length;
    return this.#insert(directory, name, inode);
  }

  link(directory: number, name: Uint8Array, node: number): number {
    if (this.#type(node) === S_IFDIR) return -EPERM;
    if (this.#word(node, INODE.NLINK_W) >= LINK_MAX) return -EMLINK;
    const refused = this.#mayAdd(directory, name);
    if (refused !== 0) return refused;
    // While it has only the name that it had.
    this.journal.changed(node);
    const result = this.#index.change(() => {
      const dentry = this.#index.add(directory, name, node);
      if (dentry < 0) return dentry;
      this.#link(node, 1);
      this.#inodes.markModified(directory);
      return 0;
    });
    if (result === 0) this.journal.linked(directory, name, node);
    return result;
  }

  unlink(directory: number, name: Uint8Array): number {
    const dentry = findDentry(this.#memory, directory, name, 0, name.length);
    if (dentry === 0) return -ENOENT;
    const inode = this.#word(dentry, DENTRY.INODE_W);
    if (this.#type(inode) === S_IFDIR) return -EISDIR;
    this.#index.change(() => {
      this.#index.remove(dentry);
      this.#link(inode, -1);
      this.#inodes.markModified(directory);
    });
    this.journal.unlinked(directory, name, inode);
    this.reap(inode);
    return 0;
  }

  rmdir(directory: number, name: Uint8Array): number {
    const dentry = findDentry(this.#memory, directory, name, 0, name.length);
    if (dentry === 0) return -ENOENT;
    const inode = this.#word(dentry, DENTRY.INODE_W);
    if (this.#type(inode) !== S_IFDIR) return -ENOTDIR;
    if (this.#word(inode, INODE.CAPACITY_W) > 0) return -ENOTEMPTY;
    this.#index.change(() => this.#removeDirectory(directory, dentry, inode));
    this.journal.unlinked(directory, name, inode);
    this.reap(inode);
    return 0;
  }

  rename(from: number, fromName: Uint8Array, to: number, toName: Uint8Array, flags: number): number {
    // As in #mayAdd: what was removed takes nothing in.
    if (this.#word(to, INODE.NLINK_W) === 0) return -ENOENT;
    const source = findDentry(this.#memory, from, fromName, 0, fromName.length);
    if (source === 0) return -ENOENT;
    const moved = this.#word(source, DENTRY.INODE_W);
    const target = findDentry(this.#memory, to, toName, 0, toName.length);
    const replaced = target === 0 ? 0 : this.#word(target, DENTRY.INODE_W);
    const directory = this.#type(moved) === S_IFDIR;
    if (directory && this.#within(to, moved)) return -EINVAL;
    if ((flags & RENAME_EXCHANGE) !== 0)
      return target === 0 ? -ENOENT : this.#exchange(source, moved, from, target, replaced, to);
    if (target !== 0 && (flags & RENAME_NOREPLACE) !== 0) return -EEXIST;
    // POSIX rename(): two links to one file leave both.
    if (moved === replaced) return 0;
    if (replaced !== 0) {
      const replacedDirectory = this.#type(replaced) === S_IFDIR;
      if (directory && !replacedDirectory) return -ENOTDIR;
      if (!directory && replacedDirectory) return -EISDIR;
      if (replacedDirectory && this.#word(replaced, INODE.CAPACITY_W) > 0) return -ENOTEMPTY;
    }
    const result = this.#index.change(() => {
      const added = this.#index.add(to, toName, moved);
      if (added < 0) return added;
      if (target !== 0) {
        if (this.#type(replaced) === S_IFDIR) this.#removeDirectory(to, target, replaced);
        else {
          this.#index.remove(target);
          this.#link(replaced, -1);
        }
      }
      this.#index.remove(source);
      if (directory) {
        this.#setWord(moved, INODE.DENTRY_W, added);
        if (from !== to) {
          this.#link(from, -1);
          this.#link(to, 1);
        }
      }
      this.#inodes.markChanged(moved);
      this.#inodes.markModified(from);
      this.#inodes.markModified(to);
      return 0;
    });
    if (result < 0) return result;
    if (replaced !== 0) this.journal.unlinked(to, toName, replaced);
    this.journal.unlinked(from, fromName, moved);
    this.journal.linked(to, toName, moved);
    if (replaced !== 0) this.reap(replaced);
    return 0;
  }

  /** Workers count their own opens; this is for descriptions that the kernel makes. */
  open(node: number, flags: number): number {
    if ((flags & O_TRUNC) !== 0 && this.#type(node) === S_IFREG) {
      const result = this.truncate(node, 0);
      if (result < 0) return result;
    }
    Atomics.add(this.#memory.i32, (node >>> 2) + INODE.OPEN_COUNT_W, 1);
    return 0;
  }

  close(node: number): void {
    Atomics.sub(this.#memory.i32, (node >>> 2) + INODE.OPEN_COUNT_W, 1);
    this.reap(node);
  }

  /** Releases an inode that has neither a name nor an open description, and those that were still open before. */
  reap(inode: number): void {
    if (this.#word(inode, INODE.NLINK_W) === 0) this.#orphans.add(inode);
    for (const orphan of this.#orphans) {
      if (Atomics.load(this.#memory.i32, (orphan >>> 2) + INODE.OPEN_COUNT_W) > 0) continue;
      this.#orphans.delete(orphan);
      this.#release(orphan);
    }
  }

  #release(inode: number): void {
    const type = this.#type(inode);
    this.blocks.forget(inode);
    this.extended.forget(inode);
    this.#change(inode, () => {
      if (type === S_IFREG) this.#extents.release(inode);
      if (type === S_IFLNK)
        this.#slabs.free(this.#word(inode, INODE.DATA_W) as Address, this.#word(inode, INODE.COUNT_W));
    });
    this.#inodes.release(inode);
    this.journal.released(inode);
  }

  /** @throws AbsentBlocks */
  read(node: number, position: number, into: Uint8Array): number {
    this.mapped.reading(this, node);
    const count = readFile(this.#memory, node, position, into, 0, into.length);
    if (count !== ABSENT) return count;
    // So much is in memory at once, whatever the cache's limit.
    const length = Math.min(into.length, LARGEST_READ, this.size(node) - position);
    this.blocks.require(node, position, position + length);
    return readFile(this.#memory, node, position, into, 0, length);
  }

  /** @throws AbsentBlocks, with nothing written */
  write(node: number, position: number, from: Uint8Array): number {
    if (position >= FILE_SIZE_MAX && from.length > 0) return -EFBIG;
    if (this.storage.full && position + from.length > this.size(node)) return -ENOSPC;
    if (from.length > 0) {
      const end = position + from.length;
      const size = this.size(node);
      // What is zeroed behind the end, and the units that keep some of their bytes.
      if (position > size) this.#requireUnit(node, size);
      this.#requireUnit(node, position);
      if (end < size) this.#requireUnit(node, end);
      this.blocks.changed(node, Math.min(position, size), end);
    }
    const count = this.#change(node, () => {
      const written = this.#extents.write(node, position, from.subarray(0, FILE_SIZE_MAX - position));
      if (written > 0) this.#inodes.markModified(node);
      return written;
    });
    if (count > 0) {
      this.journal.written(node, position, position + count);
      this.mapped.written(this, node, position, from.subarray(0, count));
    }
    return count;
  }

  /** @throws AbsentBlocks, with nothing changed */
  truncate(node: number, size: number): number {
    if (size > FILE_SIZE_MAX) return -EFBIG;
    const before = this.size(node);
    if (this.storage.full && size > before) return -ENOSPC;
    this.#requireUnit(node, Math.min(size, before));
    this.blocks.changed(node, Math.min(size, before), Number.POSITIVE_INFINITY);
    const result = this.#change(node, () => {
      const truncated = this.#extents.truncate(node, size);
      if (truncated === 0) this.#inodes.markModified(node);
      return truncated;
    });
    if (result === 0) {
      this.journal.truncated(node, before, size);
      this.mapped.truncated(this, node, size);
    }
    return result;
  }

  sync(): 0 | Promise<number> {
    return this.storage.sync();
  }

  statfs(): StatFs {
    const used = Math.ceil(this.#pages.used / PAGE);
    const free = ADDRESSABLE_BLOCKS - used;
    return {
      type: TMPFS_MAGIC,
      blockSize: BLOCK,
      blocks: ADDRESSABLE_BLOCKS,
      freeBlocks: free,
      files: this.#inodes.inUse + free,
      freeFiles: free,
    };
  }

  /** Adds a regular file of `size` bytes that are those of `file` in `source`, loaded when somebody wants them. */
  createBacked(
    directory: number,
    name: Uint8Array,
    mode: number,
    size: number,
    source: BlockSource,
    file: number,
  ): number {
    const inode = this.create(directory, name, mode, 0);
    if (inode < 0) return inode;
    const result = this.#change(inode, () => this.#extents.expect(inode, size));
    if (result < 0) return result;
    this.blocks.back(inode, source, file);
    return inode;
  }

  /** Marks a directory as covered: workers stop there and ask the kernel. */
  setMountPoint(directory: number, mounted: boolean): void {
    const flags = this.#word(directory, INODE.FLAGS_W) & ~INODE_MOUNT_POINT;
    this.#index.change(() => this.#setWord(directory, INODE.FLAGS_W, mounted ? flags | INODE_MOUNT_POINT : flags));
  }

  size(node: number): number {
    return this.#memory.f64[(node >>> 3) + INODE.SIZE_F64] as number;
  }

  /** st_ino */
  number(node: number): number {
    return this.#word(node, INODE.INO_W);
  }

  mode(node: number): number {
    return this.#word(node, INODE.MODE_W);
  }

  /** st_nlink */
  links(node: number): number {
    return this.#word(node, INODE.NLINK_W);
  }

  /** What the next inode's number will be. */
  get nextNumber(): number {
    return this.#inodes.nextNumber;
  }

  /** A number that no inode has. */
  takeNumber(): number {
    return this.#inodes.takeNumber();
  }

  /** New inodes have numbers from here on. */
  numberFrom(first: number): void {
    this.#inodes.numberFrom(first);
  }

  /** Gives an inode the number that it had on the machine before. */
  renumber(node: number, number: number): void {
    this.#change(node, () => this.#setWord(node, INODE.INO_W, number));
  }

  /** Sets all times, ctime too, as no guest can. */
  setTimes(node: number, times: InodeTimes): void {
    this.#change(node, () => this.#inodes.setTimes(node, times));
  }

  /** Where an inode has its name, or one of them; null for the root and for what has none. */
  nameOf(node: number): { readonly directory: number; readonly name: Uint8Array } | null {
    const dentry = this.#type(node) === S_IFDIR ? this.#word(node, INODE.DENTRY_W) : this.#index.find(node);
    return dentry === 0 ? null : { directory: this.#word(dentry, DENTRY.PARENT_W), name: this.#index.name(dentry) };
  }

  /** The path of a node from the root, by its dentries: one of its paths, where it has several. Null when it has no name. */
  path(node: number): Uint8Array | null {
    const names: Uint8Array[] = [];
    let length = 0;
    for (let at = node; at !== this.root; ) {
      const place = this.nameOf(at);
      if (place === null) return null;
      names.unshift(place.name);
      length += place.name.length + 1;
      at = place.directory;
    }
    if (length === 0) return new Uint8Array([0x2f]);
    const path = new Uint8Array(length);
    let at = 0;
    for (const name of names) {
      path[at] = 0x2f;
      path.set(name, at + 1);
      at += name.length + 1;
    }
    return path;
  }

  /** The unit that the byte before and the byte at `position` share, if they do: it is changed, and kept, as a whole. @throws AbsentBlocks */
  #requireUnit(inode: number, position: number): void {
    if (position % UNIT === 0) return;
    const first = position - (position % UNIT);
    this.blocks.require(inode, first, Math.min(first + UNIT, this.size(inode)));
  }

  #extended(node: number): void {
    this.#change(node, () => this.#inodes.markChanged(node));
    this.journal.changed(node);
  }

  #word(record: number, field: number): number {
    return this.#memory.u32[(record >>> 2) + field] as number;
  }

  #setWord(record: number, field: number, value: number): void {
    this.#memory.u32[(record >>> 2) + field] = value;
  }

  #type(inode: number): number {
    return this.#word(inode, INODE.MODE_W) & S_IFMT;
  }

  #change<T>(inode: number, change: () => T): T {
    const word = (inode >>> 2) + INODE.SEQUENCE_W;
    beginWrite(this.#memory, word);
    try {
      return change();
    } finally {
      endWrite(this.#memory, word);
    }
  }

  #entry(name: Uint8Array, inode: number, next: number): DirectoryEntry {
    return {
      name,
      ino: this.#word(inode, INODE.INO_W),
      type: directoryEntryType(this.#word(inode, INODE.MODE_W)),
      next,
    };
  }

  #mayAdd(directory: number, name: Uint8Array): number {
    // A directory that was removed while open, or is some process's working directory, takes no new entry.
    if (this.#word(directory, INODE.NLINK_W) === 0) return -ENOENT;
    if (findDentry(this.#memory, directory, name, 0, name.length) !== 0) return -EEXIST;
    return this.storage.full ? -ENOSPC : 0;
  }

  /** Names a fresh inode. */
  #insert(directory: number, name: Uint8Array, inode: number): number {
    const result = this.#index.change(() => {
      const dentry = this.#index.add(directory, name, inode);
      if (dentry < 0) {
        this.#release(inode);
        return dentry;
      }
      const isDirectory = this.#type(inode) === S_IFDIR;
      this.#setWord(inode, INODE.NLINK_W, isDirectory ? 2 : 1);
      if (isDirectory) {
        this.#setWord(inode, INODE.DENTRY_W, dentry);
        this.#link(directory, 1);
      }
      this.#inodes.markModified(directory);
      return inode;
    });
    if (result > 0) this.journal.linked(directory, name, inode);
    return result;
  }

  #removeDirectory(parent: number, dentry: number, inode: number): void {
    this.#index.remove(dentry);
    this.#setWord(inode, INODE.NLINK_W, 0);
    // `..` of a removed directory that is still open leads nowhere but to itself.
    this.#setWord(inode, INODE.DENTRY_W, 0);
    this.#link(parent, -1);
    this.#inodes.markModified(parent);
  }

  #link(inode: number, by: number): void {
    this.#setWord(inode, INODE.NLINK_W, this.#word(inode, INODE.NLINK_W) + by);
    this.#inodes.markChanged(inode);
  }

  #within(directory: number, ancestor: number): boolean {
    for (let at = directory; ; at = this.parent(at)) {
      if (at === ancestor) return true;
      if (at === this.root || this.parent(at) === at) return false;
    }
  }

  #exchange(source: number, moved: number, from: number, target: number, replaced: number, to: number): number {
    if (this.#type(replaced) === S_IFDIR && this.#within(from, replaced)) return -EINVAL;
    this.#index.change(() => {
      this.#index.replace(source, replaced);
      this.#index.replace(target, moved);
      for (const [inode, dentry, left, entered] of [
        [moved, target, from, to],
        [replaced, source, to, from],
      ] as const) {
        if (this.#type(inode) === S_IFDIR) {
          this.#setWord(inode, INODE.DENTRY_W, dentry);
          this.#link(left, -1);
          this.#link(entered, 1);
        }
        this.#inodes.markChanged(inode);
      }
      this.#inodes.markModified(from);
      this.#inodes.markModified(to);
    });
    const [fromName, toName] = [this.#index.name(source), this.#index.name(target)];
    this.journal.unlinked(from, fromName, moved);
    this.journal.unlinked(to, toName, replaced);
    this.journal.linked(from, fromName, replaced);
    this.journal.linked(to, toName, moved);
    return 0;
  }
}
