/**
 * A folder of the host, or one file of it, as a file system. Nothing climbs out of it: symbolic links of the host are
 * shown as links, which the guest resolves in its own tree; the host is never let follow one, and before a path is used
 * it is made sure that it still leads to what was found there by walking down from the root.
 */
import * as fs from 'node:fs';
import { sep } from 'node:path';
import { EBADF, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, EOPNOTSUPP, EPERM, EROFS, Errno } from '../../abi/errno.js';
import { O_ACCMODE, O_PATH, O_RDONLY, O_TRUNC, RENAME_EXCHANGE, RENAME_NOREPLACE } from '../../abi/fcntl.js';
import { type Attributes, directoryEntryType, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../abi/stat.js';
import type { AttributeChange, DirectoryEntry, FileSystem, StatFs, Timestamp } from '../../fs/file-system.js';
import { fillAttributes, typeOf } from './host-attributes.js';
import { attempt } from './host-errors.js';
import { HostListing } from './host-listing.js';
import { type HostNode, HostNodes, identityOf } from './host-node.js';
import { HostOpenFiles } from './host-open-files.js';

const { constants } = fs;
const PERMISSIONS = 0o7777;
const SLASH = 0x2f;
const DOT = Buffer.from('.');
const DOT_DOT = Buffer.from('..');
/** Windows takes these for separators within a name; elsewhere only `/` is one. */
const SEPARATORS = sep === '\\' ? /[\\/:]/ : /[/]/;

export interface HostFolderOptions {
  /** st_dev */
  readonly device: number;
  readonly readOnly: boolean;
}

export class HostFolder implements FileSystem {
  readonly type = 'host';
  readonly device: number;
  readonly readOnly: boolean;
  readonly root: number;
  readonly #path: Buffer;
  readonly #nodes: HostNodes;
  readonly #files: HostOpenFiles;
  /** The directory that was last listed without being open. */
  #listed: HostNode | null = null;

  /** @param path a folder or a regular file; symbolic links on the way to it are followed. @throws what node:fs gives; Errno ENOTDIR */
  constructor(path: string, options: HostFolderOptions) {
    this.device = options.device;
    this.readOnly = options.readOnly;
    this.#path = fs.realpathSync.native(Buffer.from(path), { encoding: 'buffer' });
    const stats = fs.lstatSync(this.#path, { bigint: true });
    if (!stats.isDirectory() && !stats.isFile()) throw new Errno(ENOTDIR);
    this.#nodes = new HostNodes(this.#path, stats);
    this.#files = new HostOpenFiles(this.#nodes);
    this.root = this.#nodes.root.number;
  }

  lookup(directory: number, name: Uint8Array): number {
    return attempt(() => {
      const parent = this.#directory(directory);
      const stats = lstat(this.#join(parent, name));
      return stats ? this.#nodes.seen(stats, parent, name).number : -ENOENT;
    });
  }

  parent(node: number): number {
    const result = attempt(() => this.#nodes.get(node).location?.directory.number ?? this.root);
    return result < 0 ? this.root : result;
  }

  attributes(node: number, out: Attributes): number {
    return attempt(() => {
      const found = this.#nodes.get(node);
      fillAttributes(this.#stats(found), this.device, found.number, out);
      return 0;
    });
  }

  /** Node sets times to the microsecond. */
  setAttributes(node: number, change: AttributeChange): number {
    return this.#changing(() => {
      const found = this.#nodes.get(node);
      const stats = this.#stats(found);
      const { descriptor } = found;
      const path = descriptor === null ? this.#nodes.path(found) : null;
      if (change.mode !== undefined) {
        if (typeOf(stats) === S_IFLNK) return -EOPNOTSUPP;
        if (path) fs.chmodSync(path, change.mode & PERMISSIONS);
        else if (descriptor !== null) fs.fchmodSync(descriptor, change.mode & PERMISSIONS);
      }
      const { uid = -1, gid = -1 } = change;
      if (uid !== -1 || gid !== -1) {
        if (path) fs.lchownSync(path, uid, gid);
        else if (descriptor !== null) fs.fchownSync(descriptor, uid, gid);
      }
      if (change.atime || change.mtime) {
        const atime = change.atime ? toMicroseconds(change.atime) : fromNanoseconds(stats.atimeNs);
        const mtime = change.mtime ? toMicroseconds(change.mtime) : fromNanoseconds(stats.mtimeNs);
        if (path) fs.lutimesSync(path, atime, mtime);
        else if (descriptor !== null) fs.futimesSync(descriptor, atime, mtime);
      }
      return 0;
    });
  }

  target(node: number): Uint8Array | number {
    return attempt(() => {
      const found = this.#nodes.get(node);
      if (typeOf(this.#stats(found)) !== S_IFLNK) return -EINVAL;
      return fs.readlinkSync(this.#nodes.path(found), { encoding: 'buffer' });
    });
  }

  entry(directory: number, cookie: number): DirectoryEntry | null | number {
    return attempt(() => {
      const node = this.#directory(directory);
      if (cookie === 0) return { name: DOT, ino: directory, type: directoryEntryType(S_IFDIR), next: 1 };
      if (cookie === 1)
        return { name: DOT_DOT, ino: this.parent(directory), type: directoryEntryType(S_IFDIR), next: 2 };
      const listing = this.#listing(node, cookie === 2);
      for (let at = listing.behind(cookie); at; at = listing.behind(at.next)) {
        const stats = lstat(this.#join(node, at.name));
        if (!stats) continue;
        const { number } = this.#nodes.seen(stats, node, at.name);
        return { name: at.name, ino: number, type: directoryEntryType(Number(stats.mode)), next: at.next };
      }
      return null;
    });
  }

  create(directory: number, name: Uint8Array, mode: number, _rdev: number): number {
    return this.#changing(() => {
      const parent = this.#directory(directory);
      const path = this.#join(parent, name);
      const permissions = mode & PERMISSIONS;
      switch (mode & S_IFMT) {
        case S_IFREG:
          return this.#files.create(parent, name, path, permissions);
        case S_IFDIR: {
          fs.mkdirSync(path, permissions);
          const stats = existing(path);
          if ((Number(stats.mode) & PERMISSIONS) !== permissions) fs.chmodSync(path, permissions);
          return this.#nodes.seen(stats, parent, name).number;
        }
        default:
          // Node makes neither devices nor pipes nor sockets without listening on them.
          return -EPERM;
      }
    });
  }

  symlink(directory: number, name: Uint8Array, target: Uint8Array): number {
    return this.#changing(() => {
      const parent = this.#directory(directory);
      const path = this.#join(parent, name);
      fs.symlinkSync(Buffer.from(target), path);
      return this.#nodes.seen(existing(path), parent, name).number;
    });
  }

  link(directory: number, name: Uint8Array, node: number): number {
    return this.#changing(() => {
      const parent = this.#directory(directory);
      const path = this.#join(parent, name);
      const found = this.#nodes.get(node);
      this.#onPath(found);
      fs.linkSync(this.#nodes.path(found), path);
      this.#nodes.seen(existing(path), parent, name);
      return 0;
    });
  }

  unlink(directory: number, name: Uint8Array): number {
    return this.#changing(() => {
      const parent = this.#directory(directory);
      const path = this.#join(parent, name);
      const stats = existing(path);
      // EPERM on some hosts.
      if (stats.isDirectory()) return -EISDIR;
      fs.unlinkSync(path);
      this.#lost(stats, parent, name);
      return 0;
    });
  }

  rmdir(directory: number, name: Uint8Array): number {
    return this.#changing(() => {
      const parent = this.#directory(directory);
      const path = this.#join(parent, name);
      const stats = existing(path);
      fs.rmdirSync(path);
      this.#lost(stats, parent, name);
      return 0;
    });
  }

  rename(from: number, fromName: Uint8Array, to: number, toName: Uint8Array, flags: number): number {
    return this.#changing(() => {
      // As of Linux' file systems that cannot exchange two names at once.
      if ((flags & RENAME_EXCHANGE) !== 0) return -EINVAL;
      const source = this.#directory(from);
      const target = this.#directory(to);
      const sourcePath = this.#join(source, fromName);
      const targetPath = this.#join(target, toName);
      const moved = existing(sourcePath);
      const replaced = lstat(targetPath);
      if (replaced && (flags & RENAME_NOREPLACE) !== 0) return -EEXIST;
      fs.renameSync(sourcePath, targetPath);
      // POSIX rename(): two names of one file both stay.
      if (replaced && identityOf(replaced) === identityOf(moved)) return 0;
      if (replaced) this.#lost(replaced, target, toName);
      this.#nodes.moved(moved, target, toName);
      return 0;
    });
  }

  open(node: number, flags: number): number {
    if (this.readOnly && ((flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0)) return -EROFS;
    return attempt(() => {
      const found = this.#nodes.get(node);
      const type = typeOf(this.#stats(found));
      if ((flags & O_PATH) === 0) this.#files.prepare(found, type, flags);
      found.opens++;
      return 0;
    });
  }

  close(node: number): void {
    const found = this.#nodes.get(node);
    if (--found.opens > 0) return;
    found.listing = null;
    found.closeDescriptors();
    this.#nodes.forgetIfGone(found);
  }

  read(node: number, position: number, into: Uint8Array): number {
    return attempt(() => {
      const { reader } = this.#nodes.get(node);
      return reader === null ? -EBADF : fs.readSync(reader, into, 0, into.length, position);
    });
  }

  write(node: number, position: number, from: Uint8Array): number {
    return this.#changing(() => {
      const { writer } = this.#nodes.get(node);
      return writer === null ? -EBADF : fs.writeSync(writer, from, 0, from.length, position);
    });
  }

  truncate(node: number, size: number): number {
    return this.#changing(() => {
      const found = this.#nodes.get(node);
      if (found.writer !== null) {
        fs.ftruncateSync(found.writer, size);
        return 0;
      }
      const writer = this.#files.open(found, constants.O_WRONLY);
      try {
        fs.ftruncateSync(writer, size);
      } finally {
        fs.closeSync(writer);
      }
      return 0;
    });
  }

  /** The root stands for the whole folder: all that is open for writing is made safe (sync(2)). */
  sync(node: number): number {
    return attempt(() => {
      const found = this.#nodes.get(node);
      if (found === this.#nodes.root) {
        for (const { writer } of this.#nodes.all()) if (writer !== null) fs.fsyncSync(writer);
      }
      const { descriptor } = found;
      if (descriptor !== null) {
        fs.fsyncSync(descriptor);
        return 0;
      }
      const reader = this.#files.open(found, constants.O_RDONLY);
      try {
        fs.fsyncSync(reader);
      } finally {
        fs.closeSync(reader);
      }
      return 0;
    });
  }

  /** @throws Errno what the host says, ENOENT when the folder is gone */
  statfs(): StatFs {
    const stats = attempt(() => fs.statfsSync(this.#path));
    if (typeof stats === 'number') throw new Errno(-stats);
    return {
      type: stats.type,
      blockSize: stats.bsize,
      blocks: stats.blocks,
      freeBlocks: stats.bavail,
      files: stats.files,
      freeFiles: stats.ffree,
    };
  }

  #changing(calls: () => number): number {
    return this.readOnly ? -EROFS : attempt(calls);
  }

  /** @throws Errno ENOENT, ENOTDIR */
  #directory(number: number): HostNode {
    const node = this.#nodes.get(number);
    if (!this.#onPath(node).isDirectory()) throw new Errno(ENOTDIR);
    return node;
  }

  /** What is at the node's path, which is the node itself. @throws Errno ENOENT when something else is there by now */
  #onPath(node: HostNode): fs.BigIntStats {
    const stats = existing(this.#nodes.path(node));
    if (identityOf(stats) !== node.identity) throw new Errno(ENOENT);
    return stats;
  }

  #stats(node: HostNode): fs.BigIntStats {
    return node.descriptor === null ? this.#onPath(node) : fs.fstatSync(node.descriptor, { bigint: true });
  }

  /** @throws Errno EINVAL when the name is more than a name */
  #join(directory: HostNode, name: Uint8Array): Buffer {
    const bytes = Buffer.from(name.buffer, name.byteOffset, name.length);
    if (bytes.length === 0 || bytes.includes(0) || SEPARATORS.test(bytes.toString('latin1'))) throw new Errno(EINVAL);
    if (bytes.equals(DOT) || bytes.equals(DOT_DOT)) throw new Errno(EINVAL);
    return Buffer.concat([this.#nodes.path(directory), Buffer.of(SLASH), bytes]);
  }

  #lost(stats: fs.BigIntStats, directory: HostNode, name: Uint8Array): void {
    this.#files.lost(identityOf(stats));
    this.#nodes.lost(stats, directory, name);
  }

  #listing(node: HostNode, fromBeginning: boolean): HostListing {
    if (node.listing && !fromBeginning) return node.listing;
    const listing = node.listing ?? new HostListing();
    listing.refresh(this.#nodes.path(node));
    node.listing = listing;
    if (node.opens === 0) {
      if (this.#listed && this.#listed !== node && this.#listed.opens === 0) this.#listed.listing = null;
      this.#listed = node;
    }
    return listing;
  }
}

/** undefined when nothing is there. */
const lstat = (path: Buffer): fs.BigIntStats | undefined => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });

/** @throws Errno ENOENT */
function existing(path: Buffer): fs.BigIntStats {
  const stats = lstat(path);
  if (!stats) throw new Errno(ENOENT);
  return stats;
}

/** Seconds as Node takes them: it cuts off what is below a microsecond, and a quarter of one more keeps it from losing one. */
const toMicroseconds = ({ seconds, nanoseconds }: Timestamp): number =>
  seconds + (Math.floor(nanoseconds / 1000) + 0.25) / 1e6;

const fromNanoseconds = (time: bigint): number => {
  const seconds = time / 1_000_000_000n;
  return toMicroseconds({ seconds: Number(seconds), nanoseconds: Number(time - seconds * 1_000_000_000n) });
};
