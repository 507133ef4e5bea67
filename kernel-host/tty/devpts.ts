/** devpts: /dev/pts, which shows the terminals that there are (Linux, filesystems/devpts.rst). */
import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, EPERM } from '../abi/errno.js';
import { O_ACCMODE, O_RDONLY } from '../abi/fcntl.js';
import { type Attributes, directoryEntryType, emptyAttributes, S_IFCHR, S_IFDIR, S_IFMT } from '../abi/stat.js';
import { DEVICE_PTMX } from '../device/devices.js';
import type { AttributeChange, DirectoryEntry, FileSystem, StatFs, Timestamp } from '../fs/file-system.js';
import type { Place } from '../fs/vfs.js';
import type { Terminal, TerminalNumber } from './terminal.js';

const DEVPTS_SUPER_MAGIC = 0x1cd1;
const ROOT = 1;
const PTMX = 2;
/** The inode of /dev/pts/0. */
const FIRST = 3;
const NAME = /^(0|[1-9]\d*)$/;
const PERMISSIONS = 0o7777;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The terminals as the directory looks at them. */
interface Shown {
  readonly numbers: Iterable<TerminalNumber>;
  byNumber(number: number): Terminal | null;
  openMaster(place: Place, flags: number): number;
  openSlave(terminal: Terminal, flags: number): number;
  openDirectory(place: Place, flags: number): number;
}

export class DevPts implements FileSystem {
  readonly type = 'devpts';
  readonly device: number;
  readonly readOnly = false;
  readonly root = ROOT;
  readonly #shown: Shown;
  readonly #now: () => Timestamp;
  readonly #directory: Attributes;
  /** /dev/pts/ptmx, which nobody but root may open as it is made (ptmxmode=000); /dev/ptmx is the one to use. */
  readonly #ptmx: Attributes;

  constructor(device: number, shown: Shown, now: () => Timestamp) {
    this.device = device;
    this.#shown = shown;
    this.#now = now;
    const { seconds, nanoseconds } = now();
    const born = {
      ...emptyAttributes(),
      device,
      atime: seconds,
      mtime: seconds,
      ctime: seconds,
      atimeNanoseconds: nanoseconds,
      mtimeNanoseconds: nanoseconds,
      ctimeNanoseconds: nanoseconds,
    };
    this.#directory = { ...born, ino: ROOT, mode: S_IFDIR | 0o755, nlink: 2 };
    this.#ptmx = { ...born, ino: PTMX, mode: S_IFCHR, nlink: 1, rdev: DEVICE_PTMX };
  }

  place(terminal: Terminal): Place {
    terminal.attributes.device = this.device;
    terminal.attributes.ino = FIRST + terminal.number;
    return { fileSystem: this, node: FIRST + terminal.number };
  }

  lookup(directory: number, name: Uint8Array): number {
    if (directory !== ROOT) return -ENOTDIR;
    const text = decoder.decode(name);
    if (text === 'ptmx') return PTMX;
    return NAME.test(text) && this.#shown.byNumber(Number(text)) ? FIRST + Number(text) : -ENOENT;
  }

  parent(): number {
    return ROOT;
  }

  attributes(node: number, out: Attributes): number {
    const attributes = this.#attributes(node);
    if (!attributes) return -ENOENT;
    Object.assign(out, attributes);
    return 0;
  }

  setAttributes(node: number, change: AttributeChange): number {
    const attributes = this.#attributes(node);
    if (!attributes) return -ENOENT;
    const { mode, uid = -1, gid = -1, atime, mtime } = change;
    if (mode !== undefined) attributes.mode = (attributes.mode & S_IFMT) | (mode & PERMISSIONS);
    if (uid !== -1) attributes.uid = uid;
    if (gid !== -1) attributes.gid = gid;
    if (atime) [attributes.atime, attributes.atimeNanoseconds] = [atime.seconds, atime.nanoseconds];
    if (mtime) [attributes.mtime, attributes.mtimeNanoseconds] = [mtime.seconds, mtime.nanoseconds];
    const now = this.#now();
    attributes.ctime = now.seconds;
    attributes.ctimeNanoseconds = now.nanoseconds;
    return 0;
  }

  target(): number {
    return -EINVAL;
  }

  /** Behind the fixed entries positions are numbers of terminals, so that they stay when others come and go. */
  entry(directory: number, cookie: number): DirectoryEntry | null | number {
    if (directory !== ROOT) return -ENOTDIR;
    if (cookie === 0) return entry('.', ROOT, S_IFDIR, 1);
    if (cookie === 1) return entry('..', ROOT, S_IFDIR, 2);
    if (cookie === 2) return entry('ptmx', PTMX, S_IFCHR, FIRST);
    let next = Number.POSITIVE_INFINITY;
    for (const number of this.#shown.numbers) if (number >= cookie - FIRST && number < next) next = number;
    return next === Number.POSITIVE_INFINITY ? null : entry(String(next), FIRST + next, S_IFCHR, FIRST + next + 1);
  }

  describe(node: number, flags: number): number {
    const place = { fileSystem: this, node };
    if (node === ROOT) return (flags & O_ACCMODE) === O_RDONLY ? this.#shown.openDirectory(place, flags) : -EISDIR;
    if (node === PTMX) return this.#shown.openMaster(place, flags);
    const terminal = this.#shown.byNumber(node - FIRST);
    return terminal ? this.#shown.openSlave(terminal, flags) : -ENOENT;
  }

  /** `describe` makes the descriptions, and nothing is kept for them. */
  open(): number {
    return 0;
  }

  close(): void {}

  read(): number {
    return -EINVAL;
  }

  write(): number {
    return -EINVAL;
  }

  truncate(): number {
    return -EINVAL;
  }

  sync(): number {
    return 0;
  }

  create = denied;
  symlink = denied;
  link = notPermitted;
  unlink = notPermitted;
  rmdir = notPermitted;
  rename = notPermitted;

  statfs(): StatFs {
    return { type: DEVPTS_SUPER_MAGIC, blockSize: 4096, blocks: 0, freeBlocks: 0, files: 0, freeFiles: 0 };
  }

  #attributes(node: number): Attributes | null {
    if (node === ROOT) return this.#directory;
    if (node === PTMX) return this.#ptmx;
    const terminal = this.#shown.byNumber(node - FIRST);
    if (terminal) this.place(terminal);
    return terminal?.attributes ?? null;
  }
}

const entry = (name: string, ino: number, mode: number, next: number): DirectoryEntry => ({
  name: encoder.encode(name),
  ino,
  type: directoryEntryType(mode),
  next,
});

const denied = (): number => -EACCES;
const notPermitted = (): number => -EPERM;
