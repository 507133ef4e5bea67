/**
 * A site's files in IndexedDB. The file system in memory is what guests see; this keeps it: marks what changes, commits it, and lays it
 * over the packed image at the next boot.
 */
import { promisifyRequest } from 'idb-keyval';
import { EIO, ENOSPC } from '../abi/errno.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { Storage } from '../fs/storage.js';
import type { Alarm } from '../poll/timers.js';
import { Changes } from './changes.js';
import { FileSystemCommits } from './commits.js';
import { Committer, type CommitterEvents } from './committer.js';
import { readContents } from './contents.js';
import { Database, type Durability } from './database.js';
import { isQuotaExceeded } from './failure.js';
import { type OpenedStore, openStore } from './opening.js';
import { isSuperblock, SUPERBLOCK_KEY, type Superblock } from './records.js';
import { restoreTree } from './restore.js';
import { StoredBlocks } from './stored-blocks.js';

export interface StoreOptions {
  /** Of the database. */
  readonly name: string;
  readonly alarm: Alarm;
  readonly events: CommitterEvents;
  /** Milliseconds since the epoch of POSIX. */
  readonly now: number;
  readonly factory?: IDBFactory;
  /** Whether a file is of a cache: kept like any other, and not missed. */
  readonly isCache?: (path: string) => boolean;
}

export class Store implements Storage {
  /** There was nothing of this site on this device. */
  readonly fresh: boolean;
  readonly #options: StoreOptions;
  readonly #database: Database;
  readonly #superblock: Superblock;
  readonly #stored: StoredBlocks;
  #changes: Changes | undefined;
  #committer: Committer | undefined;

  /**
   * Takes the store over from whoever wrote it last, before anything is read of it.
   * @throws PortsideError store-newer, store-damaged: nothing was changed; DOMException of IndexedDB
   */
  static async open(options: StoreOptions): Promise<Store> {
    const database = new Database(options.name, options.factory);
    return new Store(options, database, await openStore(database, options.now));
  }

  private constructor(options: StoreOptions, database: Database, { superblock, fresh }: OpenedStore) {
    this.#options = options;
    this.#database = database;
    this.#superblock = superblock;
    this.#stored = new StoredBlocks(database, superblock);
    this.fresh = fresh;
  }

  /**
   * Lays what is kept over `fileSystem`, which has the packed image in it and which nobody uses yet.
   * @throws PortsideError store-damaged; Errno ENOSPC; DOMException of IndexedDB
   */
  async restore(fileSystem: MemoryFileSystem): Promise<void> {
    const changes = new Changes(fileSystem, () => this.#committer?.changed());
    if (!this.fresh) {
      restoreTree(fileSystem, await readContents(this.#database), changes, this.#stored);
    }
    this.#changes = changes;
  }

  /** What changes in the file system that was restored is kept from now on. */
  attach(fileSystem: MemoryFileSystem): void {
    const changes = this.#changes;
    if (!changes) throw new TypeError('Nothing was restored.');
    fileSystem.numberFrom(this.#superblock.nextNumber);
    this.#committer = new Committer(
      new FileSystemCommits(
        this.#database,
        fileSystem,
        changes,
        this.#superblock,
        this.#stored,
        this.#options.isCache ?? (() => false),
      ),
      this.#options.alarm,
      this.#options.events,
    );
    fileSystem.journal = changes;
    fileSystem.storage = this;
  }

  get full(): boolean {
    return this.#committer?.full ?? false;
  }

  /** How often the file system has changed: tells whether anything has since it was last asked. */
  get changes(): number {
    return this.#changes?.count ?? 0;
  }

  /**
   * Resolves when all that has changed until now is stored, with `strict` on the disk; null when it is already.
   * @throws PortsideError when nothing will be stored any more; the failure of IndexedDB
   */
  flush(durability: Durability): Promise<void> | null {
    return this.#committer?.flush(durability) ?? null;
  }

  sync(): 0 | Promise<number> {
    const flushed = this.flush('strict');
    return flushed === null
      ? 0
      : flushed.then(
          () => 0,
          (error: unknown) => -errnoOf(error),
        );
  }

  /** Whether this kernel may still write: false when another has taken over. */
  async current(): Promise<boolean> {
    const found = await this.#database.read((store) => promisifyRequest<unknown>(store.get([...SUPERBLOCK_KEY])));
    return isSuperblock(found) && found.epoch === this.#superblock.epoch;
  }
}

const errnoOf = (error: unknown): number => (isQuotaExceeded(error) ? ENOSPC : EIO);
