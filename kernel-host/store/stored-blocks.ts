/** The blocks of files in a store, as far as this kernel may believe what it reads there. */
import { promisifyRequest } from 'idb-keyval';
import { BLOCK, UNIT } from '../fs/block.js';
import type { BlockSource } from '../fs/block-cache.js';
import { damaged } from './contents.js';
import type { Database } from './database.js';
import { refusalOf } from './failure.js';
import { blockKey, SUPERBLOCK_KEY, type Superblock, storedNumber } from './records.js';

export class StoredBlocks implements BlockSource {
  readonly #database: Database;
  readonly #superblock: Superblock;

  constructor(database: Database, superblock: Superblock) {
    this.#database = database;
    this.#superblock = superblock;
  }

  /**
   * @param file the inode's number in the store
   * @throws PortsideError `store-taken-over`, `store-evicted`, `store-damaged`; DOMException of IndexedDB
   */
  async load(file: number, first: number, count: number): Promise<Uint8Array> {
    const number = storedNumber(file);
    const start = first * BLOCK;
    const end = start + count * BLOCK;
    const range = IDBKeyRange.bound(
      blockKey(number, Math.floor(start / UNIT)),
      blockKey(number, Math.ceil(end / UNIT) - 1),
    );
    const [superblock, keys, values] = await this.#database.read((store) =>
      Promise.all([
        promisifyRequest<unknown>(store.get([...SUPERBLOCK_KEY])),
        promisifyRequest(store.getAllKeys(range)),
        promisifyRequest<unknown[]>(store.getAll(range)),
      ]),
    );
    const refusal = refusalOf(superblock, this.#superblock.epoch);
    if (refusal) throw refusal;
    const bytes = new Uint8Array(end - start);
    for (const [index, value] of values.entries()) {
      const key: unknown = keys[index];
      const block: unknown = Array.isArray(key) ? key[2] : undefined;
      if (typeof block !== 'number' || !(value instanceof Uint8Array))
        throw damaged('A block of it is of no known form.');
      const from = Math.max(start, block * UNIT);
      const part = value.subarray(from - block * UNIT, end - block * UNIT);
      bytes.set(part, from - start);
    }
    return bytes;
  }
}
