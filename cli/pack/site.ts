import { createHash } from 'node:crypto';
import { access, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve, sep } from 'node:path';
import { escapeScript, fillTemplate } from '../../client/shell/fill-template.js';
import { type ImageSource, writeImage } from '../../kernel-host/image/writer.js';
import { OUTGOING_PORT, outgoingEnvironment } from '../../kernel-host/outgoing/serve-outgoing.js';
import { PortsideError } from '../../protocol/errors.js';
import type { Acknowledgement, ChunkEntry, SiteConfig } from '../../protocol/site.js';
import type { ObtainPhp } from '../php/obtain.js';
import type { PhpChoice } from '../php/releases.js';
import { withTemporaryDirectory } from '../temporary.js';
import { countFiles } from '../words.js';
import { writing } from '../writing.js';
import { scanArchive } from './archive.js';
import { ASSET_FOLDER, AssetWriter } from './assets.js';
import {
  DOCUMENT_ROOT,
  IMAGE_DOCUMENT_ROOT,
  IMAGE_ROUTER_DIRECTORY,
  MOUNT_POINT,
  preludeSettings,
  serverArguments,
  surroundings,
  UPLOAD_SETTINGS,
} from './guest-layout.js';
import { licenseText } from './licenses.js';
import { claimOutput, isPacked, LICENSE_FILE, publish, SITE_FILE, UNFINISHED_PREFIX } from './output.js';
import { contains, fileSource, type Scan, scanFolder } from './scan.js';
import { siteIcons } from './web-app/icons.js';
import { manifestText, type PlacedIcon } from './web-app/manifest.js';

export interface PackOptions {
  /** The folder of the site, or a tar archive of one where `isArchive` says so. */
  readonly docroot: string;
  readonly isArchive?: boolean;
  readonly out: string;
  readonly php: PhpChoice;
  readonly workers: number;
  readonly ack?: Acknowledgement;
  readonly base: string;
  /** A file, relative to the current folder or to `docroot`. */
  readonly router?: string;
  /** The name of the folder where none is given. */
  readonly name?: string;
  /** A file, relative to the current folder or to `docroot`; one that is found in `docroot`, or drawn, where none is given. */
  readonly icon?: string;
  /** A line below the site says whether it works without a network. */
  readonly status?: boolean;
  /** PHP may ask other sites, by a proxy that its environment names. */
  readonly outgoing?: boolean;
  /** Folder of the bundles that sites carry. */
  readonly build: string;
}

export interface PackResult {
  readonly site: SiteConfig;
  /** Regular files in the image, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** What a person should know about what was packed, one sentence each. */
  readonly notes: readonly string[];
}

/** Is told what is being done. */
export interface Report {
  /** In words such as "reading the folder". */
  readonly step: (text: string) => void;
  /** How much of the step is done, from 0 to 1. */
  readonly done: (part: number) => void;
}

/**
 * Packs a folder, or an archive of one, into a static site.
 * @param obtain Where PHP comes from.
 * @throws PortsideError for everything that a person can do something about.
 */
export async function packSite(options: PackOptions, report: Report, obtain: ObtainPhp): Promise<PackResult> {
  if (options.isArchive) {
    const archive = await realpath(options.docroot).catch((cause) => {
      throw new PortsideError('archive-unreadable', options.docroot, { cause });
    });
    return withTemporaryDirectory(join(tmpdir(), 'portside-archive-'), (scratch) =>
      packTree(options, archive, report, obtain, () => scanArchive(archive, scratch)),
    );
  }
  const docroot = await existingFolder(options.docroot);
  if (await isPacked(docroot)) throw new PortsideError('already-packed', docroot);
  if ((await realpath(options.out).catch(() => undefined)) === docroot) {
    throw new PortsideError('out-is-docroot', docroot);
  }
  return packTree(options, docroot, report, obtain, (out) => scanFolder(docroot, IMAGE_DOCUMENT_ROOT, new Set([out])));
}

