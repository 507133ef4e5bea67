/** procfs (proc(5)): the kernel's knowledge as files. Nothing of it is stored, and nothing can be changed by it. */
import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, EPERM, Errno, ESRCH } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY } from '../abi/fcntl.js';
import { type Attributes, directoryEntryType, emptyAttributes, S_IFDIR, S_IFMT } from '../abi/stat.js';
import { MountedFile } from '../file/mounted-file.js';
import type { DirectoryEntry, FileSystem, StatFs } from '../fs/file-system.js';
import { nothingMapped } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { CATALOGUE_ROOT } from './catalogue.js';
import {
  describedAttributes,
  descriptorTarget,
  nextDescriptor,
  openDescription,
  placeOf,
  reopen,
  requireDescription,
} from './descriptor-links.js';
import { DESCRIPTOR_LINK, DESCRIPTOR_OBJECT, encodeNode } from './nodes.js';
import { owner } from './process-entries.js';
import { isEntry, ShownNodes } from './shown.js';
import { SnapshotFile } from './snapshot-file.js';

const PROC_SUPER_MAGIC = 0x9fa0;
/** fs/proc/base.c: the size that links to open files show. */
const MAGIC_LINK_SIZE = 64;
/** Names of processes and descriptors: no sign, no leading zero (fs/proc: name_to_int()). */
const NUMBER = /^(0|[1-9]\d{0,9})$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface ProcOptions {
  /** st_dev */
  readonly device: number;
}

export class ProcFileSystem implements FileSystem {
  readonly type = 'proc';
  readonly device: number;
  /** Linux mounts it for writing: what cannot be done fails with its own error. */
  readonly readOnly = false;
  readonly root = encodeNode(0, 0, CATALOGUE_ROOT);
  readonly #kernel: Kernel;
  readonly #nodes: ShownNodes;
  /** On the monotonic clock. */
  readonly #booted: number;

  constructor(kernel: Kernel, options: ProcOptions) {
    this.#kernel = kernel;
    this.device = options.device;
    this.#booted = kernel.clock.monotonic();
    this.#nodes = new ShownNodes(kernel, this.#booted);
  }

