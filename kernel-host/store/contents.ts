/** Reads what a store holds, but for the files' bytes: one request for all records of a kind (a request each costs a boot seconds). */
import { promisifyRequest } from 'idb-keyval';
import { PortsideError } from '../../protocol/errors.js';
import type { Database } from './database.js';
import {
  type EntryRecord,
  entryRange,
  type InodeRecord,
  inodeRange,
  isEntryRecord,
  isInodeRecord,
  ROOT_NUMBER,
  type StoredNumber,
  storedNumber,
  WHITEOUT,
} from './records.js';

export interface StoreContents {
  readonly inodes: ReadonlyMap<StoredNumber, InodeRecord>;
  /** By the directory's number. */
  readonly entries: ReadonlyMap<StoredNumber, readonly EntryRecord[]>;
}

/** @throws PortsideError store-damaged; DOMException of IndexedDB */
export async function readContents(database: Database): Promise<StoreContents> {
  const [keys, inodeValues, entryValues] = await database.read((store) =>
    Promise.all([
      promisifyRequest(store.getAllKeys(inodeRange())),
      promisifyRequest<unknown[]>(store.getAll(inodeRange())),
      promisifyRequest<unknown[]>(store.getAll(entryRange())),
    ]),
  );
  const inodes = new Map<StoredNumber, InodeRecord>();
  for (const [index, value] of inodeValues.entries()) {
    const key: unknown = keys[index];
    const number: unknown = Array.isArray(key) ? key[1] : undefined;
    if (typeof number !== 'number' || !isInodeRecord(value)) throw damaged('An inode of it is of no known form.');
    inodes.set(storedNumber(number), value);
  }
  const entries = new Map<StoredNumber, EntryRecord[]>();
  for (const value of entryValues) {
    if (!isEntryRecord(value)) throw damaged('A directory entry of it is of no known form.');
    const [parent, name, number] = value;
    if (number !== WHITEOUT && !inodes.has(number)) throw damaged(`The file ${JSON.stringify(name)} has no inode.`);
    if (parent !== ROOT_NUMBER && !inodes.has(parent))
      throw damaged(`The folder of ${JSON.stringify(name)} is missing.`);
    const siblings = entries.get(parent);
    if (siblings) siblings.push(value);
    else entries.set(parent, [value]);
  }
  return { inodes, entries };
}

export const damaged = (detail: string): PortsideError => new PortsideError('store-damaged', detail);
