/** Taking a site out, and in: requests to the service worker, which passes them on to the kernel, in whichever tab it runs. */
import {
  type ArchiveAction,
  ArchiveQuery,
  archivePath,
  type ImportResult,
  type TreeSize,
} from '../protocol/archive.js';
import { type ErrorCode, errorTexts, PortsideError } from '../protocol/errors.js';

export interface ArchiveOptions {
  /** Path that names the machine: the site's base, or the scope of `createBridge`. */
  readonly base: string;
  /** Absolute, in the guest's file system; the whole site where it is left out. */
  readonly path?: string;
}

export interface ImportOptions extends ArchiveOptions {
  /** A tar archive, compressed by gzip or not. */
  readonly archive: Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What is in the folder and not in the archive is removed. */
  readonly replace?: boolean;
}

/** A tar archive of the site's files, written while it is read. @throws PortsideError */
export async function exportSite(options: ArchiveOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { body } = await ask('export.tar', options, 'application/x-tar');
  if (!body) throw new PortsideError('kernel-lost');
  return body;
}

/** Unpacks an archive into the site: all of it, or nothing. @throws PortsideError */
export async function importSite({ archive, replace = false, ...options }: ImportOptions): Promise<ImportResult> {
  // Not every browser sends a stream (Firefox, Safari); a blob need not be in memory.
  const body = archive instanceof Blob ? archive : await new Response(archive).blob();
  const response = await ask('import', options, 'application/json', { method: 'POST', body }, replace);
  const result: ImportResult = await response.json();
  return result;
}

/** How much there is. @throws PortsideError */
export async function siteSize(options: ArchiveOptions): Promise<TreeSize> {
  const size: TreeSize = await (await ask('size', options, 'application/json')).json();
  return size;
}

/** Path of an archive for a link. */
export const exportPath = ({ base, path }: ArchiveOptions): string =>
  withQuery('export.tar', { base, ...(path && { path }) });

function withQuery(action: ArchiveAction, { base, path }: ArchiveOptions, replace = false): string {
  const query = new URLSearchParams();
  if (path !== undefined) query.set(ArchiveQuery.path, path);
  if (replace) query.set(ArchiveQuery.replace, '');
  return archivePath(base, action) + (query.size > 0 ? `?${query}` : '');
}

async function ask(
  action: ArchiveAction,
  options: ArchiveOptions,
  type: string,
  init: RequestInit = {},
  replace = false,
): Promise<Response> {
  const response = await fetch(withQuery(action, options, replace), {
    ...init,
    headers: { Accept: 'application/json' },
  });
  if (response.headers.get('Content-Type') === type && response.ok) return response;
  const code = response.headers.get('X-Portside-Error');
  // The host has answered: no service worker of Portside's controls this page.
  if (!isErrorCode(code)) throw new PortsideError('service-worker-unregistered');
  const { detail }: { readonly detail?: string } = await response.json();
  throw new PortsideError(code, detail);
}

const isErrorCode = (code: string | null): code is ErrorCode => code !== null && Object.hasOwn(errorTexts, code);
