/** What the kernel asks of a file system. Nodes are numbers that the file system chooses; 0 is none. Results below 0 are -errno. */
import type { Attributes } from '../abi/stat.js';
import type { ExtendedAttributes } from './extended-attributes.js';
import type { Place } from './vfs.js';

export interface StatFs {
  /** f_type magic number (statfs(2)). */
  readonly type: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly files: number;
  readonly freeFiles: number;
}

/** Only the given fields change; -1 for an id and undefined for a time leave it. Times in whole seconds and nanoseconds. */
export interface AttributeChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly atime?: Timestamp;
  readonly mtime?: Timestamp;
}

export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface DirectoryEntry {
  readonly name: Uint8Array;
  readonly ino: number;
  /** DT_* */
  readonly type: number;
  /** Where the next read begins: what d_off says. */
  readonly next: number;
}

export interface FileSystem {
  /** As /proc/filesystems and /proc/mounts name it. */
  readonly type: string;
  /** st_dev */
  readonly device: number;
  readonly readOnly: boolean;
  /** What is forbidden in it by how it was mounted: MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC (mount(2)). */
  readonly restrictions?: number;
  readonly root: number;

  /** What it shows a part of, when it is none of its own: nodes of both are the same. */
  readonly origin?: FileSystem;
  /** Extended attributes (xattr(7)); absent where there are none. */
  readonly extended?: ExtendedAttributes | undefined;

  lookup(directory: number, name: Uint8Array): number;
  /** The directory above; the root's is itself. */
  parent(directory: number): number;
  /** Fills `out`; 0 or -errno. */
  attributes(node: number, out: Attributes): number;
  setAttributes(node: number, change: AttributeChange): number;
  /** A symbolic link's target. */
  target(node: number): Uint8Array | number;
  /**
   * Where a symbolic link leads, when that is a thing and not a path (proc(5): magic links); null for any other.
   * @throws Errno
   */
  follow?(node: number): Place | null;
  /** The entry behind `cookie` (0 at the beginning), `.` and `..` included; null at the end. */
  entry(directory: number, cookie: number): DirectoryEntry | null | number;

  create(directory: number, name: Uint8Array, mode: number, rdev: number): number;
  symlink(directory: number, name: Uint8Array, target: Uint8Array): number;
  link(directory: number, name: Uint8Array, node: number): number;
  unlink(directory: number, name: Uint8Array): number;
  rmdir(directory: number, name: Uint8Array): number;
  rename(from: number, fromName: Uint8Array, to: number, toName: Uint8Array, flags: number): number;

  /**
   * Opens a node whose descriptions the file system makes itself: a description with a reference for the caller, or
   * -errno. `open` and `close` are not called then.
   */
  describe?(node: number, flags: number): number;
  /** Called once for each open file description; paired with `close`. O_PATH only holds the node. 0 or -errno. */
  open(node: number, flags: number): number;
  close(node: number): void;
  /** Count, 0 at the end, or -errno. */
  read(node: number, position: number, into: Uint8Array): number;
  write(node: number, position: number, from: Uint8Array): number;
  truncate(node: number, size: number): number;
  /** Answers when what was written is as safe as the file system can make it; 0 or -errno. */
  sync(node: number): number | Promise<number>;
  statfs(): StatFs;
}
