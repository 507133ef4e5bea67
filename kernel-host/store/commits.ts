/** One commit: what has changed, in one transaction that only the last kernel to open the store may make. */
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import { capture } from './capture.js';
import type { Changes, TakenChanges } from './changes.js';
import type { Commits } from './committer.js';
import type { Database, Durability } from './database.js';
import { Emptied, Fenced, isQuotaExceeded } from './failure.js';
import { isSuperblock, SUPERBLOCK_KEY, type Superblock } from './records.js';

export class FileSystemCommits implements Commits {
  readonly #database: Database;
  readonly #fileSystem: MemoryFileSystem;
  readonly #changes: Changes;
  readonly #superblock: Superblock;

  constructor(database: Database, fileSystem: MemoryFileSystem, changes: Changes, superblock: Superblock) {
    this.#database = database;
    this.#fileSystem = fileSystem;
    this.#changes = changes;
    this.#superblock = superblock;
  }

  get none(): boolean {
    return this.#changes.none;
  }

  get bytes(): number {
    return this.#changes.bytes;
  }

  async commit(durability: Durability): Promise<void> {
    const taken = this.#changes.take();
    try {
      await this.#write(durability, taken);
    } catch (error) {
      this.#changes.giveBack(taken);
      throw error;
    }
  }

  async #write(durability: Durability, taken: TakenChanges): Promise<void> {
    const { deletes, puts } = capture(this.#fileSystem, taken);
    const superblock: Superblock = { ...this.#superblock, nextNumber: this.#fileSystem.nextNumber };
    let refusal: Fenced | Emptied | undefined;
    try {
      await this.#database.write(durability, (store) => {
        const found: IDBRequest<unknown> = store.get([...SUPERBLOCK_KEY]);
        found.onsuccess = () => {
          refusal = this.#refusalOf(found.result);
          if (refusal) store.transaction.abort();
        };
        for (const key of deletes) store.delete(key instanceof IDBKeyRange ? key : [...key]);
        for (const [key, value] of puts) store.put(value, [...key]);
        // Always: a strict transaction that writes nothing would leave the relaxed ones before it where they are.
        store.put(superblock, [...SUPERBLOCK_KEY]);
      });
    } catch (error) {
      if (refusal) throw refusal;
      // A connection that failed in any other way may be no good any more.
      if (!isQuotaExceeded(error)) this.#database.reset();
      throw this.#database.deleted ? new Emptied() : error;
    }
  }

  #refusalOf(found: unknown): Fenced | Emptied | undefined {
    if (found === undefined) return new Emptied();
    return isSuperblock(found) && found.epoch === this.#superblock.epoch ? undefined : new Fenced();
  }
}
