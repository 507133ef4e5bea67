/**
 * Makes the records of one format those of the next, in the transaction that opens the store: either all of it is done, or none. The
 * first one leads from format 1 to 2; there is none yet, as no store of another format was ever written.
 */
export type Migration = (store: IDBObjectStore) => void;

export const MIGRATIONS: readonly Migration[] = [];
