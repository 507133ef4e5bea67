/**
 * An IndexedDB whose troubles a test decides: unfinished transactions are lost with their page, connections tear, quota is refused, and a
 * power cut takes along what only relaxed transactions have stored.
 */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';

/** The store asks for it by its global name, as in a browser. */
globalThis.IDBKeyRange ??= IDBKeyRange;

/** What of fake-indexeddb's transactions stands for the browser's part. */
interface Abortable extends IDBTransaction {
  _abort(name: string | null): void;
}
const isAbortable = (transaction: IDBTransaction): transaction is Abortable => '_abort' in transaction;

const RECORDS = 'records';
type Records = ReadonlyMap<string, readonly [key: IDBValidKey, value: unknown]>;

export class FaultyDatabase {
  /** Refuses what would be stored. */
  noRoom = false;
  /** Begun to write, so far. */
  transactions = 0;
  readonly #factory = new IDBFactory();
  readonly #open = new Map<IDBDatabase, Set<Abortable>>();
  /** As after the last strict transaction, which a power cut leaves at least. */
  #safe: Records = new Map();
  #strict: Promise<void> = Promise.resolve();

  /** For a page's `indexedDB`. */
  readonly factory: IDBFactory = new Proxy(this.#factory, {
    get: (target, property) => (property === 'open' ? this.#opening.bind(this) : Reflect.get(target, property, target)),
  });

  /** The page is gone: its transactions abort, and nothing of its connections is heard any more. */
  crash(): void {
    for (const [database, transactions] of this.#open) {
      for (const transaction of transactions) transaction._abort(null);
      transactions.clear();
      database.close();
    }
    this.#open.clear();
  }

  /** The browser closes all connections, and aborts what is under way on them. */
  tear(): void {
    for (const [database, transactions] of this.#open) {
      for (const transaction of transactions) transaction._abort('UnknownError');
      database.close();
      database.onclose?.call(database, new Event('close'));
    }
    this.#open.clear();
  }

  /** The machine is gone, and with it what had not reached the disk. */
  async cutPower(): Promise<void> {
    this.crash();
    await this.#strict;
    await this.#replace(this.#safe);
  }

  async #replace(records: Records): Promise<void> {
    const database = await this.#connect();
    const transaction = database.transaction(RECORDS, 'readwrite');
    const store = transaction.objectStore(RECORDS);
    store.clear();
    for (const [key, value] of records.values()) store.put(value, key);
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    database.close();
  }

  async #snapshot(): Promise<Records> {
    const database = await this.#connect();
    const store = database.transaction(RECORDS, 'readonly').objectStore(RECORDS);
    const [keys, values] = [store.getAllKeys(), store.getAll()];
    await new Promise((resolve) => store.transaction.addEventListener('complete', resolve));
    database.close();
    return new Map(keys.result.map((key, index) => [JSON.stringify(key), [key, values.result[index]]]));
  }

  #connect(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.#factory.open(this.#name, 1);
      request.addEventListener('upgradeneeded', () => request.result.createObjectStore(RECORDS));
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });
  }

  #name = '';

  #opening(name: string, version?: number): IDBOpenDBRequest {
    this.#name = name;
    const request = this.#factory.open(name, version);
    request.addEventListener('success', () => this.#watch(request.result));
    return request;
  }

  #watch(database: IDBDatabase): void {
    const transactions = new Set<Abortable>();
    this.#open.set(database, transactions);
    const begin = database.transaction.bind(database);
    database.transaction = (names, mode, options) => {
      const transaction = begin(names, mode, options);
      if (!isAbortable(transaction)) throw new TypeError('another fake-indexeddb than this was written for');
      transactions.add(transaction);
      if (mode === 'readwrite') this.transactions++;
      const ended = () => transactions.delete(transaction);
      transaction.addEventListener('complete', () => {
        ended();
        if (mode === 'readwrite' && options?.durability === 'strict') this.#madeSafe();
      });
      transaction.addEventListener('abort', ended);
      if (this.noRoom && mode === 'readwrite') this.#refuse(transaction);
      return transaction;
    };
  }

  /** As browsers do: the requests succeed, the transaction does not. */
  #refuse(transaction: Abortable): void {
    const store = transaction.objectStore(RECORDS);
    const put = store.put.bind(store);
    store.put = (value, key) => {
      const request = put(value, key);
      request.addEventListener('success', () => transactionsEnd(transaction));
      return request;
    };
  }

  #madeSafe(): void {
    // What comes behind it may be in the snapshot, as it may be on the disk.
    this.#strict = this.#strict.then(async () => {
      this.#safe = await this.#snapshot();
    });
  }
}

function transactionsEnd(transaction: Abortable): void {
  if (transaction.error === null) transaction._abort('QuotaExceededError');
}
