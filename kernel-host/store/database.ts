/**
 * The connection to a site's database: idb-keyval's `UseStore`, with what that leaves out. Transactions are strict where asked (its own are
 * relaxed in every browser since Chrome 121), a connection that the browser has closed is opened again, and one that another page wants
 * closed to delete the database is (idb-keyval issues 165 and 175).
 */
import { promisifyRequest, type UseStore } from 'idb-keyval';

const OBJECT_STORE = 'records';
/** Of the database's layout for IndexedDB; that of the records is `STORE_FORMAT`. */
const DATABASE_VERSION = 1;

export type Durability = 'relaxed' | 'strict';

export class Database {
  readonly name: string;
  readonly #factory: IDBFactory;
  #connection: Promise<IDBDatabase> | undefined;
  /** Another page deletes the database: it is not made again. */
  #deleted = false;

  constructor(name: string, factory: IDBFactory = indexedDB) {
    this.name = name;
    this.#factory = factory;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  /**
   * For idb-keyval's functions: one transaction a call, which has completed when the promise resolves.
   * @throws DOMException of IndexedDB
   */
  with(durability: Durability): UseStore {
    return async (mode, callback) => {
      // A connection that is closing refuses transactions before anything was asked of it (InvalidStateError): the next one is tried.
      const transaction = await this.#begin(mode, durability).catch((error: unknown) => {
        if (!isClosing(error)) throw error;
        this.#connection = undefined;
        return this.#begin(mode, durability);
      });
      return callback(transaction.objectStore(OBJECT_STORE));
    };
  }

  /** Runs `place`, which makes its requests at once, in one transaction. Rejects, with nothing stored, when that aborts. */
  async write(durability: Durability, place: (store: IDBObjectStore) => void): Promise<void> {
    await this.with(durability)('readwrite', (store) => {
      const done = promisifyRequest(store.transaction);
      place(store);
      return done;
    });
  }

  /** What the requests that `ask` makes at once answer, all of one moment. */
  read<T>(ask: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    return this.with('relaxed')('readonly', ask);
  }

  /** The next transaction opens a connection of its own. */
  reset(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  async #begin(mode: IDBTransactionMode, durability: Durability): Promise<IDBTransaction> {
    const database = await (this.#connection ??= this.#open());
    return database.transaction(OBJECT_STORE, mode, { durability });
  }

  async #open(): Promise<IDBDatabase> {
    if (this.#deleted) throw new DOMException('The database has been deleted.', 'InvalidStateError');
    try {
      const request = this.#factory.open(this.name, DATABASE_VERSION);
      request.onupgradeneeded = () => request.result.createObjectStore(OBJECT_STORE);
      const database = await promisifyRequest(request);
      database.onclose = () => {
        this.#connection = undefined;
      };
      database.onversionchange = ({ newVersion }) => {
        this.#deleted = newVersion === null;
        this.reset();
      };
      return database;
    } catch (error) {
      // A failed opening is not the last word.
      this.#connection = undefined;
      throw error;
    }
  }
}

const isClosing = (error: unknown): boolean => error instanceof DOMException && error.name === 'InvalidStateError';
