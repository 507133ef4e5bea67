/** What `portside pack` writes and the shell and the service worker read: one packed site. */
export interface Asset {
  /** Relative to the site's base, with the hash of its content in the name. */
  readonly path: string;
  /** Bytes as they are served. */
  readonly size: number;
  /** Lower-case hex digest of the bytes as they are served. */
  readonly sha256: string;
  /** Present when the file is stored compressed: what `DecompressionStream` must undo. */
  readonly encoding?: 'gzip';
  /** Bytes after decompression, when compressed. */
  readonly rawSize?: number;
}

/**
 * When a response to a request that may write is complete: at once; when what was written before it is stored, which survives a crash of
 * the page or the browser; when it is on the disk, which survives one of the machine.
 */
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];
export const ACKNOWLEDGEMENTS = ['memory', 'committed', 'durable'] as const;
/** Where the manifest lies, below the base. */
export const MANIFEST_FILE = 'manifest.webmanifest';

/** What a browser installs a site with. */
export interface WebApp {
  /** The only asset without a hash in its name: apps that are installed keep its address. */
  readonly manifest: Asset;
  readonly icons: readonly Asset[];
}

/** A chunk of the packed files: SHA-256 of its stored bytes in lower-case hex, their number, and that of its data. */
export type ChunkEntry = readonly [sha256: string, size: number, rawSize: number];

export interface SiteConfig {
  /** Changes with every change of any asset; names caches. */
  readonly release: string;
  readonly name: string;
  /** Absolute path that begins and ends with a slash. */
  readonly base: string;
  /** Guest port that the site's servers listen on; the origin's own where it is left out. */
  readonly port?: number;
  readonly workers: number;
  /** What the responses to POST, PUT, PATCH and DELETE wait for; `committed` where it is left out. */
  readonly ack?: Acknowledgement;
  readonly php: string;
  /** Command line of each server process, program first; `{host}` and `{port}` stand for those of `siteAddress`. */
  readonly argv: readonly string[];
  /** The same for an origin of HTTPS, where it differs: the server itself sees plain HTTP and cannot know. */
  readonly secureArgv?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Directory that the image is mounted on. */
  readonly mountPoint: string;
  readonly assets: {
    readonly shell: Asset;
    readonly kernelWorker: Asset;
    readonly processWorker: Asset;
    readonly guest: Asset;
    /** Index of the packed files (kernel-host/image/format.ts), whose contents are in `chunks`. */
    readonly image: Asset;
  };
  readonly chunks: readonly ChunkEntry[];
  /** So many of them, from the first on, a first request is sure to need: they come with the rest of a boot. All of a small site. */
  readonly firstChunks: number;
  readonly webApp: WebApp;
  /** Guests reach other sites by a proxy at this port of theirs (kernel-host/outgoing). */
  readonly outgoing?: number;
  /** Below the site there is a line that says whether it works without a network. */
  readonly statusBar?: boolean;
}

/**
 * Where the servers of a site listen, inside: on the host and port of its own address, so that what a server tells of itself
 * is what its visitor sees.
 */
export function siteAddress(site: Pick<SiteConfig, 'port'>, origin: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(origin);
  const own = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  // The prebuilt PHP has no IPv6: a literal address of it stands for this host all the same.
  return { host: hostname.startsWith('[') ? '127.0.0.1' : hostname, port: site.port ?? own };
}

/** Cache Storage: where the inflated guest of a base is kept between boots. One cache a base; its entries are of one release. */
export const guestCacheName = (base: string): string => `portside:guest:${base}`;

/** Cache Storage: what names all caches of the releases of all bases, and the base in such a name. */
export const assetCacheBase = (name: string): string | undefined =>
  /^portside:assets:(\/(?:.*\/)?)[^/]*$/.exec(name)?.[1];

export const chunkAsset = ([sha256, size, rawSize]: ChunkEntry): Asset => ({
  path: `.portside/files.${sha256.slice(0, 16)}.bin`,
  size,
  sha256,
  encoding: 'gzip',
  rawSize,
});

/** Cache Storage: where the chunks of a base's packed files are kept, of all its releases: their names are their contents. */
export const chunkCacheName = (base: string): string => `portside:files:${base}`;

/** IndexedDB: the database of the files of a base. */
export const storeDatabaseName = (base: string): string => `portside-store ${base}`;

/** Local storage: an entry of this name says that the site of a base has stored files on this device. */
export const storedNote = (base: string): string => `portside:stored:${base}`;

/** IndexedDB: the cookies of all machines of an origin: a store in a database, with an entry for each scope. */
export const COOKIE_DATABASE = { database: 'portside-cookies', store: 'jars' } as const;
/** Header of an entry in that cache: the digest of the guest as it is served, which it was verified against. */
export const GUEST_DIGEST_HEADER = 'portside-sha256';

/** Web Lock: held by the page that runs the kernel of a base, for as long as it does. */
export const kernelLockName = (base: string): string => `portside:${base}`;

/** Web Lock: held by that page, besides, while its kernel boots. */
export const bootLockName = (base: string): string => `portside:${base}:boot`;

/** Web Lock: held by a service worker for as long as it lives; `name` differs each time one is started. */
export const workerLockName = (name: string): string => `portside:worker:${name}`;

/** BroadcastChannel: from the kernel of a base to the pages that show it. */
export const kernelChannelName = (base: string): string => `portside:${base}`;

/**
 * Path of the page that stands for the answer to a form's submission which a service worker took along: `at` is the path that it
 * was sent to.
 */
export const stoppedPath = (base: string, at: string): string =>
  `${base}.portside/stopped?at=${encodeURIComponent(at)}`;

/** Web Locks of names that begin so: each held by a page that shows the site and has not agreed to another release. */
export const pageLockPrefix = (base: string): string => `portside:${base}:page:`;

/** BroadcastChannel: a message says that a page has agreed to start a new release. */
export const releaseChannelName = (base: string): string => `portside:${base}:release`;

/** Cache Storage: what the service worker of a release serves by itself. */
export const assetCacheName = (base: string, release: string): string => `portside:assets:${base}:${release}`;

/** Whether a cache is some release's of this base: releases hold no slash, and bases end with one. */
export const isAssetCacheOf = (base: string, name: string): boolean =>
  name.startsWith(assetCacheName(base, '')) && !name.includes('/', assetCacheName(base, '').length);

/**
 * Cache Storage: an empty cache of this name is a page's note for the service worker that this version of the browser does not
 * isolate frames, whatever its engine can: it may have been told not to.
 */
export const noIsolationNote = (scope: string, userAgent: string): string =>
  `portside:no-isolation:${/Chrom(?:e|ium)\/(\d+)/.exec(userAgent)?.[1] ?? ''}:${scope}`;

/**
 * Path at which the service worker serves `path`, which begins with `base`, to be saved to a file: what a link with a `download`
 * attribute asks for, by a navigation that the worker sees. An empty `name` leaves the name to the response.
 */
export const savePath = (base: string, path: string, name: string): string =>
  `${base}.portside/save/${encodeURIComponent(name)}/${path.slice(base.length)}`;

/**
 * Path at which the service worker serves what a `blob:` URL of the origin holds: a frame that is sent there shows the same
 * document, and the worker controls it.
 */
export const blobPath = (base: string, url: string): string => `${base}.portside/blob/${encodeURIComponent(url)}`;

/** Path of an empty document that the service worker controls. */
export const blankPath = (base: string): string => `${base}.portside/blank`;
