/**
 * Calls on files that a process's worker answers by itself, from the file system in kernel memory. Each gives its result,
 * -errno, or CROSS when only the kernel can answer: something is to be changed, a mounted file system is met, or the
 * description is shared.
 */
import { EBADF, EINVAL, EISDIR, ELOOP, EMFILE, ENOENT, ENOTDIR, ERANGE, ESPIPE } from '../abi/errno.js';
import {
  AT_FDCWD,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  NAME_MAX,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_CREATION,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_SETTABLE,
  O_TMPFILE_BIT,
  O_TRUNC,
  O_WRONLY,
  PATH_MAX,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  X_OK,
} from '../abi/fcntl.js';
import { type Attributes, directoryEntryType, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../abi/stat.js';
import { isMemoryDevice, readDevice, writeDevice } from '../device/devices.js';
import { ABSENT, DISTURBED, fileSize, nextDentry, readAttributes, readFile, readTarget } from '../fs/inode-reader.js';
import { CROSS, PathWalk } from '../fs/path-walk.js';
import {
  DENTRY,
  DESCRIPTION,
  INODE,
  INODE_LOCKED,
  KIND_DEVICE,
  KIND_DIRECTORY,
  KIND_FILE,
  KIND_KERNEL,
  SUPERBLOCK,
} from '../memory/layout.js';
import { beginRead, readIsValid } from '../memory/seqlock.js';
import type { ProcessView } from './process-view.js';

/** After so many walks that the kernel disturbed, it may answer itself. */
const ATTEMPTS = 20;
const DOT_DOT = new Uint8Array([0x2e, 0x2e]);
const SLASH = 0x2f;

/** Takes one directory entry; false when there is no room for it. `name` is valid during the call only. */
export type VisitEntry = (name: Uint8Array, ino: number, type: number, next: number) => boolean;

export class LocalFiles {
  readonly #process: ProcessView;
  readonly #walk: PathWalk;
  readonly #path = new Uint8Array(PATH_MAX);

  constructor(process: ProcessView) {
    this.#process = process;
    this.#walk = new PathWalk(process.memory);
  }

  openat(fd: number, path: Uint8Array, length: number, flags: number): number {
    if ((flags & (O_TRUNC | O_EXCL | O_TMPFILE_BIT)) !== 0) return CROSS;
    const process = this.#process;
    const { memory } = process;
    const start = this.#start(fd, path, length);
    if (start <= 0) return start;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const sequence = beginRead(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
      if (sequence & 1) continue;
      const inode = this.#walk.walk(path, 0, length, start, process.root, (flags & O_NOFOLLOW) === 0);
      if (inode === CROSS || (inode === 0 && (flags & O_CREAT) !== 0)) return CROSS;
      if (inode <= 0) {
        if (readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) return inode === 0 ? -ENOENT : inode;
        continue;
      }
      // What a disturbed walk found may be no inode: to count there would change some other record.
      if (!readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) continue;
      // Counted before the last look at the sequence: an unlink that comes after it sees the file open.
      const count = (inode >>> 2) + INODE.OPEN_COUNT_W;
      Atomics.add(memory.i32, count, 1);
      if (!readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) {
        Atomics.sub(memory.i32, count, 1);
        continue;
      }
      const opened = this.#opened(inode, flags);
      if (opened < 0) Atomics.sub(memory.i32, count, 1);
      return opened;
    }
    return CROSS;
  }

  #opened(inode: number, flags: number): number {
    const process = this.#process;
    const { memory } = process;
    const word = inode >>> 2;
    const type = (memory.u32[word + INODE.MODE_W] as number) & S_IFMT;
    const rdev = memory.u32[word + INODE.RDEV_W] as number;
    let kind = KIND_FILE;
    if (type === S_IFDIR) {
      if ((flags & O_ACCMODE) !== O_RDONLY || (flags & O_CREAT) !== 0) return -EISDIR;
      kind = KIND_DIRECTORY;
    } else if (type === S_IFCHR && isMemoryDevice(rdev)) kind = KIND_DEVICE;
    else if (type === S_IFLNK) return -ELOOP;
    else if (type !== S_IFREG) return CROSS;
    if (type !== S_IFDIR && ((flags & O_DIRECTORY) !== 0 || this.#walk.trailingSlash)) return -ENOTDIR;
    const description = process.takeSpare();
    if (description === 0) return CROSS;
    const fd = process.descriptors.allocate(description, (flags & O_CLOEXEC) !== 0);
    if (fd < 0) {
      process.returnSpare(description);
      return -EMFILE;
    }
    process.setField(description, DESCRIPTION.KIND_W, kind);
    process.setField(description, DESCRIPTION.FLAGS_W, flags & ~O_CREATION);
    process.setField(description, DESCRIPTION.OBJECT_W, inode);
    process.setField(description, DESCRIPTION.CURSOR_W, 0);
    process.setField(description, DESCRIPTION.SHARED_W, 0);
    process.setField(description, DESCRIPTION.RDEV_W, rdev);
    process.setOffset(description, 0);
    Atomics.store(memory.u32, (description >>> 2) + DESCRIPTION.REFERENCES_W, 1);
    return fd;
  }

  close(fd: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (!process.owns(description)) return CROSS;
    const { memory } = process;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    const references = (description >>> 2) + DESCRIPTION.REFERENCES_W;
    if (kind > KIND_DEVICE) {
      // Only the last descriptor's close is an event for what the description refers to.
      if (Atomics.load(memory.u32, references) === 1) return CROSS;
      Atomics.sub(memory.u32, references, 1);
      process.descriptors.clear(fd);
      return 0;
    }
    const word = process.field(description, DESCRIPTION.OBJECT_W) >>> 2;
    if (((memory.u32[word + INODE.FLAGS_W] as number) & INODE_LOCKED) !== 0 || memory.u32[word + INODE.NLINK_W] === 0)
      return CROSS;
    if (Atomics.load(memory.u32, references) === 1) {
      if (!process.returnSpare(description)) return CROSS;
      Atomics.sub(memory.i32, word + INODE.OPEN_COUNT_W, 1);
    }
    Atomics.sub(memory.u32, references, 1);
    process.descriptors.clear(fd);
    return 0;
  }

  read(fd: number, into: Uint8Array, at: number, length: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    if (kind > KIND_DEVICE) return CROSS;
    if ((process.field(description, DESCRIPTION.FLAGS_W) & O_ACCMODE) === O_WRONLY) return -EBADF;
    if (kind === KIND_DIRECTORY) return -EISDIR;
    if (kind === KIND_DEVICE) return readDevice(process.field(description, DESCRIPTION.RDEV_W), into, at, length);
    if (!process.owns(description)) return CROSS;
    const offset = process.offset(description);
    const count = readFile(process.memory, process.field(description, DESCRIPTION.OBJECT_W), offset, into, at, length);
    if (count === DISTURBED || count === ABSENT) return CROSS;
    if (count > 0) process.setOffset(description, offset + count);
    return count;
  }

  pread(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (process.field(description, DESCRIPTION.KIND_W) !== KIND_FILE) return CROSS;
    if ((process.field(description, DESCRIPTION.FLAGS_W) & O_ACCMODE) === O_WRONLY) return -EBADF;
    if (position < 0) return -EINVAL;
    const count = readFile(
      process.memory,
      process.field(description, DESCRIPTION.OBJECT_W),
      position,
      into,
      at,
      length,
    );
    return count === DISTURBED || count === ABSENT ? CROSS : count;
  }

  /** Only what goes to a memory device needs no kernel. */
  write(fd: number, length: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (process.field(description, DESCRIPTION.KIND_W) !== KIND_DEVICE) return CROSS;
    if ((process.field(description, DESCRIPTION.FLAGS_W) & O_ACCMODE) === O_RDONLY) return -EBADF;
    return writeDevice(process.field(description, DESCRIPTION.RDEV_W), length);
  }

  lseek(fd: number, distance: number, whence: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    if (kind > KIND_DEVICE) return kind === KIND_KERNEL ? CROSS : -ESPIPE;
    if (!process.owns(description)) return CROSS;
    let offset: number;
    if (whence === SEEK_SET) offset = distance;
    else if (whence === SEEK_CUR) offset = process.offset(description) + distance;
    else if (whence === SEEK_END && kind === KIND_FILE)
      offset = fileSize(process.memory, process.field(description, DESCRIPTION.OBJECT_W)) + distance;
    else return CROSS;
    if (offset < 0) return -EINVAL;
    if (offset > Number.MAX_SAFE_INTEGER) return CROSS;
    process.setOffset(description, offset);
    return offset;
  }

  fstat(fd: number, out: Attributes): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (process.field(description, DESCRIPTION.KIND_W) > KIND_DEVICE) return CROSS;
    return readAttributes(process.memory, process.field(description, DESCRIPTION.OBJECT_W), out) ? 0 : CROSS;
  }

  stat(fd: number, path: Uint8Array, length: number, follow: boolean, out: Attributes): number {
    const { memory } = this.#process;
    return this.#onPath(fd, path, length, follow, (inode) => (readAttributes(memory, inode, out) ? 0 : CROSS));
  }

  /** Everyone is root: what is there may be read and written; executed, when anybody may. Only that is left to the kernel. */
  access(fd: number, path: Uint8Array, length: number, mode: number): number {
    if ((mode & X_OK) !== 0) return CROSS;
    return this.#onPath(fd, path, length, true, existing);
  }

  readlink(fd: number, path: Uint8Array, length: number, into: Uint8Array, at: number, room: number): number {
    if (room <= 0) return -EINVAL;
    const { memory } = this.#process;
    return this.#onPath(fd, path, length, false, (inode) => {
      if (((memory.u32[(inode >>> 2) + INODE.MODE_W] as number) & S_IFMT) !== S_IFLNK) return -EINVAL;
      return readTarget(memory, inode, into, at, room);
    });
  }

  /** Writes the working directory's path with its NUL; the length with it. */
  getcwd(into: Uint8Array, at: number, room: number): number {
    const { memory, cwd, root } = this.#process;
    memory.catchUp();
    const sequence = beginRead(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
    if (cwd === 0 || (sequence & 1) !== 0) return CROSS;
    const { u32, u8 } = memory;
    const path = this.#path;
    let from = path.length - 1;
    path[from] = 0;
    for (let inode = cwd; inode !== root; ) {
      const dentry = u32[(inode >>> 2) + INODE.DENTRY_W] as number;
      const length = u32[(dentry >>> 2) + DENTRY.NAME_LENGTH_W] as number;
      // Removed, or longer than any path may be: the kernel knows what to say.
      if (dentry === 0 || length + 1 > from) return CROSS;
      from -= length;
      path.set(u8.subarray(dentry + DENTRY.NAME, dentry + DENTRY.NAME + length), from);
      path[--from] = SLASH;
      inode = u32[(dentry >>> 2) + DENTRY.PARENT_W] as number;
    }
    if (from === path.length - 1) path[--from] = SLASH;
    const count = path.length - from;
    if (!readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) return CROSS;
    if (room < count) return room === 0 ? -EINVAL : -ERANGE;
    into.set(path.subarray(from), at);
    return count;
  }

  /** Visits the entries from the description's position on, until `visit` has no more room; 0, -errno or CROSS. */
  entries(fd: number, visit: VisitEntry): number {
    const process = this.#process;
    const { memory } = process;
    const description = process.description(fd);
    if (description < 0) return description;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    if (kind > KIND_DEVICE || !process.owns(description)) return CROSS;
    if (kind !== KIND_DIRECTORY) return -ENOTDIR;
    const directory = process.field(description, DESCRIPTION.OBJECT_W);
    const startedAt = process.offset(description);
    const sequence = beginRead(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
    let cookie = startedAt;
    let cursor = process.field(description, DESCRIPTION.CURSOR_W);
    const { u32, u8 } = memory;
    const inoOf = (inode: number): number => u32[(inode >>> 2) + INODE.INO_W] as number;
    const typeOf = (inode: number): number => directoryEntryType(u32[(inode >>> 2) + INODE.MODE_W] as number);
    for (;;) {
      if (cookie < 2) {
        const own = u32[(directory >>> 2) + INODE.DENTRY_W] as number;
        const inode = cookie === 0 || own === 0 ? directory : (u32[(own >>> 2) + DENTRY.PARENT_W] as number);
        if (!visit(cookie === 0 ? DOT_DOT.subarray(1) : DOT_DOT, inoOf(inode), typeOf(inode), cookie + 1)) break;
        cookie++;
        continue;
      }
      const dentry = nextDentry(memory, directory, cookie, cursor);
      if (dentry === 0) break;
      const word = dentry >>> 2;
      const length = u32[word + DENTRY.NAME_LENGTH_W] as number;
      // No name is as long: `visit` has made no room for it.
      if (!(length <= NAME_MAX)) return CROSS;
      const name = u8.subarray(dentry + DENTRY.NAME, dentry + DENTRY.NAME + length);
      const inode = u32[word + DENTRY.INODE_W] as number;
      const next = u32[word + DENTRY.COOKIE_W] as number;
      if (!visit(name, inoOf(inode), typeOf(inode), next)) break;
      cookie = next;
      cursor = dentry;
    }
    // What was visited may be torn: the caller forgets it, and the kernel reads the same entries undisturbed.
    if (!readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) return CROSS;
    process.setOffset(description, cookie);
    process.setField(description, DESCRIPTION.CURSOR_W, cursor);
    return 0;
  }

  fcntl(fd: number, command: number, argument: number): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    switch (command) {
      case F_GETFD:
        return process.descriptors.closesOnExec(fd) ? FD_CLOEXEC : 0;
      case F_SETFD:
        process.descriptors.setClosesOnExec(fd, (argument & FD_CLOEXEC) !== 0);
        return 0;
      case F_GETFL:
        return process.field(description, DESCRIPTION.FLAGS_W);
      case F_SETFL:
        if (!process.owns(description)) return CROSS;
        process.setField(
          description,
          DESCRIPTION.FLAGS_W,
          (process.field(description, DESCRIPTION.FLAGS_W) & ~O_SETTABLE) | (argument & O_SETTABLE),
        );
        return 0;
      case F_DUPFD:
      case F_DUPFD_CLOEXEC:
        return this.duplicate(fd, argument, command === F_DUPFD_CLOEXEC);
      default:
        return CROSS;
    }
  }

  /** dup and F_DUPFD. */
  duplicate(fd: number, from: number, closesOnExec: boolean): number {
    const process = this.#process;
    const description = process.description(fd);
    if (description < 0) return description;
    if (from < 0 || from >= process.descriptors.limit) return -EINVAL;
    const references = (description >>> 2) + DESCRIPTION.REFERENCES_W;
    Atomics.add(process.memory.u32, references, 1);
    const duplicate = process.descriptors.allocate(description, closesOnExec, from);
    if (duplicate < 0) Atomics.sub(process.memory.u32, references, 1);
    return duplicate;
  }

  /** The inode that a path starts from, CROSS or -errno. */
  #start(fd: number, path: Uint8Array, length: number): number {
    const process = this.#process;
    if (length > 0 && path[0] === SLASH) return process.root;
    if (fd === AT_FDCWD) return process.cwd || CROSS;
    const description = process.description(fd);
    if (description < 0) return description;
    const kind = process.field(description, DESCRIPTION.KIND_W);
    if (kind === KIND_DIRECTORY) return process.field(description, DESCRIPTION.OBJECT_W);
    return kind === KIND_KERNEL ? CROSS : -ENOTDIR;
  }

  /** Runs `use` on the inode that a path names; its result counts only when the name space stood still meanwhile. */
  #onPath(fd: number, path: Uint8Array, length: number, follow: boolean, use: (inode: number) => number): number {
    const { memory, root } = this.#process;
    const start = this.#start(fd, path, length);
    if (start <= 0) return start;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const sequence = beginRead(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W);
      if (sequence & 1) continue;
      const inode = this.#walk.walk(path, 0, length, start, root, follow);
      // What a disturbed walk found may be no inode, and its sequence counter may lie nowhere.
      if (!readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) continue;
      if (inode === CROSS) return CROSS;
      const result = inode > 0 ? use(inode) : inode === 0 ? -ENOENT : inode;
      if (readIsValid(memory, SUPERBLOCK.NAMESPACE_SEQUENCE_W, sequence)) return result;
    }
    return CROSS;
  }
}

const existing = (): number => 0;
