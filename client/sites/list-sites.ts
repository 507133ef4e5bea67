/** The sites of this origin, as far as this browser has something of theirs. */
import {
  assetCacheBase,
  assetCacheName,
  guestCacheName,
  kernelLockName,
  type SiteConfig,
  storeDatabaseName,
} from '../../protocol/site.js';

export interface SiteOnDevice {
  /** Path that names it. */
  readonly base: string;
  /** Of a packed site: its name, and the folder that it serves, in the guest's file system. */
  readonly name?: string;
  readonly documentRoot?: string;
  /** Whether a tab runs it. */
  readonly running: boolean;
}

export async function listSites(): Promise<SiteOnDevice[]> {
  const cacheNames = await caches.keys();
  const { held = [] } = await navigator.locks.query();
  const bases = new Set<string>();
  for (const name of [...cacheNames, ...(await databaseNames())]) {
    const base = assetCacheBase(name) ?? after(guestCacheName(''), name) ?? after(storeDatabaseName(''), name);
    if (base?.startsWith('/')) bases.add(base);
  }
  const sites = [...bases].sort().map(async (base) => {
    const config = await packedConfig(base, cacheNames);
    return {
      base,
      ...(config && { name: config.name, documentRoot: config.cwd }),
      running: held.some(({ name }) => name === kernelLockName(base)),
    };
  });
  return Promise.all(sites);
}

/** Of databases whose names begin with `portside`. Firefox has the list from 126. */
export async function databaseNames(): Promise<string[]> {
  const databases = 'databases' in indexedDB ? await indexedDB.databases() : [];
  return databases.flatMap(({ name }) => (name?.startsWith('portside') ? [name] : []));
}

const after = (beginning: string, name: string): string | undefined =>
  name.startsWith(beginning) ? name.slice(beginning.length) : undefined;

/** What the packed site's page says of it, where the page is kept. */
async function packedConfig(base: string, cacheNames: readonly string[]): Promise<SiteConfig | undefined> {
  for (const cacheName of cacheNames) {
    if (!cacheName.startsWith(assetCacheName(base, '')) || assetCacheBase(cacheName) !== base) continue;
    const page = await caches.match(base, { cacheName, ignoreVary: true });
    if (!page) continue;
    const markup = new DOMParser().parseFromString(await page.text(), 'text/html');
    const text = markup.getElementById('portside-config')?.textContent;
    if (!text) continue;
    const config: SiteConfig = JSON.parse(text);
    return config;
  }
  return undefined;
}
