/** Goes through a subtree of the root file system while guests change it. */

import { PortsideError } from '../../protocol/errors.js';
import { O_PATH } from '../abi/fcntl.js';
import { type Attributes, emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/stat.js';
import { nextDentry } from '../fs/inode-reader.js';
import type { Kernel } from '../kernel.js';
import { DENTRY, INODE, INODE_MOUNT_POINT } from '../memory/layout.js';
import { isMachineOwn } from './machine-own.js';

export interface Found {
  /** Relative to where the walk began; empty for that itself. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Stays this file until the walk goes on: it is held open. */
  readonly node: number;
  /** Valid until the walk goes on. */
  readonly attributes: Attributes;
}

/**
 * The node that `path` leads to, by links where there are any, with the path that it has without them.
 * @throws PortsideError archive-path-missing: there is none, or it lies on another file system
 */
export function findStart(kernel: Kernel, path: string): { readonly node: number; readonly path: string } {
  const { root } = kernel.vfs;
  try {
    const place = kernel.vfs.lookup({ fileSystem: root, node: root.root }, new TextEncoder().encode(path), true);
    const at = place.fileSystem === root ? root.path(place.node) : null;
    if (at) return { node: place.node, path: decodeName(at).replace(/\/$/, '') };
  } catch (cause) {
    if (cause instanceof PortsideError) throw cause;
    throw new PortsideError('archive-path-missing', path, { cause });
  }
  throw new PortsideError('archive-path-missing', path);
}

/**
 * What lies at and below `start`, directories before what is in them, in the order of names. What is mounted there is passed over,
 * and so are devices, sockets, pipes, programs and, but for `start` itself, what is the machine's own.
 * @throws PortsideError archive-bad-name
 */
export function* walkTree(kernel: Kernel, start: { readonly node: number; readonly path: string }): Generator<Found> {
  yield* visit(kernel, start.node, start.path, '');
}

function* visit(kernel: Kernel, node: number, absolute: string, path: string): Generator<Found> {
  const { root } = kernel.vfs;
  const attributes = emptyAttributes();
  root.attributes(node, attributes);
  const kind = kindOf(attributes.mode);
  if (!kind || isMountPoint(kernel, node) || isProgram(kernel, node)) return;
  root.open(node, O_PATH);
  try {
    yield { path, kind, node, attributes };
    if (kind !== 'directory') return;
    for (const name of namesIn(kernel, node)) {
      const child = root.lookup(node, name);
      if (child < 0) continue; // Removed meanwhile.
      const text = decodeName(name);
      const at = `${absolute}/${text}`;
      if (!isMachineOwn(at)) yield* visit(kernel, child, at, path === '' ? text : `${path}/${text}`);
    }
  } finally {
    root.close(node);
  }
}

function kindOf(mode: number): Found['kind'] | undefined {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return 'file';
    case S_IFDIR:
      return 'directory';
    case S_IFLNK:
      return 'symlink';
    default:
      return undefined;
  }
}

export const isMountPoint = ({ memory }: Kernel, node: number): boolean =>
  ((memory.u32[(node >>> 2) + INODE.FLAGS_W] as number) & INODE_MOUNT_POINT) !== 0;

export const isProgram = (kernel: Kernel, node: number): boolean =>
  kernel.programs.at(kernel.lockKey({ fileSystem: kernel.vfs.root, node })) !== null;

/** Names in a directory as they are now, sorted by their bytes: the same tree gives the same archive. */
export function namesIn({ memory }: Kernel, directory: number): Uint8Array[] {
  const names: Uint8Array[] = [];
  for (let dentry = nextDentry(memory, directory, 0, 0); dentry !== 0; ) {
    const word = dentry >>> 2;
    const length = memory.u32[word + DENTRY.NAME_LENGTH_W] as number;
    names.push(memory.u8.slice(dentry + DENTRY.NAME, dentry + DENTRY.NAME + length));
    dentry = nextDentry(memory, directory, memory.u32[word + DENTRY.COOKIE_W] as number, dentry);
  }
  return names.sort(compareBytes);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws PortsideError archive-bad-name: tar has names in UTF-8 alone (POSIX pax, "path") */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new PortsideError('archive-bad-name', `${new TextDecoder().decode(bytes)} is not UTF-8.`, { cause });
  }
}
