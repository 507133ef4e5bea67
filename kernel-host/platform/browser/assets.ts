/** What a machine is made of, fetched in parallel: the guest as a compiled module, the packed files' index, and their first chunks. */
import { PortsideError } from '../../../protocol/errors.js';
import { type Asset, chunkAsset, type SiteConfig } from '../../../protocol/site.js';
import type { ChunkStore } from './chunk-store.js';
import { type DownloadOptions, download, inflatedSize, type OnBytes } from './download.js';
import { GuestCache } from './guest-cache.js';

/** Bytes as served, over all downloads of this boot; what came from the cache is not among them. */
export type OnProgress = (loaded: number, total: number) => void;

export interface Assets extends Guest {
  /** Of the packed files, checked. */
  readonly index: Uint8Array<ArrayBuffer>;
  /** Data of the first chunks, by their digests. */
  readonly chunks: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

interface Guest {
  readonly guest: WebAssembly.Module;
  /** Whether the guest came from the cache of an earlier boot. */
  readonly guestFromCache: boolean;
  /**
   * Settles once the guest is in the cache: resolves with undefined, or with the reason why it could not be stored. Never
   * rejects, and need not be waited for: a machine runs as well without, and only its next boot is slower.
   */
  readonly stored: Promise<unknown>;
}

type Parts = Pick<SiteConfig, 'base' | 'assets' | 'chunks' | 'firstChunks'>;

const firstChunks = ({ chunks, firstChunks: count }: Parts): Asset[] => chunks.slice(0, count).map(chunkAsset);

const totalSize = (assets: readonly Asset[]): number => assets.reduce((sum, { size }) => sum + size, 0);

/**
 * Fetches the guest of `site`, the index of its packed files, and their first chunks.
 *
 * @param baseUrl The site's base as an absolute URL, against which the assets' paths are resolved.
 * @throws PortsideError `asset-missing`, `asset-unreachable`, `asset-damaged`, `guest-rejected`.
 */
export async function loadAssets(
  site: Parts,
  baseUrl: URL,
  onProgress: OnProgress,
  chunkStore: ChunkStore,
): Promise<Assets> {
  const { guest, image } = site.assets;
  const guestUrl = new URL(guest.path, baseUrl);
  const cache = new GuestCache(site.base);
  const [cached, missing] = await Promise.all([lookUp(cache, guest, guestUrl), chunkStore.missing(firstChunks(site))]);
  // The first failure ends the other download: its bytes would be for nothing.
  const abort = new AbortController();
  const io: DownloadOptions = {
    onBytes: countBytes(totalSize([image, ...missing, ...(cached ? [] : [guest])]), onProgress),
    signal: abort.signal,
  };
  const indexLoaded = wholeOf(image, new URL(image.path, baseUrl), io);
  const chunksLoaded = Promise.all(
    firstChunks(site).map(async (chunk) => [chunk.sha256, await chunkStore.load(chunk, io)] as const),
  );
  const guestLoaded = cached
    ? compileCached(cache, cached, guest, guestUrl, io)
    : compileDownloaded(cache, guest, guestUrl, io);
  try {
    const [assets, index, chunks] = await Promise.all([guestLoaded, indexLoaded, chunksLoaded]);
    return { ...assets, index, chunks: new Map(chunks) };
  } catch (error) {
    abort.abort();
    throw error;
  }
}

/** The inflated bytes of an asset, checked. */
async function wholeOf(asset: Asset, url: URL, io: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(inflatedSize(asset));
  let filled = 0;
  const sink = (piece: Uint8Array<ArrayBuffer>): void => {
    bytes.set(piece, filled);
    filled += piece.byteLength;
  };
  await download(asset, url, sink, io);
  return bytes;
}

/**
 * Stores the guest and the first chunks, and lets the index pass through the browser's HTTP cache, for a boot that comes soon.
 * @throws PortsideError as `loadAssets`; and as Cache Storage, where it takes no more.
 */
export async function prefetchAssets(
  site: Parts,
  baseUrl: URL,
  onProgress: OnProgress,
  chunkStore: ChunkStore,
): Promise<void> {
  const { guest, image } = site.assets;
  const guestUrl = new URL(guest.path, baseUrl);
  const cache = new GuestCache(site.base);
  if (await lookUp(cache, guest, guestUrl)) return;
  const io: DownloadOptions = {
    onBytes: countBytes(totalSize([guest, image, ...(await chunkStore.missing(firstChunks(site)))]), onProgress),
    signal: new AbortController().signal,
  };
  await Promise.all([
    wholeOf(guest, guestUrl, io).then((bytes) => cache.put(guest, guestUrl, bytes)),
    download(image, new URL(image.path, baseUrl), () => {}, io),
    ...firstChunks(site).map((chunk) => chunkStore.keep(chunk, io)),
  ]);
}

function countBytes(total: number, onProgress: OnProgress): OnBytes {
  let loaded = 0;
  onProgress(loaded, total);
  return (count) => {
    loaded += count;
    onProgress(loaded, Math.max(loaded, total));
  };
}

/** Cache Storage fails where a browser blocks storage; the guest can still be downloaded. */
async function lookUp(cache: GuestCache, guest: Asset, url: URL): Promise<Response | undefined> {
  try {
    return await cache.match(guest, url);
  } catch (error) {
    console.warn('portside: the cache of the guest cannot be read', error);
    return undefined;
  }
}

async function compileCached(
  cache: GuestCache,
  cached: Response,
  guest: Asset,
  url: URL,
  io: DownloadOptions,
): Promise<Guest> {
  try {
    const module = await WebAssembly.compileStreaming(cached);
    return { guest: module, guestFromCache: true, stored: Promise.resolve(undefined) };
  } catch (error) {
    // The browser may have evicted or damaged the entry between the look-up and now.
    console.warn('portside: the cached guest is unusable and is downloaded again', error);
    await cache.delete(url);
    return compileDownloaded(cache, guest, url, io);
  }
}

/** Compiles while the bytes arrive; the module is handed out only when their digest has matched. */
async function compileDownloaded(cache: GuestCache, guest: Asset, url: URL, io: DownloadOptions): Promise<Guest> {
  const bytes = new Uint8Array(inflatedSize(guest));
  let filled = 0;
  const compiler = new CompilerFeed();
  const verified = download(
    guest,
    url,
    (chunk) => {
      bytes.set(chunk, filled);
      compiler.write(bytes.subarray(filled, filled + chunk.byteLength));
      filled += chunk.byteLength;
    },
    io,
  ).then(
    () => compiler.end(),
    (error: unknown) => {
      compiler.fail(error);
      throw error;
    },
  );
  const module = await settleInOrder(verified, compiler.module);
  const stored = cache.put(guest, url, bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { guest: module, guestFromCache: false, stored };
}

/** Feeds a streaming compilation; it reads at its own pace, from memory that the caller holds anyway. */
class CompilerFeed {
  readonly module: Promise<WebAssembly.Module>;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor() {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#controller = controller;
      },
      // The compiler gave up: `module` says why, and the rest of the bytes is for the digest alone.
      cancel: () => {
        this.#controller = undefined;
      },
    });
    const response = new Response(stream, { headers: { 'content-type': 'application/wasm' } });
    this.module = WebAssembly.compileStreaming(response);
  }

  write(chunk: Uint8Array<ArrayBuffer>): void {
    this.#controller?.enqueue(chunk);
  }

  end(): void {
    this.#controller?.close();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
  }
}

/** A failed download is the reason for a failed compilation, never the other way round: it is reported first. */
async function settleInOrder(
  verified: Promise<void>,
  compiled: Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  const [download, compilation] = await Promise.allSettled([verified, compiled]);
  if (download.status === 'rejected') throw download.reason;
  if (compilation.status === 'fulfilled') return compilation.value;
  const cause: unknown = compilation.reason;
  throw new PortsideError('guest-rejected', cause instanceof Error ? cause.message : undefined, { cause });
}
