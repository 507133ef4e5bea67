/** Whether a packed site works without a network: by what its caches hold, and not by what should be there. */
import {
  type Asset,
  assetCacheName,
  chunkAsset,
  chunkCacheName,
  GUEST_DIGEST_HEADER,
  guestCacheName,
  type SiteConfig,
} from '../protocol/site.js';
import { serviceWorkers } from './service-workers.js';

export interface OfflineState {
  /** All of the site is on this device, and a service worker is there to serve it. */
  readonly ready: boolean;
  /** Bytes of the site that are on this device, of all that it is, as they are downloaded. */
  readonly kept: number;
  readonly total: number;
  /** Bytes that the browser counts for the origin: the site, what it has written, and whatever else is there. */
  readonly onDisk?: number;
  /** The browser has agreed to keep them when space runs short. */
  readonly persisted: boolean;
}

export async function offlineState(site: SiteConfig): Promise<OfflineState> {
  const [missing, estimate, persisted, registration] = await Promise.all([
    missingParts(site),
    navigator.storage?.estimate?.(),
    navigator.storage?.persisted?.() ?? false,
    serviceWorkers().getRegistration(site.base),
  ]);
  const total = sizeOf(partsOf(site));
  return {
    ready: missing.length === 0 && registration?.active != null,
    kept: total - sizeOf(missing),
    total,
    ...(estimate?.usage !== undefined && { onDisk: estimate.usage }),
    persisted,
  };
}

const sizeOf = (assets: readonly Asset[]): number => assets.reduce((sum, { size }) => sum + size, 0);

const partsOf = ({ assets, chunks }: SiteConfig): Asset[] => [...Object.values(assets), ...chunks.map(chunkAsset)];

async function missingParts(site: SiteConfig): Promise<Asset[]> {
  const { base, release, assets, chunks } = site;
  const { guest, ...precached } = assets;
  const [ofRelease, ofFiles] = await Promise.all([
    namesIn(assetCacheName(base, release)),
    namesIn(chunkCacheName(base)),
  ]);
  const lacks = (names: ReadonlySet<string>) => (asset: Asset) => !names.has(base + asset.path);
  const missing = [
    ...Object.values(precached).filter(lacks(ofRelease)),
    ...chunks.map(chunkAsset).filter(lacks(ofFiles)),
  ];
  // Without its page nothing starts.
  if (!ofRelease.has(base)) missing.push(assets.shell);
  if (!ofRelease.has(base + guest.path) && !(await guestIsKept(base, guest))) missing.push(guest);
  return missing;
}

/** Paths of a cache's entries; a cache that is not there is not made. */
async function namesIn(name: string): Promise<ReadonlySet<string>> {
  if (!(await caches.has(name))) return new Set();
  const requests = await (await caches.open(name)).keys();
  return new Set(requests.map(({ url }) => new URL(url).pathname));
}

/** By the kernel's worker, inflated. */
async function guestIsKept(base: string, guest: Asset): Promise<boolean> {
  const entry = await caches.match(base + guest.path, { cacheName: guestCacheName(base) });
  return entry?.headers.get(GUEST_DIGEST_HEADER) === guest.sha256;
}
