/** Copies what was marked out of kernel memory: the operations of one transaction, all of one moment. */
import { emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/stat.js';
import { UNIT } from '../fs/block.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { TakenChanges } from './changes.js';
import {
  blockKey,
  blockRange,
  type EntryRecord,
  entryKey,
  entryRange,
  type InodeRecord,
  inodeKey,
  type Key,
} from './records.js';
import type { TrackedInode } from './tracked.js';

/** Deletions come first. */
export interface Operations {
  readonly deletes: readonly (Key | IDBKeyRange)[];
  readonly puts: readonly (readonly [key: Key, value: InodeRecord | EntryRecord | Uint8Array<ArrayBuffer>])[];
}

export function capture(fileSystem: MemoryFileSystem, { entries, inodes, removed }: TakenChanges): Operations {
  const deletes: (Key | IDBKeyRange)[] = [];
  const puts: [Key, InodeRecord | EntryRecord | Uint8Array<ArrayBuffer>][] = [];
  for (const number of removed) deletes.push(inodeKey(number), blockRange(number), entryRange(number));
  for (const { tracked, attributes, blocks, cutFrom } of inodes) {
    const { number, inode } = tracked;
    if (attributes) puts.push([inodeKey(number), inodeRecord(fileSystem, tracked)]);
    if (cutFrom !== Number.POSITIVE_INFINITY) deletes.push(blockRange(number, cutFrom));
    const size = fileSystem.size(inode);
    for (const block of blocks) {
      const start = block * UNIT;
      const content = new Uint8Array(Math.max(0, Math.min(UNIT, size - start)));
      fileSystem.read(inode, start, content);
      puts.push([blockKey(number, block), content]);
    }
  }
  for (const { parent, name, number } of entries) {
    if (number === undefined) deletes.push(entryKey(parent, name));
    else puts.push([entryKey(parent, name), [parent, name, number]]);
  }
  return { deletes, puts };
}

export function inodeRecord(fileSystem: MemoryFileSystem, { inode, merged }: TrackedInode): InodeRecord {
  const attributes = emptyAttributes();
  fileSystem.attributes(inode, attributes);
  const { mode, uid, gid, rdev, size } = attributes;
  const type = mode & S_IFMT;
  const extended = fileSystem.extended.all(inode);
  const target = type === S_IFLNK ? fileSystem.target(inode) : undefined;
  return {
    mode,
    uid,
    gid,
    rdev,
    size: type === S_IFREG ? size : 0,
    times: [
      [attributes.atime, attributes.atimeNanoseconds],
      [attributes.mtime, attributes.mtimeNanoseconds],
      [attributes.ctime, attributes.ctimeNanoseconds],
    ],
    ...(extended.length > 0 && { extended: extended.map(({ name, value }) => [name, value] as const) }),
    ...(target instanceof Uint8Array && { target: new Uint8Array(target) }),
    ...(type === S_IFDIR && merged && { merged: true as const }),
  };
}
