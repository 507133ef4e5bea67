/** Deletes a site from this device: its files, caches and cookies, and the service worker of a packed one. */
import { createStore, del } from 'idb-keyval';
import { PortsideError } from '../../protocol/errors.js';
import type { SiteDeleted } from '../../protocol/page.js';
import {
  assetCacheBase,
  COOKIE_DATABASE,
  chunkCacheName,
  guestCacheName,
  kernelChannelName,
  kernelLockName,
  storeDatabaseName,
} from '../../protocol/site.js';
import { forgetStored } from '../persistence.js';
import { serviceWorkers } from '../service-workers.js';
import { databaseNames } from './list-sites.js';

/** Milliseconds in which a tab stops a kernel; one that does not is frozen, or of a release that does not know how. */
const STOP_TIMEOUT = 5_000;

/**
 * Tells the tabs that run the site to stop it, and deletes what this browser has of it: nothing of another base, and nothing whose name
 * does not begin with `portside`.
 *
 * @param base path that names the site
 * @throws PortsideError `site-in-use`: a tab did not stop it. Nothing was deleted.
 */
export async function deleteSite(base: string): Promise<void> {
  const pages = new BroadcastChannel(kernelChannelName(base));
  pages.postMessage({ portside: 'site-deleted' } satisfies SiteDeleted);
  pages.close();
  const signal = AbortSignal.timeout(STOP_TIMEOUT);
  try {
    // Held meanwhile, so that no tab starts a kernel on what is being deleted.
    await navigator.locks.request(kernelLockName(base), { signal }, () => deleteAll(base));
  } catch (error) {
    throw signal.aborted && !(error instanceof PortsideError) ? new PortsideError('site-in-use') : error;
  }
}

/** Calls `deleted` when a page deletes the site of `base`. */
export function whenDeleted(base: string, deleted: () => void): void {
  const pages = new BroadcastChannel(kernelChannelName(base));
  pages.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'object' && data !== null && 'portside' in data && data.portside === 'site-deleted') deleted();
  });
}

async function deleteAll(base: string): Promise<void> {
  const names = await databaseNames();
  await deleteDatabase(storeDatabaseName(base));
  forgetStored(base);
  if (names.includes(COOKIE_DATABASE.database))
    await del(base, createStore(COOKIE_DATABASE.database, COOKIE_DATABASE.store));
  const releases = (await caches.keys()).filter((name) => assetCacheBase(name) === base);
  await Promise.all([...releases, guestCacheName(base), chunkCacheName(base)].map((name) => caches.delete(name)));
  // An app's own worker keeps no releases, and is the app's.
  if (releases.length > 0) await unregister(base);
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => reject(request.error ?? new PortsideError('site-in-use')));
    // It is deleted all the same when the last tab has gone.
    request.addEventListener('blocked', () => reject(new PortsideError('site-in-use')));
  });
}

async function unregister(base: string): Promise<void> {
  const scope = new URL(base, location.href).href;
  const registrations = await serviceWorkers().getRegistrations();
  await registrations.find((registration) => registration.scope === scope)?.unregister();
}
