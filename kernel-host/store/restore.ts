/**
 * Lays what a store holds over a file system that has the packed image in it, as overlayfs shows an upper layer over a lower one. Runs
 * before anything else changes that file system, and tells no journal of what it does.
 */
import { Errno } from '../abi/errno.js';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/stat.js';
import { bytesOfName } from '../fs/byte-name.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import { inodeRecord } from './capture.js';
import type { Changes } from './changes.js';
import { damaged, type StoreContents } from './contents.js';
import { type InodeRecord, ROOT_NUMBER, type StoredNumber, type StoredTime, WHITEOUT } from './records.js';
import type { StoredBlocks } from './stored-blocks.js';
import type { TrackedInode } from './tracked.js';

/**
 * Files have their bytes in `stored`, which loads them when somebody wants them.
 * @throws PortsideError store-damaged; Errno ENOSPC
 */
export function restoreTree(
  fileSystem: MemoryFileSystem,
  contents: StoreContents,
  changes: Changes,
  stored: StoredBlocks,
): void {
  const restoration = new Restoration(fileSystem, contents, changes, stored);
  restoration.fill(changes.root, ROOT_NUMBER);
  restoration.finish();
}

class Restoration {
  readonly #fileSystem: MemoryFileSystem;
  readonly #contents: StoreContents;
  readonly #changes: Changes;
  /** Inodes that are made already: a file may have several names. */
  readonly #made = new Map<StoredNumber, number>();
  /** As it was: replacing what the image has in it leaves its times alone, as the guest did that replaced it. */
  readonly #root: InodeRecord;

  readonly #stored: StoredBlocks;

  constructor(fileSystem: MemoryFileSystem, contents: StoreContents, changes: Changes, stored: StoredBlocks) {
    this.#fileSystem = fileSystem;
    this.#stored = stored;
    this.#contents = contents;
    this.#changes = changes;
    this.#root = inodeRecord(fileSystem, changes.root);
  }

  /** The entries of a directory, and all that is beneath them. */
  fill(directory: TrackedInode, number: StoredNumber): void {
    for (const [, name, child] of this.#contents.entries.get(number) ?? []) {
      if (child === WHITEOUT) this.#hide(directory, name);
      else this.#place(directory, name, child);
    }
  }

  finish(): void {
    this.#setAttributes(this.#fileSystem.root, this.#contents.inodes.get(ROOT_NUMBER) ?? this.#root);
    for (const [number, inode] of this.#made) {
      const record = this.#contents.inodes.get(number);
      if (record) this.#setAttributes(inode, record);
    }
  }

  #place(directory: TrackedInode, name: string, number: StoredNumber): void {
    const record = this.#contents.inodes.get(number);
    if (!record) throw damaged(`The file ${JSON.stringify(name)} has no inode.`);
    const isDirectory = (record.mode & S_IFMT) === S_IFDIR;
    const before = this.#made.get(number);
    if (before !== undefined && isDirectory) throw damaged('A folder of it has two names.');
    const there = this.#fileSystem.lookup(directory.inode, bytesOfName(name));
    const kept = there > 0 && record.merged && (this.#fileSystem.mode(there) & S_IFMT) === S_IFDIR;
    if (there > 0 && !kept) this.#hide(directory, name);
    if (before !== undefined) {
      check(this.#fileSystem.link(directory.inode, bytesOfName(name), before));
      return;
    }
    const inode = kept ? there : this.#make(directory.inode, bytesOfName(name), record, number);
    this.#made.set(number, inode);
    this.#fileSystem.renumber(inode, number);
    const tracked = this.#changes.adopt(inode, number, record.merged === true);
    if (isDirectory) this.fill(tracked, number);
  }

  #make(directory: number, name: Uint8Array, record: InodeRecord, number: StoredNumber): number {
    const fileSystem = this.#fileSystem;
    if ((record.mode & S_IFMT) === S_IFLNK) {
      if (!record.target) throw damaged('A symbolic link of it leads nowhere.');
      return check(fileSystem.symlink(directory, name, record.target));
    }
    if ((record.mode & S_IFMT) === S_IFREG)
      return check(fileSystem.createBacked(directory, name, record.mode, record.size, this.#stored, number));
    return check(fileSystem.create(directory, name, record.mode, record.rdev));
  }

  /** The image's entry gives way, and stays hidden when what replaces it goes. */
  #hide(directory: TrackedInode, name: string): void {
    directory.hidden.add(name);
    this.#remove(directory.inode, bytesOfName(name));
  }

  #remove(directory: number, name: Uint8Array): void {
    const fileSystem = this.#fileSystem;
    const inode = fileSystem.lookup(directory, name);
    if (inode < 0) return;
    if ((fileSystem.mode(inode) & S_IFMT) !== S_IFDIR) {
      check(fileSystem.unlink(directory, name));
      return;
    }
    // Behind `.` and `..`; what was removed leaves the others' cookies as they are.
    for (let entry = fileSystem.entry(inode, 2); entry; entry = fileSystem.entry(inode, entry.next))
      this.#remove(inode, entry.name);
    check(fileSystem.rmdir(directory, name));
  }

  #setAttributes(inode: number, { mode, uid, gid, times, extended }: InodeRecord): void {
    for (const [name, value] of extended ?? []) this.#fileSystem.extended.set(inode, name, value);
    this.#fileSystem.setAttributes(inode, { mode, uid, gid });
    const [atime, mtime, ctime] = times;
    this.#fileSystem.setTimes(inode, { atime: timestamp(atime), mtime: timestamp(mtime), ctime: timestamp(ctime) });
  }
}

const timestamp = ([seconds, nanoseconds]: StoredTime) => ({ seconds, nanoseconds });

function check(result: number): number {
  if (result < 0) throw new Errno(-result);
  return result;
}
