/**
 * What lies in the database, by key:
 *
 *     ['s']                      superblock
 *     ['i', number]              inode
 *     ['d', parent, name]        directory entry: [parent, name, number]; number 0 hides what the packed image has there
 *     ['b', number, block]       UNIT (fs/block.ts) bytes of a file from `block` on, the last one cut at the file's size
 *
 * Names are byte strings: each character stands for a byte, so that any name that a guest may choose is a key.
 */
import type { Brand } from '../memory/brand.js';

/** An inode's number in the store: the guests' st_ino from the next boot on. */
export type StoredNumber = Brand<number, 'StoredNumber'>;

/** Of the records below. A store of a higher one is left alone; of a lower one, is migrated (`migrations.ts`). */
export const STORE_FORMAT = 1;

export const storedNumber = (number: number): StoredNumber => number as StoredNumber;

export const ROOT_NUMBER = storedNumber(1);
/** Hides the image's entry. */
export const WHITEOUT = storedNumber(0);
/** Numbers below are those of the packed image's inodes, which differ from one image to the next: more than files fit into 4 GiB. */
export const FIRST_NUMBER = storedNumber(1 << 24);

export interface Superblock {
  readonly format: number;
  /** Counts the kernels that have written: each may write only while it is the last. */
  readonly epoch: number;
  readonly nextNumber: number;
  /** Milliseconds since the epoch of POSIX. */
  readonly created: number;
}

/** [seconds, nanoseconds] */
export type StoredTime = readonly [number, number];

export interface InodeRecord {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly times: readonly [atime: StoredTime, mtime: StoredTime, ctime: StoredTime];
  /** Of a symbolic link. */
  readonly target?: Uint8Array<ArrayBuffer>;
  /** Extended attributes, by their names as byte strings. */
  readonly extended?: readonly (readonly [name: string, value: Uint8Array<ArrayBuffer>])[];
  /** A directory that lies over the packed image's of the same name: what it has no entry for shows through. */
  readonly merged?: true;
}

export type EntryRecord = readonly [parent: StoredNumber, name: string, number: StoredNumber];

export type Key =
  | readonly ['s']
  | readonly ['i', number]
  | readonly ['d', number, string]
  | readonly ['b', number, number];

export const SUPERBLOCK_KEY = ['s'] as const;
export const inodeKey = (number: StoredNumber): Key => ['i', number];
export const entryKey = (parent: StoredNumber, name: string): Key => ['d', parent, name];
export const blockKey = (number: StoredNumber, block: number): Key => ['b', number, block];

/** Keys of all records of a kind, of a directory's entries, or of a file's blocks from one on: an array sorts behind all numbers (IndexedDB, "compare two keys"). */
export const inodeRange = (): IDBKeyRange => IDBKeyRange.bound(['i'], ['i', []]);
export const entryRange = (parent?: StoredNumber): IDBKeyRange =>
  parent === undefined ? IDBKeyRange.bound(['d'], ['d', []]) : IDBKeyRange.bound(['d', parent], ['d', parent, []]);
export const blockRange = (number: StoredNumber, first = 0): IDBKeyRange =>
  IDBKeyRange.bound(['b', number, first], ['b', number, []]);

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isTime = (value: unknown): value is StoredTime =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

const isExtended = (value: unknown): boolean =>
  Array.isArray(value) && typeof value[0] === 'string' && value[1] instanceof Uint8Array;

export function isSuperblock(value: unknown): value is Superblock {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return ['format', 'epoch', 'nextNumber', 'created'].every((name) => isNumber(fields[name]));
}

export function isInodeRecord(value: unknown): value is InodeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return (
    ['mode', 'uid', 'gid', 'rdev', 'size'].every((name) => isNumber(fields[name])) &&
    Array.isArray(fields.times) &&
    fields.times.length === 3 &&
    fields.times.every(isTime) &&
    (fields.target === undefined || fields.target instanceof Uint8Array) &&
    (fields.extended === undefined || (Array.isArray(fields.extended) && fields.extended.every(isExtended)))
  );
}

export const isEntryRecord = (value: unknown): value is EntryRecord =>
  Array.isArray(value) &&
  value.length === 3 &&
  isNumber(value[0]) &&
  typeof value[1] === 'string' &&
  isNumber(value[2]);
