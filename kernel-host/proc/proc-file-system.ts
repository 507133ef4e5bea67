/** procfs (proc(5)): the kernel's knowledge as files. Nothing of it is stored, and nothing can be changed by it. */
import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, EPERM, Errno, ESRCH } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY } from '../abi/fcntl.js';
import {
  type Attributes,
  directoryEntryType,
  emptyAttributes,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from '../abi/stat.js';
import { MountedFile } from '../file/mounted-file.js';
import type { DirectoryEntry, FileSystem, StatFs } from '../fs/file-system.js';
import { nothingMapped } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { Process } from '../process/process.js';
import { CATALOGUE_ROOT, Catalogue, type Numbered } from './catalogue.js';
import {
  describedAttributes,
  descriptorTarget,
  linkMode,
  nextDescriptor,
  openDescription,
  placeOf,
  reopen,
  requireDescription,
} from './descriptor-links.js';
import { machineEntries } from './machine-entries.js';
import { DESCRIPTOR_LINK, DESCRIPTOR_OBJECT, decodeNode, encodeNode } from './nodes.js';
import { owner, processEntries } from './process-entries.js';
import { SnapshotFile } from './snapshot-file.js';

const PROC_SUPER_MAGIC = 0x9fa0;
/** fs/proc/base.c: the size that links to open files show. */
const MAGIC_LINK_SIZE = 64;
/** Names of processes and descriptors: no sign, no leading zero (fs/proc: name_to_int()). */
const NUMBER = /^(0|[1-9]\d{0,9})$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a node shows, of whom. */
type Shown =
  | { readonly kind: 'machine'; readonly at: Numbered<null> }
  | { readonly kind: 'process'; readonly process: Process; readonly at: Numbered<Process> }
  | { readonly kind: 'descriptor link'; readonly process: Process; readonly fd: number }
  | { readonly kind: 'object'; readonly process: Process; readonly fd: number };

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
  readonly #machine: Catalogue<null>;
  readonly #process: Catalogue<Process>;
  /** On the monotonic clock. */
  readonly #booted: number;

  constructor(kernel: Kernel, options: ProcOptions) {
    this.#kernel = kernel;
    this.device = options.device;
    this.#booted = kernel.clock.monotonic();
    this.#machine = new Catalogue(machineEntries(kernel, this.#booted));
    this.#process = new Catalogue(processEntries(kernel, this.#booted));
  }

  lookup(directory: number, name: Uint8Array): number {
    const shown = this.#shown(directory);
    if (!shown) return -ENOENT;
    if (shown.kind === 'descriptor link' || shown.kind === 'object') return -ENOTDIR;
    const text = decoder.decode(name);
    const { entry, children } = shown.at;
    if (entry.kind === 'descriptors' && shown.kind === 'process') {
      if (!NUMBER.test(text) || openDescription(this.#kernel, shown.process, Number(text)) === 0) return -ENOENT;
      return encodeNode(shown.process.pid, Number(text), DESCRIPTOR_LINK);
    }
    if (entry.kind !== 'directory') return -ENOTDIR;
    for (const child of children)
      if (child.entry.name === text)
        return encodeNode(shown.kind === 'process' ? shown.process.pid : 0, 0, child.number);
    if (directory !== this.root || !NUMBER.test(text)) return -ENOENT;
    return this.#kernel.processes.byPid(Number(text)) ? encodeNode(Number(text), 0, CATALOGUE_ROOT) : -ENOENT;
  }

  parent(node: number): number {
    const { pid, entry } = decodeNode(node);
    if (entry === DESCRIPTOR_LINK || entry === DESCRIPTOR_OBJECT) return this.#descriptorsOf(pid);
    if (pid !== 0 && entry === CATALOGUE_ROOT) return this.root;
    const at = pid === 0 ? this.#machine.at(entry) : this.#process.at(entry);
    return encodeNode(pid, 0, at?.parent ?? CATALOGUE_ROOT);
  }

  attributes(node: number, out: Attributes): number {
    const shown = this.#shown(node);
    if (!shown) return -ENOENT;
    Object.assign(out, emptyAttributes());
    if (shown.kind === 'object') {
      const description = openDescription(this.#kernel, shown.process, shown.fd);
      return description === 0 ? -ENOENT : describedAttributes(this.#kernel, description, out);
    }
    out.device = this.device;
    out.ino = node;
    out.mode = this.#mode(shown);
    out.nlink = (out.mode & S_IFMT) === S_IFDIR ? this.#links(shown) : 1;
    const process = shown.kind === 'machine' ? null : shown.process;
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
    const shown = this.#shown(node);
    if (!shown) return -ENOENT;
    switch (shown.kind) {
      case 'object':
        return -EINVAL;
      case 'descriptor link':
        return descriptorTarget(this.#kernel, requireDescription(this.#kernel, shown.process, shown.fd));
      case 'process':
        return shown.at.entry.kind === 'link' ? shown.at.entry.target(shown.process) : -EINVAL;
      case 'machine':
        return shown.at.entry.kind === 'link' ? shown.at.entry.target(null) : -EINVAL;
    }
  }

  follow(node: number): Place | null {
    const shown = this.#shown(node);
    if (shown?.kind === 'process' && shown.at.entry.kind === 'link')
      return shown.at.entry.follow?.(shown.process) ?? null;
    if (shown?.kind !== 'descriptor link') return null;
    const description = requireDescription(this.#kernel, shown.process, shown.fd);
    return (
      placeOf(this.#kernel, description) ?? {
        fileSystem: this,
        node: encodeNode(shown.process.pid, shown.fd, DESCRIPTOR_OBJECT),
      }
    );
  }

  entry(directory: number, cookie: number): DirectoryEntry | null | number {
    const shown = this.#shown(directory);
    // The process ended while its directory was open.
    if (!shown) return null;
    if (cookie === 0) return this.#entry('.', directory, 1);
    if (cookie === 1) return this.#entry('..', this.parent(directory), 2);
    if (shown.kind === 'descriptor link' || shown.kind === 'object') return -ENOTDIR;
    const { entry, children } = shown.at;
    const pid = shown.kind === 'process' ? shown.process.pid : 0;
    if (entry.kind === 'descriptors' && shown.kind === 'process') {
      const fd = nextDescriptor(this.#kernel, shown.process, cookie - 2);
      return fd < 0 ? null : this.#entry(String(fd), encodeNode(pid, fd, DESCRIPTOR_LINK), 2 + fd + 1);
    }
    if (entry.kind !== 'directory') return -ENOTDIR;
    const child = children[cookie - 2];
    if (child) return this.#entry(child.entry.name, encodeNode(pid, 0, child.number), cookie + 1);
    return directory === this.root ? this.#processBehind(2 + children.length, cookie) : null;
  }

  /** Positions behind the fixed entries are pids, so that they stay when processes come and go. */
  #processBehind(first: number, cookie: number): DirectoryEntry | null {
    let next = Number.POSITIVE_INFINITY;
    for (const { pid } of this.#kernel.processes.all()) if (pid >= cookie - first && pid < next) next = pid;
    if (next === Number.POSITIVE_INFINITY) return null;
    return this.#entry(String(next), encodeNode(next, 0, CATALOGUE_ROOT), first + next + 1);
  }

  describe(node: number, flags: number): number {
    const shown = this.#shown(node);
    if (!shown) return -ENOENT;
    if (shown.kind === 'object') {
      const description = openDescription(this.#kernel, shown.process, shown.fd);
      return description === 0 ? -ENOENT : reopen(this.#kernel, shown.process, description, flags);
    }
    if ((flags & O_ACCMODE) !== O_RDONLY) return -EACCES;
    const place = { fileSystem: this, node };
    const operations =
      (this.#mode(shown) & S_IFMT) === S_IFDIR
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

  #shown(node: number): Shown | null {
    const { pid, fd, entry } = decodeNode(node);
    if (pid === 0) {
      const at = this.#machine.at(entry);
      return at && { kind: 'machine', at };
    }
    const process = this.#kernel.processes.byPid(pid);
    if (!process) return null;
    if (entry === DESCRIPTOR_LINK) return { kind: 'descriptor link', process, fd };
    if (entry === DESCRIPTOR_OBJECT) return { kind: 'object', process, fd };
    const at = this.#process.at(entry);
    return at && { kind: 'process', process, at };
  }

  #mode(shown: Shown): number {
    if (shown.kind === 'object') return 0;
    if (shown.kind === 'descriptor link') {
      const description = openDescription(this.#kernel, shown.process, shown.fd);
      return S_IFLNK | (description === 0 ? 0 : linkMode(this.#kernel, description));
    }
    const { entry } = shown.at;
    switch (entry.kind) {
      case 'file':
        return S_IFREG | entry.mode;
      case 'link':
        return S_IFLNK | 0o777;
      case 'descriptors':
        return S_IFDIR | 0o500;
      case 'directory':
        return S_IFDIR | 0o555;
    }
  }

  /** Itself, its own `.`, and each subdirectory's `..`. */
  #links(shown: Shown): number {
    if (shown.kind === 'object' || shown.kind === 'descriptor link') return 1;
    const inside = shown.at.children.filter(({ entry }) => entry.kind === 'directory' || entry.kind === 'descriptors');
    const processes =
      shown.kind === 'machine' && shown.at.number === CATALOGUE_ROOT ? this.#kernel.processes.all().length : 0;
    return 2 + inside.length + processes;
  }

  /** @throws Errno ESRCH when the process is gone, EISDIR */
  #content(node: number): Uint8Array {
    const shown = this.#shown(node);
    if (!shown) throw new Errno(ESRCH);
    if (shown.kind === 'machine' && shown.at.entry.kind === 'file') return encoder.encode(shown.at.entry.content(null));
    if (shown.kind === 'process' && shown.at.entry.kind === 'file')
      return encoder.encode(shown.at.entry.content(shown.process));
    throw new Errno(EISDIR);
  }

  #descriptorsOf(pid: number): number {
    const number = this.#process.at(CATALOGUE_ROOT)?.children.find(({ entry }) => entry.kind === 'descriptors')?.number;
    return encodeNode(pid, 0, number ?? CATALOGUE_ROOT);
  }

  #entry(name: string, node: number, next: number): DirectoryEntry {
    const shown = this.#shown(node);
    return {
      name: encoder.encode(name),
      ino: node,
      type: directoryEntryType(shown ? this.#mode(shown) : 0),
      next,
    };
  }
}

const notPermitted = (): number => -EPERM;
/** What Linux says of new names in /proc. */
const noSuchFile = (): number => -ENOENT;
