import { createReadStream, readFileSync, type Stats } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { FileSource, ImageSource } from '../../kernel-host/image/writer.js';
import { PortsideError } from '../../protocol/errors.js';

export interface Scan {
  readonly sources: ImageSource[];
  /** What was left out or is not as it stands in the folder, one sentence each. */
  readonly notes: string[];
}

/** Folders of version control systems: history is not a part of a site. Submodules and worktrees have files of that name. */
const VERSION_CONTROL: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.bzr', 'CVS']);

/** Files up to this size are read at once: for thousands of small files far quicker than a stream for each. */
const READ_AT_ONCE = 256 * 1024;

/**
 * All that is in `folder`, for an image in which it lies at `guestPath`.
 *
 * Symbolic links that stay inside the folder stay links. What a link points to outside of it is packed in the link's
 * place, as a server that follows links would show it. `leaveOut` holds real paths.
 *
 * @throws PortsideError `folder-unreadable`, `image-bad-name`.
 */
export async function scanFolder(folder: string, guestPath: string, leaveOut: ReadonlySet<string>): Promise<Scan> {
  const scan: Scan = { sources: [], notes: [] };
  const root = await realpath(folder);
  await scanDirectory(scan, { host: root, guest: guestPath }, root, guestPath, [root], leaveOut);
  return scan;
}

export function fileSource(hostPath: string, guestPath: string, { mode, mtimeMs, size }: Stats): FileSource {
  const read = () => content(hostPath, size);
  return { type: 'file', path: guestPath, permissions: mode & 0o7777, mtime: Math.floor(mtimeMs), size, read };
}

async function* content(path: string, size: number): AsyncGenerator<Uint8Array> {
  try {
    if (size <= READ_AT_ONCE) yield readFileSync(path);
    else yield* createReadStream(path, { highWaterMark: READ_AT_ONCE });
  } catch (cause) {
    const vanished = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new PortsideError(vanished ? 'image-source-changed' : 'folder-unreadable', path, { cause });
  }
}

/** A real directory that is packed as a whole, and where. Links are held against it. */
interface Root {
  readonly host: string;
  readonly guest: string;
}

async function scanDirectory(
  scan: Scan,
  root: Root,
  host: string,
  guest: string,
  /** Real paths of the directories that links led through to here. */
  through: readonly string[],
  leaveOut: ReadonlySet<string>,
): Promise<void> {
  const { mode, mtimeMs } = await lstat(host);
  scan.sources.push({ type: 'directory', path: guest, permissions: mode & 0o7777, mtime: Math.floor(mtimeMs) });
  for (const name of await namesIn(host)) {
    const hostPath = join(host, name);
    const guestPath = `${guest}/${name}`;
    if (leaveOut.has(hostPath)) {
      scan.notes.push(`Left out ${hostPath}: it is the output.`);
      continue;
    }
    if (VERSION_CONTROL.has(name)) {
      scan.notes.push(`Left out ${hostPath}: version control.`);
      continue;
    }
    const stats = await lstat(hostPath).catch((cause) => {
      throw new PortsideError('folder-unreadable', hostPath, { cause });
    });
    if (stats.isDirectory()) await scanDirectory(scan, root, hostPath, guestPath, through, leaveOut);
    else if (stats.isFile()) scan.sources.push(fileSource(hostPath, guestPath, stats));
    else if (stats.isSymbolicLink()) await scanLink(scan, root, hostPath, guestPath, stats, through, leaveOut);
    else scan.notes.push(`Left out ${hostPath}: it is neither a file nor a folder.`);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory, { encoding: 'buffer' }).catch((cause) => {
    throw new PortsideError('folder-unreadable', directory, { cause });
  });
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return names.map((name) => {
    try {
      return utf8.decode(name);
    } catch (cause) {
      throw new PortsideError('image-bad-name', `${join(directory, name.toString('latin1'))} is not UTF-8.`, { cause });
    }
  });
}

async function scanLink(
  scan: Scan,
  root: Root,
  host: string,
  guest: string,
  { mtimeMs }: Stats,
  through: readonly string[],
  leaveOut: ReadonlySet<string>,
): Promise<void> {
  const text = await readlink(host);
  const directory = dirname(host);
  const target = resolve(directory, text);
  if (contains(root.host, target)) {
    // A link that is absolute, or that climbs out and comes back in, would name the host's folders.
    const kept = isAbsolute(text) || climbsOut(root, directory, text) ? relative(directory, target) || '.' : text;
    scan.sources.push({
      type: 'link',
      path: guest,
      permissions: 0o777,
      mtime: Math.floor(mtimeMs),
      target: kept.split(sep).join('/'),
    });
    return;
  }

  const real = await realpath(host).catch(() => undefined);
  if (real === undefined) {
    scan.notes.push(`Left out ${host}: the link leads out of the folder, to ${target}, where nothing is.`);
    return;
  }
  const stats = await stat(real);
  if (stats.isFile()) {
    scan.notes.push(`Packed the file ${real} in place of the link ${host}, which leads out of the folder.`);
    scan.sources.push(fileSource(real, guest, stats));
  } else if (!stats.isDirectory()) {
    scan.notes.push(`Left out ${host}: it leads to ${real}, which is neither a file nor a folder.`);
  } else if (through.some((above) => contains(real, above))) {
    scan.notes.push(`Left out ${host}: it leads to ${real}, which holds the link itself.`);
  } else {
    scan.notes.push(`Packed the folder ${real} in place of the link ${host}, which leads out of the folder.`);
    await scanDirectory(scan, { host: real, guest }, real, guest, [...through, real], leaveOut);
  }
}

/** Whether `path` is `directory` or lies in it. Both are absolute. */
export function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Whether the relative link `text` in `directory` climbs above `root` on its way. */
function climbsOut(root: Root, directory: string, text: string): boolean {
  const way = join(relative(root.host, directory), text);
  return way === '..' || way.startsWith(`..${sep}`);
}
