/**
 * The site's own files, by release. A release is installed whole or not at all, and a worker serves no file of another: old and
 * new parts never meet. (Workbox's precache holds all releases in one cache, and knows no digests that an earlier release's copy could
 * be held against.) What carries a hash in its name is kept as it is; the shell's page, which has none, is taken past
 * the HTTP cache and must name the script of this release.
 */
import { PortsideError } from '../../protocol/errors.js';
import {
  type Asset,
  assetCacheName,
  chunkAsset,
  chunkCacheName,
  GUEST_DIGEST_HEADER,
  guestCacheName,
  isAssetCacheOf,
  type SiteConfig,
} from '../../protocol/site.js';

export class Precache {
  readonly #site: SiteConfig;
  readonly #name: string;

  constructor(site: SiteConfig) {
    this.#site = site;
    this.#name = assetCacheName(site.base, site.release);
  }

  /**
   * Fetches what is not there yet. On a first visit guest and image are left to the kernel's worker, which shows progress. A later
   * release needs them as well before it may be offered: a site that works without a network still does once it is updated.
   * Rejects with `asset-unreachable` or `asset-damaged`, and the browser drops this worker; what has come stays for the next try.
   */
  async install({ whole }: { readonly whole: boolean }): Promise<void> {
    const { assets, webApp } = this.#site;
    const { shell, kernelWorker, processWorker, guest, image } = assets;
    const page = this.#fetchShellPage();
    const first = [shell, kernelWorker, processWorker, webApp.manifest, ...webApp.icons];
    await Promise.all([page, ...first.map((asset) => this.#obtain(asset))]);
    if (whole) {
      if (!(await this.#guestIsKept())) await this.#obtain(guest);
      await this.#obtain(image);
      for (const entry of this.#site.chunks) await this.#obtainChunk(chunkAsset(entry));
    }
    const cache = await caches.open(this.#name);
    await cache.put(this.#site.base, await page);
  }

  /** Deletes other releases' files, after taking over those that are the same in this one. */
  async activate(): Promise<void> {
    const cache = await caches.open(this.#name);
    const { image } = this.#site.assets;
    const kept = await this.#kept(image);
    if (kept) await cache.put(this.#url(image), kept);
    const { base } = this.#site;
    const stale = (await caches.keys()).filter((name) => isAssetCacheOf(base, name) && name !== this.#name);
    await Promise.all(stale.map((name) => caches.delete(name)));
    await this.#dropChunks();
  }

  /** The shell's page, from the cache; from the host where the browser has dropped the cache. */
  async shellPage(): Promise<Response> {
    return (await this.#match(this.#site.base)) ?? (await this.#fetchShellPage());
  }

  /**
   * One of the site's own files. The image is kept when it passes; the guest is not, because the kernel's worker keeps it
   * inflated.
   */
  async asset(request: Request, waitUntil: (kept: Promise<void>) => void): Promise<Response> {
    const kept = await this.#match(request);
    if (kept) return kept;
    const response = await fetch(request);
    const { assets, webApp } = this.#site;
    const { guest, ...keepable } = assets;
    const candidates = [...Object.values(keepable), webApp.manifest, ...webApp.icons];
    const asset = candidates.find((candidate) => this.#url(candidate) === new URL(request.url).pathname);
    if (asset && response.status === 200) waitUntil(this.#keep(asset, response.clone()));
    return response;
  }

  async #keep(asset: Asset, response: Response): Promise<void> {
    try {
      const checked = await verified(response, asset);
      const cache = await caches.open(this.#name);
      await cache.put(this.#url(asset), checked);
    } catch (error) {
      // Damaged (its reader finds out by itself), cut short by a page that left, or no space: the next start fetches it again.
      console.warn(`portside: ${asset.path} could not be kept for use without a network.`, error);
    }
  }

  async #obtain(asset: Asset): Promise<void> {
    const cache = await caches.open(this.#name);
    const url = this.#url(asset);
    const hashed = asset !== this.#site.webApp.manifest;
    if (hashed && (await cache.match(url))) return;
    const response =
      (hashed && (await this.#kept(asset))) || (await fetchChecked(url, hashed ? 'default' : 'no-cache'));
    await cache.put(url, await verified(response, asset));
  }

  /** Where the kernel's worker keeps and looks for them. */
  async #obtainChunk(asset: Asset): Promise<void> {
    const cache = await caches.open(chunkCacheName(this.#site.base));
    const url = this.#url(asset);
    if (!(await cache.match(url))) await cache.put(url, await verified(await fetchChecked(url, 'default'), asset));
  }

  /** Of other releases. */
  async #dropChunks(): Promise<void> {
    const cache = await caches.open(chunkCacheName(this.#site.base));
    const wanted = new Set(this.#site.chunks.map((entry) => this.#url(chunkAsset(entry))));
    const stale = (await cache.keys()).filter(({ url }) => !wanted.has(new URL(url).pathname));
    await Promise.all(stale.map((request) => cache.delete(request)));
  }

  /** By the kernel's worker, inflated. */
  async #guestIsKept(): Promise<boolean> {
    const { base, assets } = this.#site;
    const entry = await caches.match(this.#url(assets.guest), { cacheName: guestCacheName(base) });
    return entry?.headers.get(GUEST_DIGEST_HEADER) === assets.guest.sha256;
  }

  #url(asset: Asset): string {
    return this.#site.base + asset.path;
  }

  async #match(request: RequestInfo): Promise<Response | undefined> {
    const cache = await caches.open(this.#name);
    return cache.match(request, { ignoreVary: true });
  }

  /** The same file as another release has it: its name holds the hash of its content. */
  async #kept(asset: Asset): Promise<Response | undefined> {
    for (const name of await caches.keys()) {
      if (!isAssetCacheOf(this.#site.base, name) || name === this.#name) continue;
      const response = await caches.match(this.#url(asset), { cacheName: name, ignoreVary: true });
      if (response) return response;
    }
    return undefined;
  }

  async #fetchShellPage(): Promise<Response> {
    const { base, assets } = this.#site;
    const response = await fetchChecked(base, 'no-cache');
    const page = await response.text();
    if (!page.includes(assets.shell.path))
      throw new PortsideError('asset-damaged', 'index.html is of another release.');
    return new Response(page, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }
}

async function fetchChecked(url: string, cache: RequestCache): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache });
  } catch (cause) {
    throw new PortsideError('asset-unreachable', url, { cause });
  }
  if (!response.ok) throw new PortsideError('asset-unreachable', `${url}: status ${response.status}.`);
  return response;
}

async function verified(response: Response, asset: Asset): Promise<Response> {
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (bytes.byteLength !== asset.size || hex !== asset.sha256) throw new PortsideError('asset-damaged', asset.path);
  const headers = new Headers({ 'Content-Length': String(asset.size) });
  const type = response.headers.get('Content-Type');
  if (type !== null) headers.set('Content-Type', type);
  return new Response(bytes, { headers });
}