/** @param origin Real path of the folder or the archive. */
async function packTree(
  options: PackOptions,
  origin: string,
  report: Report,
  obtain: ObtainPhp,
  scan: (out: string) => Promise<Scan>,
): Promise<PackResult> {
  const parts = await builtParts(options.build);
  await writing('out-unwritable', () => claimOutput(options.out));
  const out = await realpath(options.out);

  const guest = await obtain(options.php, report.step);
  report.step('reading the site');
  const { sources, notes } = await scan(out);
  const router = options.router === undefined ? undefined : await placeRouter(options.router, origin, sources);
  const icons = await siteIcons(origin, options.icon);
  const name = options.name ?? nameOf(origin);
  const files = sources.filter((source) => source.type === 'file');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);

  const build = async (fresh: string) => {
    await mkdir(join(fresh, ASSET_FOLDER));
    const writer = new AssetWriter(fresh);
    report.step(`packing ${countFiles(files.length)}`);
    const chunks: ChunkEntry[] = [];
    const store = async (data: Uint8Array) => {
      const entry = await writer.chunk(data);
      chunks.push(entry);
      const [sha256, size] = entry;
      return { size, digest: Buffer.from(sha256, 'hex') };
    };
    const assets = {
      shell: await writer.script('shell', parts.shell),
      kernelWorker: await writer.script('kernel-worker', parts.kernelWorker),
      processWorker: await writer.script('process-worker', parts.processWorker),
      guest: await writer.guest(guest),
      image: await writer.image(
        await writeImage([...surroundings(options.outgoing), ...watched(sources, bytes, report)], store),
      ),
    };
    const placed: PlacedIcon[] = [];
    for (const icon of icons) placed.push({ icon, asset: await writer.icon(icon) });
    const webApp = {
      manifest: await writer.manifest(manifestText(name, options.base, placed)),
      icons: placed.map(({ asset }) => asset),
    };
    const template = await readFile(parts.template, 'utf8');
    const serviceWorker = await readFile(parts.serviceWorker, 'utf8');
    const site = withRelease(
      {
        name,
        base: options.base,
        workers: options.workers,
        ...(options.ack && { ack: options.ack }),
        php: guest.label,
        argv: serverArguments(router, [...UPLOAD_SETTINGS, ...preludeSettings(false, options.outgoing)]),
        secureArgv: serverArguments(router, [...UPLOAD_SETTINGS, ...preludeSettings(true, options.outgoing)]),
        env: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          HOME: '/root',
          ...(options.outgoing && outgoingEnvironment()),
        },
        cwd: DOCUMENT_ROOT,
        mountPoint: MOUNT_POINT,
        assets,
        chunks,
        firstChunks: firstChunks(chunks),
        webApp,
        ...(options.outgoing && { outgoing: OUTGOING_PORT }),
        ...(options.status && { statusBar: true }),
      },
      [template, serviceWorker],
    );
    const page = fillTemplate(template, site);
    const texts = {
      'index.html': page,
      '404.html': page,
      'sw.js': withConfiguration(serviceWorker, site),
      // GitHub Pages hands folders to Jekyll, which drops names that begin with a dot, unless this file is there.
      '.nojekyll': '',
      [SITE_FILE]: `${JSON.stringify(site, null, 2)}\n`,
      [LICENSE_FILE]: await licenseText(parts.licenses, guest),
    };
    for (const [name, text] of Object.entries(texts)) await writeFile(join(fresh, name), text);
    await publish(fresh, out);
    return { site, files: files.length, bytes, notes };
  };
  return writing('out-unwritable', () => withTemporaryDirectory(join(out, UNFINISHED_PREFIX), build));
}

/** Bytes that a first visit may wait for besides PHP's own 8 MB: a site of up to so many comes whole before it starts. */
const FIRST_BYTES = 4 * 1024 * 1024;

function firstChunks(chunks: readonly ChunkEntry[]): number {
  let sum = 0;
  const beyond = chunks.findIndex(([, size]) => {
    sum += size;
    return sum > FIRST_BYTES;
  });
  return beyond < 0 ? chunks.length : beyond;
}

/** Of an archive without its extension, and without the day that an export has in its name. */
const nameOf = (origin: string): string =>
  basename(origin).replace(/(?:-html)?(?:-\d{4}-\d\d-\d\d)?(?: ?\(\d+\))?\.(?:tar|tar\.gz|tgz)$/, '') || 'site';

async function existingFolder(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isDirectory()) throw new PortsideError('folder-missing', path);
  return realpath(path);
}

/** Paths of the parts that the build makes for sites. */
async function builtParts(build: string) {
  const parts = {
    template: join(build, 'index.html'),
    serviceWorker: join(build, 'sw.js'),
    shell: join(build, 'shell.js'),
    kernelWorker: join(build, 'kernel-worker.js'),
    processWorker: join(build, 'process-worker.js'),
    licenses: join(build, 'licenses'),
  };
  for (const path of Object.values(parts)) {
    await access(path).catch((cause) => {
      throw new PortsideError('build-missing', path, { cause });
    });
  }
  return parts;
}

/** The router's path for the guest. One from outside of the document root is added to `sources`. */
async function placeRouter(router: string, docroot: string, sources: ImageSource[]): Promise<string> {
  const within = `${IMAGE_DOCUMENT_ROOT}/${router.replace(/^\.\//, '')}`;
  if (sources.some(({ type, path }) => type === 'file' && path === within)) return `${MOUNT_POINT}/${within}`;
  for (const candidate of [resolve(router), resolve(docroot, router)]) {
    const stats = await stat(candidate).catch(() => undefined);
    if (!stats?.isFile()) continue;
    const real = await realpath(candidate);
    if (contains(docroot, real)) return `${DOCUMENT_ROOT}/${relative(docroot, real).split(sep).join('/')}`;
    const path = `${IMAGE_ROUTER_DIRECTORY}/${basename(real)}`;
    sources.push({ type: 'directory', path: IMAGE_ROUTER_DIRECTORY, permissions: 0o755, mtime: 0 });
    sources.push(fileSource(real, path, stats));
    return `${MOUNT_POINT}/${path}`;
  }
  throw new PortsideError('router-missing', router);
}

/** The same sources, whose reading is reported. */
function watched(sources: readonly ImageSource[], bytes: number, report: Report): ImageSource[] {
  let read = 0;
  return sources.map((source) => {
    if (source.type !== 'file') return source;
    const watchedRead = async function* () {
      for await (const piece of source.read()) {
        read += piece.length;
        report.done(read / bytes);
        yield piece;
      }
    };
    return { ...source, read: watchedRead };
  });
}

/** The release follows from everything that makes up the site, so that the same site has the same release. */
function withRelease(site: Omit<SiteConfig, 'release'>, parts: readonly string[]): SiteConfig {
  const hash = createHash('sha256').update(JSON.stringify([site, ...parts]));
  return { release: hash.digest('hex').slice(0, 16), ...site };
}

/** The service worker with its configuration before it, so that it can route from its first event on. */
function withConfiguration(bundle: string, site: SiteConfig): string {
  return `self.portsideSite = ${escapeScript(JSON.stringify(site))};\n${bundle}`;
}
