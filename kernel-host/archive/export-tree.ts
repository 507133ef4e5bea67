/**
 * A subtree of the root file system as a tar archive (POSIX.1-2017, pax: ustar headers, and extended ones where a value does not
 * fit). It is written while it is read: a slow reader holds the writing back, and guests work on meanwhile. Each file is
 * as it was at one moment; the moments differ.
 */
import { createTarPacker, type TarHeader } from 'modern-tar';
import type { TreeSize } from '../../protocol/archive.js';
import { MAX_CHUNK } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { Attributes } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import { INODE } from '../memory/layout.js';
import { readRange } from './read-range.js';
import { decodeName, type Found, findStart, walkTree } from './tree-walk.js';
import { Turns } from './turns.js';

type Packer = ReturnType<typeof createTarPacker>['controller'];

/**
 * A file up to this size is read whole before its first byte goes out, and again if it changed meanwhile: databases of sites are
 * seldom larger. A larger one that changes breaks the export off.
 */
const WHOLE = 16 * 1024 * 1024;
/** A file that is written to without a pause is not waited for. */
const ATTEMPTS = 5;
/** What an octal field of 11 digits holds (ustar, "mtime"): later times, and those before 1970, need an extended header. */
const USTAR_TIME_MAX = 8 ** 11 - 1;
/** Length of ustar's name field in bytes. */
const USTAR_NAME = 100;

/** @throws PortsideError archive-path-missing, archive-bad-name */
export async function measureTree(kernel: Kernel, path: string): Promise<TreeSize> {
  const turns = new Turns(kernel);
  let files = 0;
  let bytes = 0;
  for (const { kind, attributes } of walkTree(kernel, findStart(kernel, path))) {
    await turns.next();
    if (kind !== 'file') continue;
    files++;
    bytes += attributes.size;
  }
  return { files, bytes };
}

/**
 * Names are relative to `path`; of a path that names a file, the archive holds that file alone. The stream fails with
 * archive-bad-name or archive-file-changed.
 * @throws PortsideError archive-path-missing
 */
export function exportTree(kernel: Kernel, path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const start = findStart(kernel, path);
  const { readable, controller } = createTarPacker();
  pack(kernel, start, controller).catch((error: unknown) => controller.error(error));
  return readable;
}

async function pack(kernel: Kernel, start: ReturnType<typeof findStart>, packer: Packer): Promise<void> {
  const turns = new Turns(kernel);
  /** Names of files that have several, by inode number. */
  const linked = new Map<number, string>();
  for (const found of walkTree(kernel, start)) {
    await turns.next();
    const name = entryName(found, start.path);
    if (found.kind === 'directory') await packer.add(headerOf(name, found.attributes, 'directory')).close();
    else if (found.kind === 'symlink') await packLink(kernel, packer, name, found);
    else {
      const { ino, nlink } = found.attributes;
      const first = linked.get(ino);
      if (first !== undefined) {
        await packer.add({ ...headerOf(name, found.attributes, 'link'), linkname: first }).close();
        continue;
      }
      if (nlink > 1) linked.set(ino, name);
      await packFile(kernel, packer, name, found, turns);
    }
  }
  packer.finalize();
}

function entryName({ path, kind }: Found, start: string): string {
  if (path === '') return kind === 'directory' ? './' : start.slice(start.lastIndexOf('/') + 1);
  // By a slash at the end old readers know a directory; a name that needs the prefix field does without.
  return kind === 'directory' && new TextEncoder().encode(path).length < USTAR_NAME ? `${path}/` : path;
}

async function packLink(kernel: Kernel, packer: Packer, name: string, { node, attributes }: Found): Promise<void> {
  const target = kernel.vfs.root.target(node);
  if (typeof target === 'number') return;
  await packer.add({ ...headerOf(name, attributes, 'symlink'), linkname: decodeName(target) }).close();
}

async function packFile(kernel: Kernel, packer: Packer, name: string, found: Found, turns: Turns): Promise<void> {
  const { node, attributes } = found;
  if (attributes.size <= WHOLE) {
    const pieces = await readWhole(kernel, name, found);
    const writer = packer.add(headerOf(name, attributes, 'file')).getWriter();
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
    return;
  }
  const version = versionOf(kernel, node);
  const writer = packer.add(headerOf(name, attributes, 'file')).getWriter();
  for (let position = 0; position < attributes.size; position += MAX_CHUNK) {
    const piece = await readRange(kernel, node, position, Math.min(MAX_CHUNK, attributes.size - position));
    if (versionOf(kernel, node) !== version) throw new PortsideError('archive-file-changed', name);
    await writer.write(piece);
    await turns.next();
  }
  await writer.close();
}

/** The content of one moment; the attributes are those of that moment from then on. */
async function readWhole(
  kernel: Kernel,
  name: string,
  { node, attributes }: Found,
): Promise<Uint8Array<ArrayBuffer>[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const version = versionOf(kernel, node);
    kernel.vfs.root.attributes(node, attributes);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let position = 0; position < attributes.size; position += MAX_CHUNK)
      pieces.push(await readRange(kernel, node, position, Math.min(MAX_CHUNK, attributes.size - position)));
    if (versionOf(kernel, node) === version) return pieces;
  }
  throw new PortsideError('archive-file-changed', name);
}

/** Differs after each change of a file's content. */
const versionOf = ({ memory }: Kernel, node: number): number => memory.u32[(node >>> 2) + INODE.VERSION_W] as number;

function headerOf(name: string, attributes: Attributes, type: NonNullable<TarHeader['type']>): TarHeader {
  const { mode, uid, gid, size, mtime, mtimeNanoseconds } = attributes;
  const plain = mtime >= 0 && mtime <= USTAR_TIME_MAX;
  const exact = plain && mtimeNanoseconds === 0 ? undefined : exactTime(mtime, mtimeNanoseconds);
  return {
    name,
    type,
    size: type === 'file' ? size : 0,
    mode: mode & 0o7777,
    uid,
    gid,
    mtime: new Date(Math.min(Math.max(mtime, 0), USTAR_TIME_MAX) * 1000),
    ...(exact !== undefined && { pax: { mtime: exact } }),
  };
}

/** Decimal seconds since the epoch (pax, "mtime"); whole seconds count down from the time, nanoseconds up to it. */
function exactTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds);
  if (seconds >= 0) return `${seconds}.${fraction(nanoseconds)}`;
  const whole = -seconds - 1;
  return `-${whole}.${fraction(1e9 - nanoseconds)}`;
}

const fraction = (nanoseconds: number): string => String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