  lookup(directory: number, name: Uint8Array): number {
    const shown = this.#nodes.at(directory);
    if (!shown) return -ENOENT;
    if (!isEntry(shown) || shown.content || shown.target) return -ENOTDIR;
    const text = decoder.decode(name);
    const child = shown.children.find((child) => child.name === text);
    if (child) return child.node;
    if (!NUMBER.test(text)) return -ENOENT;
    const { process, type } = shown;
    const wanted = Number(text);
    if (process && type === 'descriptors')
      return openDescription(this.#kernel, process, wanted) === 0
        ? -ENOENT
        : encodeNode(process.pid, wanted, DESCRIPTOR_LINK);
    if (process && type === 'threads')
      return this.#kernel.processes.threads.byTid(wanted)?.process === process
        ? encodeNode(process.pid, wanted, CATALOGUE_ROOT)
        : -ENOENT;
    if (directory !== this.root) return -ENOENT;
    return this.#kernel.processes.byPid(wanted) ? encodeNode(wanted, 0, CATALOGUE_ROOT) : -ENOENT;
  }

  parent(node: number): number {
    return this.#nodes.parent(node);
  }

  attributes(node: number, out: Attributes): number {
    const shown = this.#nodes.at(node);
    if (!shown) return -ENOENT;
    Object.assign(out, emptyAttributes());
    if (shown.kind === 'object') {
      const description = openDescription(this.#kernel, shown.process, shown.fd);
      return description === 0 ? -ENOENT : describedAttributes(this.#kernel, description, out);
    }
    out.device = this.device;
    out.ino = node;
    out.mode = this.#nodes.mode(shown);
    out.nlink = this.#nodes.links(shown, node === this.root);
    const { process } = shown;
    if (process) {
      const { euid, egid } = owner(process);
      out.uid = euid;
      out.gid = egid;
    }
    if (shown.kind === 'descriptor link') out.size = MAGIC_LINK_SIZE;
    const { clock } = this.#kernel;
    // What is shown has been so since the process began, or the machine.
    const since = clock.realtime() - clock.monotonic() + (process?.started ?? this.#booted);
    const seconds = Math.floor(since / 1000);
    out.atime = out.mtime = out.ctime = seconds;
    out.atimeNanoseconds = out.mtimeNanoseconds = out.ctimeNanoseconds = Math.floor((since - seconds * 1000) * 1e6);
    return 0;
  }

  target(node: number): Uint8Array | number {
    const shown = this.#nodes.at(node);
    if (!shown) return -ENOENT;
    if (isEntry(shown)) return shown.target?.() ?? -EINVAL;
    if (shown.kind === 'object') return -EINVAL;
    return descriptorTarget(this.#kernel, requireDescription(this.#kernel, shown.process, shown.fd));
  }

  follow(node: number): Place | null {
    const shown = this.#nodes.at(node);
    if (!shown || shown.kind === 'object') return null;
    if (isEntry(shown)) return shown.follow();
    const description = requireDescription(this.#kernel, shown.process, shown.fd);
    return (
      placeOf(this.#kernel, description) ?? {
        fileSystem: this,
        node: encodeNode(shown.process.pid, shown.fd, DESCRIPTOR_OBJECT),
      }
    );
  }

  entry(directory: number, cookie: number): DirectoryEntry | null | number {
    const shown = this.#nodes.at(directory);
    // The process ended while its directory was open.
    if (!shown) return null;
    if (cookie === 0) return this.#entry('.', directory, 1);
    if (cookie === 1) return this.#entry('..', this.parent(directory), 2);
    if (!isEntry(shown) || shown.content || shown.target) return -ENOTDIR;
    const { process, children, type } = shown;
    if (process && type === 'descriptors') {
      const fd = nextDescriptor(this.#kernel, process, cookie - 2);
      return fd < 0 ? null : this.#entry(String(fd), encodeNode(process.pid, fd, DESCRIPTOR_LINK), 2 + fd + 1);
    }
    if (process && type === 'threads')
      return this.#numbered([...process.tasks.keys()], 2, cookie, (tid) =>
        encodeNode(process.pid, tid, CATALOGUE_ROOT),
      );
    const child = children[cookie - 2];
    if (child) return this.#entry(child.name, child.node, cookie + 1);
    if (directory !== this.root) return null;
    const pids = this.#kernel.processes.all().map(({ pid }) => pid);
    return this.#numbered(pids, 2 + children.length, cookie, (pid) => encodeNode(pid, 0, CATALOGUE_ROOT));
  }

  /** Positions behind the fixed entries are the numbers themselves, so that they stay when processes and threads come and go. */
  #numbered(
    ids: readonly number[],
    first: number,
    cookie: number,
    nodeOf: (id: number) => number,
  ): DirectoryEntry | null {
    let next = Number.POSITIVE_INFINITY;
    for (const id of ids) if (id >= cookie - first && id < next) next = id;
    if (next === Number.POSITIVE_INFINITY) return null;
    return this.#entry(String(next), nodeOf(next), first + next + 1);
  }

  describe(node: number, flags: number): number {
    const shown = this.#nodes.at(node);
    if (!shown) return -ENOENT;
    if (shown.kind === 'object') {
      const description = openDescription(this.#kernel, shown.process, shown.fd);
      return description === 0 ? -ENOENT : reopen(this.#kernel, shown.process, description, flags);
    }
    if ((flags & O_ACCMODE) !== O_RDONLY) return -EACCES;
    const place = { fileSystem: this, node };
    const operations =
      (this.#nodes.mode(shown) & S_IFMT) === S_IFDIR
        ? new MountedFile(place, true, nothingMapped)
        : new SnapshotFile(place, () => this.#content(node));
    return this.#kernel.descriptions.create(KIND_KERNEL, flags, 0, operations);
  }

  read(node: number, position: number, into: Uint8Array): number {
    const part = this.#content(node).subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  /** `describe` makes the descriptions, and nothing is kept for them. */
  open(): number {
    return 0;
  }

  close(): void {}

  write(): number {
    return -EACCES;
  }

  truncate(): number {
    return -EACCES;
  }

  sync(): number {
    return -EINVAL;
  }

  setAttributes = notPermitted;
  create = noSuchFile;
  symlink = noSuchFile;
  link = noSuchFile;
  unlink = notPermitted;
  rmdir = notPermitted;
  rename = notPermitted;

  statfs(): StatFs {
    return { type: PROC_SUPER_MAGIC, blockSize: 4096, blocks: 0, freeBlocks: 0, files: 0, freeFiles: 0 };
  }

  /** @throws Errno ESRCH when the process is gone, EISDIR */
  #content(node: number): Uint8Array {
    const shown = this.#nodes.at(node);
    if (!shown) throw new Errno(ESRCH);
    if (isEntry(shown) && shown.content) return encoder.encode(shown.content());
    throw new Errno(EISDIR);
  }

  #entry(name: string, node: number, next: number): DirectoryEntry {
    const shown = this.#nodes.at(node);
    return {
      name: encoder.encode(name),
      ino: node,
      type: directoryEntryType(shown ? this.#nodes.mode(shown) : 0),
      next,
    };
  }
}

const notPermitted = (): number => -EPERM;
/** What Linux says of new names in /proc. */
const noSuchFile = (): number => -ENOENT;
