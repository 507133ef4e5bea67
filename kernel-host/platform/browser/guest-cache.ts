/** The inflated guest, kept in Cache Storage, so that a later boot neither downloads nor inflates it. */
import { type Asset, GUEST_DIGEST_HEADER, guestCacheName } from '../../../protocol/site.js';

export class GuestCache {
  readonly #name: string;

  /** @param base The site's base path: each base has a cache of its own. */
  constructor(base: string) {
    this.#name = guestCacheName(base);
  }

  /** The stored module's bytes as a response that `WebAssembly.compileStreaming` takes; undefined when there is none. */
  async match(asset: Asset, url: URL): Promise<Response | undefined> {
    const cache = await caches.open(this.#name);
    const response = await cache.match(url);
    return response?.headers.get(GUEST_DIGEST_HEADER) === asset.sha256 ? response : undefined;
  }

  /**
   * Stores verified bytes and drops every other entry, which other releases left.
   * Rejects as Cache Storage does, with `QuotaExceededError` where space is short: the machine runs without.
   */
  async put(asset: Asset, url: URL, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const cache = await caches.open(this.#name);
    // First, so that an old release's space is free for this one.
    await deleteOthers(cache, url);
    const headers = {
      'content-type': 'application/wasm',
      'content-length': String(bytes.byteLength),
      [GUEST_DIGEST_HEADER]: asset.sha256,
    };
    await cache.put(url, new Response(bytes, { headers }));
  }

  /** Forgets an entry that turned out to be unusable. */
  async delete(url: URL): Promise<void> {
    const cache = await caches.open(this.#name);
    await cache.delete(url);
  }
}

async function deleteOthers(cache: Cache, url: URL): Promise<void> {
  const stale = (await cache.keys()).filter((request) => request.url !== url.href);
  await Promise.all(stale.map((request) => cache.delete(request)));
}
