/** The host's descriptors behind a mounted folder's open files: one to read with and one to write with for each node. */
import * as fs from 'node:fs';
import { EACCES, EISDIR, ENOENT, Errno } from '../../abi/errno.js';
import { O_ACCMODE, O_RDONLY, O_TRUNC, O_WRONLY } from '../../abi/fcntl.js';
import { S_IFDIR, S_IFREG } from '../../abi/stat.js';
import { type HostNode, type HostNodes, identityOf } from './host-node.js';

const { constants } = fs;
const PERMISSIONS = 0o7777;

export class HostOpenFiles {
  readonly #nodes: HostNodes;
  /**
   * What was created last, still open: whoever creates a file may write to it whatever its permissions (POSIX open()),
   * and its first opening is that.
   */
  #created: { readonly node: HostNode; readonly descriptor: number } | null = null;

  constructor(nodes: HostNodes) {
    this.#nodes = nodes;
  }

  /** Makes a regular file; its number. @throws what node:fs gives */
  create(parent: HostNode, name: Uint8Array, path: Buffer, permissions: number): number {
    this.#dropCreated();
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = fs.openSync(path, flags, permissions);
    try {
      const stats = fs.fstatSync(descriptor, { bigint: true });
      // The guest's umask has been applied; this process's has taken away what it should not.
      if ((Number(stats.mode) & PERMISSIONS) !== permissions) fs.fchmodSync(descriptor, permissions);
      const node = this.#nodes.seen(stats, parent, name);
      this.#created = { node, descriptor };
      return node.number;
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
  }

  /** What lost a name may not be waiting to be opened any longer. */
  lost(identity: string): void {
    if (this.#created?.node.identity === identity) this.#dropCreated();
  }

  #dropCreated(): void {
    const created = this.#created;
    this.#created = null;
    if (created) fs.closeSync(created.descriptor);
  }

  /** @throws Errno EACCES, EISDIR; what node:fs gives */
  prepare(node: HostNode, type: number, flags: number): void {
    if (type === S_IFREG) {
      this.#acquire(node, flags);
      return;
    }
    // Devices of the host are not the guest's (mount(8): nodev).
    if (type !== S_IFDIR) throw new Errno(EACCES);
    if ((flags & O_ACCMODE) !== O_RDONLY) throw new Errno(EISDIR);
    // A directory is read by its path, later: whether that may be is asked now.
    fs.accessSync(this.#nodes.path(node), constants.R_OK);
  }

  /** Sees to it that the node has the descriptors that a description needs. */
  #acquire(node: HostNode, flags: number): void {
    if (this.#created?.node === node && node.descriptor === null) {
      node.reader = node.writer = this.#created.descriptor;
      this.#created = null;
    }
    const access = flags & O_ACCMODE;
    try {
      if (access !== O_WRONLY) node.reader ??= this.open(node, constants.O_RDONLY);
      if (access !== O_RDONLY) node.writer ??= this.open(node, constants.O_WRONLY);
      if ((flags & O_TRUNC) !== 0) this.#truncateOpen(node);
    } catch (error) {
      if (node.opens === 0) node.closeDescriptors();
      throw error;
    }
  }

  /** O_TRUNC together with O_RDONLY is undefined (POSIX open()): Linux truncates. */
  #truncateOpen(node: HostNode): void {
    node.writer ??= this.open(node, constants.O_WRONLY);
    fs.ftruncateSync(node.writer, 0);
  }

  /** A descriptor of the host for the node and nothing else. @throws Errno ENOENT when another is there */
  open(node: HostNode, access: number): number {
    // O_NONBLOCK: a pipe that the host has put there does not stop the machine.
    const flags = access | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const descriptor = fs.openSync(this.#nodes.path(node), flags);
    if (identityOf(fs.fstatSync(descriptor, { bigint: true })) === node.identity) return descriptor;
    fs.closeSync(descriptor);
    throw new Errno(ENOENT);
  }
}
