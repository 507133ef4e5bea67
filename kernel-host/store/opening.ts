/** The first transaction of a kernel: whose store this is, in which format, and that its writer is this kernel from now on. */
import { PortsideError } from '../../protocol/errors.js';
import type { Database } from './database.js';
import { MIGRATIONS, type Migration } from './migrations.js';
import { FIRST_NUMBER, isSuperblock, STORE_FORMAT, SUPERBLOCK_KEY, type Superblock } from './records.js';

/** A store that this kernel may write. */
export interface OpenedStore {
  readonly superblock: Superblock;
  /** There was none before. */
  readonly fresh: boolean;
}

/**
 * Makes the store of a fresh site, or takes an existing one over from whoever wrote it last: a kernel of an earlier epoch has its next
 * transaction refused.
 * @throws PortsideError store-newer, store-damaged: nothing was changed; DOMException of IndexedDB
 */
export async function openStore(
  database: Database,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
  /** The format that the first of these migrates. */
  oldest = 1,
): Promise<OpenedStore> {
  let outcome: OpenedStore | PortsideError | undefined;
  try {
    // Relaxed: whatever of it a crash of the machine takes along, it takes the other writers, too.
    await database.write('relaxed', (store) => {
      const found: IDBRequest<unknown> = store.get([...SUPERBLOCK_KEY]);
      const decide = (records: number): void => {
        outcome = takeOver(found.result, records, now);
        if (outcome instanceof PortsideError) {
          store.transaction.abort();
          return;
        }
        const { format } = outcome.superblock;
        for (const migration of migrations.slice(format - oldest, STORE_FORMAT - oldest)) migration(store);
        outcome = { ...outcome, superblock: { ...outcome.superblock, format: STORE_FORMAT } };
        store.put(outcome.superblock, [...SUPERBLOCK_KEY]);
      };
      found.onsuccess = () => {
        if (found.result !== undefined) {
          decide(1);
          return;
        }
        // No record at all tells a fresh store from one that has lost its superblock.
        const records = store.count();
        records.onsuccess = () => decide(records.result);
      };
    });
  } catch (error) {
    if (outcome instanceof PortsideError) throw outcome;
    throw error;
  }
  if (!outcome || outcome instanceof PortsideError) throw new PortsideError('store-damaged');
  return outcome;
}

function takeOver(found: unknown, records: number, now: number): OpenedStore | PortsideError {
  if (found === undefined && records === 0)
    return { superblock: { format: STORE_FORMAT, epoch: 1, nextNumber: FIRST_NUMBER, created: now }, fresh: true };
  if (!isSuperblock(found)) return new PortsideError('store-damaged', 'Its superblock is missing.');
  if (found.format > STORE_FORMAT)
    return new PortsideError('store-newer', `Its format is ${found.format}, and this version knows ${STORE_FORMAT}.`);
  return { superblock: { ...found, epoch: found.epoch + 1 }, fresh: false };
}
