/** One commit: what has changed, in one transaction that only the last kernel to open the store may make. */
import { S_IFDIR, S_IFMT, S_IFREG } from '../abi/stat.js';
import { BLOCK, UNIT } from '../fs/block.js';
import { nameOfBytes } from '../fs/byte-name.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import { capture } from './capture.js';
import type { AbsentBytes, Changes, TakenChanges } from './changes.js';
import type { Commits } from './committer.js';
import type { Database, Durability } from './database.js';
import { Emptied, type Fenced, isQuotaExceeded, refusalOf } from './failure.js';
import { SUPERBLOCK_KEY, type Superblock } from './records.js';
import type { StoredBlocks } from './stored-blocks.js';
import type { TrackedInode } from './tracked.js';

export class FileSystemCommits implements Commits {
  readonly #database: Database;
  readonly #fileSystem: MemoryFileSystem;
  readonly #changes: Changes;
  readonly #superblock: Superblock;
  readonly #stored: StoredBlocks;
  readonly #isCache: (path: string) => boolean;
  #lasting = false;

  constructor(
    database: Database,
    fileSystem: MemoryFileSystem,
    changes: Changes,
    superblock: Superblock,
    stored: StoredBlocks,
    isCache: (path: string) => boolean,
  ) {
    this.#isCache = isCache;
    this.#stored = stored;
    this.#database = database;
    this.#fileSystem = fileSystem;
    this.#changes = changes;
    this.#superblock = superblock;
  }

  get none(): boolean {
    return this.#changes.none;
  }

  get lasting(): boolean {
    return this.#lasting;
  }

  get bytes(): number {
    return this.#changes.bytes;
  }

  async commit(durability: Durability): Promise<void> {
    await this.#bring();
    const taken = this.#changes.take();
    try {
      await this.#write(durability, taken);
    } catch (error) {
      this.#changes.giveBack(taken);
      throw error;
    }
    this.#lasting ||= taken.inodes.some(({ tracked }) => this.#isMissed(tracked));
    for (const { tracked, blocks } of taken.inodes) this.#settled(tracked, blocks);
  }

  #isMissed({ inode }: TrackedInode): boolean {
    const path = (this.#fileSystem.mode(inode) & S_IFMT) === S_IFDIR ? null : this.#fileSystem.path(inode);
    return path !== null && !this.#isCache(nameOfBytes(path));
  }

  /** Files of the image that were changed are kept whole: what of them is not in memory is loaded before anything is taken. */
  async #bring(): Promise<void> {
    let failed: AbsentBytes | undefined;
    for (let absent = this.#changes.absent(); absent; absent = this.#changes.absent()) {
      if (absent.inode === failed?.inode && absent.from === failed.from)
        throw new Error('A file of the image that was changed could not be loaded.');
      const { inode, from, to } = absent;
      // A file that was removed meanwhile is not asked for again.
      failed = (await this.#fileSystem.blocks.own(inode, from, to)) ? undefined : absent;
    }
  }

  /** What was stored, and has not changed since, can be read again from there: memory need not hold it. */
  #settled(tracked: TrackedInode, blocks: ReadonlySet<number>): void {
    const { inode, number } = tracked;
    if (!this.#changes.keeps(tracked) || (this.#fileSystem.mode(inode) & S_IFMT) !== S_IFREG) return;
    const cache = this.#fileSystem.blocks;
    if (!cache.isBackedBy(inode, this.#stored)) cache.back(inode, this.#stored, number);
    for (const block of blocks)
      if (!tracked.blocks.has(block)) cache.setClean(inode, (block * UNIT) / BLOCK, UNIT / BLOCK);
  }

  async #write(durability: Durability, taken: TakenChanges): Promise<void> {
    const { deletes, puts } = capture(this.#fileSystem, taken);
    const superblock: Superblock = { ...this.#superblock, nextNumber: this.#fileSystem.nextNumber };
    let refusal: Fenced | Emptied | undefined;
    try {
      await this.#database.write(durability, (store) => {
        const found: IDBRequest<unknown> = store.get([...SUPERBLOCK_KEY]);
        found.onsuccess = () => {
          refusal = refusalOf(found.result, this.#superblock.epoch);
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
}
