/** Whether parts of the browser that the bridge needs really work: some are there, and refuse when they are used. */
import type { Probe, StorageFacts } from './facts.js';

/**
 * Milliseconds that a browser has for an answer; the slowest that was seen, IndexedDB on a phone that had just been woken,
 * takes a second or so. Firefox was seen not to answer some of these at all while it waits for a permission.
 */
const PATIENCE = 3000;

/** `otherwise` where a promise is not settled in time, or rejects. */
export async function inTime<T, U>(promise: Promise<T>, otherwise: U, milliseconds = PATIENCE): Promise<T | U> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    // That it fails is the answer.
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

const nameOf = (error: unknown): string =>
  error instanceof Error || error instanceof DOMException ? error.name : String(error);

/** @param attempt undefined: what it would use is not there. */
async function probe(attempt: () => Promise<unknown> | undefined): Promise<Probe> {
  const tried = (async (): Promise<Probe> => {
    try {
      const attempted = attempt();
      if (!attempted) return 'missing';
      await attempted;
      return 'works';
    } catch (error) {
      return { error: nameOf(error) };
    }
  })();
  return inTime(tried, 'no answer');
}

const NAME = 'portside-diagnosis';

function openDatabase(): Promise<unknown> {
  return new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open(NAME);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      opening.result.close();
      const deleting = indexedDB.deleteDatabase(NAME);
      deleting.onsuccess = () => resolve();
      deleting.onerror = () => reject(deleting.error);
    };
  });
}

async function useCache(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.put('/probe', new Response('probe'));
  await caches.delete(NAME);
}

async function useSession(): Promise<void> {
  sessionStorage.setItem(NAME, '');
  sessionStorage.removeItem(NAME);
}

export async function storageFacts(): Promise<StorageFacts> {
  const { storage, locks } = navigator;
  const [indexedDb, cacheStorage, lock, session, fileSystem, estimate, persisted, access] = await Promise.all([
    probe(() => ('indexedDB' in self ? openDatabase() : undefined)),
    probe(() => ('caches' in self ? useCache() : undefined)),
    probe(() => locks?.request(NAME, { ifAvailable: true }, () => {})),
    probe(useSession),
    probe(() => storage?.getDirectory?.()),
    inTime(Promise.resolve(storage?.estimate?.()), undefined),
    inTime(Promise.resolve(storage?.persisted?.()), undefined),
    inTime(Promise.resolve(document.hasStorageAccess?.()), undefined),
  ]);
  return {
    indexedDb,
    caches: cacheStorage,
    locks: lock,
    sessionStorage: session,
    fileSystem,
    quota: estimate?.quota ?? null,
    usage: estimate?.usage ?? null,
    persisted: persisted ?? null,
    access: access ?? null,
  };
}
