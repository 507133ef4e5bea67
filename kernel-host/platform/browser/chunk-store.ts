/**
 * The chunks of a site's packed files: from Cache Storage, else from the host, and kept from then on. Their names are their contents, so that
 * a new release finds those that it shares with the one before it.
 */
import { type Asset, chunkCacheName } from '../../../protocol/site.js';
import { type DownloadOptions, download } from './download.js';

/** So many at a time: enough to fill a connection, few enough to leave a place for a chunk that a guest waits for. */
const FILLING = 3;

const quiet = (): DownloadOptions => ({ onBytes: () => {}, signal: new AbortController().signal });

export class ChunkStore {
  readonly #name: string;
  readonly #baseUrl: URL;
  /** As stored, by path: on their way. */
  readonly #loads = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  /** @param base The site's base path: each base has a cache of its own. */
  constructor(base: string, baseUrl: URL) {
    this.#name = chunkCacheName(base);
    this.#baseUrl = baseUrl;
  }

  /** The data of a chunk. @throws PortsideError `asset-missing`, `asset-unreachable`, `asset-damaged` */
  async load(chunk: Asset, io = quiet()): Promise<Uint8Array<ArrayBuffer>> {
    const stored = await this.keep(chunk, io);
    const inflated = new Blob([stored]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(inflated).arrayBuffer());
  }

  /** Has a chunk kept; resolves with it as it is stored, checked. @throws PortsideError as `load` */
  keep(chunk: Asset, io = quiet()): Promise<Uint8Array<ArrayBuffer>> {
    const { path } = chunk;
    const under = this.#loads.get(path);
    if (under) return under;
    const load = this.#obtain(chunk, io);
    this.#loads.set(path, load);
    const ended = () => this.#loads.delete(path);
    load.then(ended, ended);
    return load;
  }

  /** Those of `chunks` that are not kept. */
  async missing(chunks: readonly Asset[]): Promise<Asset[]> {
    const kept = new Set((await (await this.#cache())?.keys())?.map(({ url }) => url));
    return chunks.filter((chunk) => !kept.has(this.#url(chunk).href));
  }

  /**
   * Has all chunks kept, so that the site needs no host any more.
   * @param kept called with the bytes that are kept, of all; at least once.
   * @throws PortsideError as `load`; DOMException QuotaExceededError of Cache Storage
   */
  async fill(chunks: readonly Asset[], kept: (loaded: number, total: number) => void): Promise<void> {
    const total = chunks.reduce((sum, { size }) => sum + size, 0);
    const missing = await this.missing(chunks);
    let loaded = total - missing.reduce((sum, { size }) => sum + size, 0);
    kept(loaded, total);
    const waiting = missing.values();
    const work = async (): Promise<void> => {
      for (const chunk of waiting) {
        await this.keep(chunk, { ...quiet(), priority: 'low' });
        loaded += chunk.size;
        kept(loaded, total);
      }
    };
    await Promise.all(Array.from({ length: FILLING }, work));
    // What was loaded for a guest meanwhile may have found no room.
    if ((await this.missing(chunks)).length > 0)
      throw new DOMException('Some parts were not kept.', 'QuotaExceededError');
  }

  async #obtain(chunk: Asset, io: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const cache = await this.#cache();
    const url = this.#url(chunk);
    // Counted and checked as it is stored: whoever wants its data inflates it.
    const { encoding: _, rawSize: __, ...stored } = chunk;
    const bytes = new Uint8Array(chunk.size);
    let filled = 0;
    const sink = (piece: Uint8Array<ArrayBuffer>): void => {
      bytes.set(piece, filled);
      filled += piece.byteLength;
    };
    const kept = await cache?.match(url, { ignoreVary: true });
    if (kept) {
      try {
        await download(stored, url, sink, { ...io, onBytes: () => {}, response: kept });
        return bytes;
      } catch (error) {
        console.warn(`portside: ${chunk.path} was damaged where it was kept, and is downloaded again`, error);
        filled = 0;
      }
    }
    await download(stored, url, sink, io);
    // Without room the site runs as well, while its host is there.
    await cache
      ?.put(url, new Response(bytes, { headers: { 'content-length': String(bytes.length) } }))
      .catch((error) => console.warn(`portside: ${chunk.path} could not be kept for use without a network`, error));
    return bytes;
  }

  /** Cache Storage fails where a browser blocks storage. */
  async #cache(): Promise<Cache | undefined> {
    return caches.open(this.#name).catch(() => undefined);
  }

  #url({ path }: Asset): URL {
    return new URL(path, this.#baseUrl);
  }
}
