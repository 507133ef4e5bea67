/** What the kernel asks of whatever a description refers to (Linux: struct file_operations). Negative results are -errno. */
import { EINVAL, ENOTDIR, ENOTTY, ESPIPE } from '../abi/errno.js';
import type { Attributes } from '../abi/stat.js';
import type { DirectoryEntry } from '../fs/file-system.js';
import type { Place } from '../fs/vfs.js';
import type { Backing } from '../memory/mapping.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import type { Task } from '../process/task.js';

export interface FileOperations {
  /** False where lseek, pread and pwrite give ESPIPE. */
  readonly seekable: boolean;
  /** Where it lies in the tree; absent or null for what has no name there, and for what lies in kernel memory. */
  readonly place?: Place | null;
  /** What /proc/<pid>/fd says of what has no place and is no pipe, socket or device. */
  readonly kindName?: string;
  /** Milliseconds after which a call that waits gives EAGAIN (socket(7), SO_RCVTIMEO, SO_SNDTIMEO); absent or null: never. */
  readonly receiveTimeout?: number | null;
  readonly sendTimeout?: number | null;
  /** Takes what is written in one piece: what is left of that is not written after it. */
  readonly writesWhole?: boolean;
  /** Woken when `poll` may say more for readers, or for writers. */
  readonly readable: WaitQueue | null;
  readonly writable: WaitQueue | null;

  /** Count, 0 at the end, -EAGAIN when nothing is there yet. Never blocks. */
  read(description: number, into: Uint8Array, position: number): number;
  /**
   * Reads where waiting has rules of its own (a terminal's VMIN and VTIME): as a handler of a system call.
   * @param took hears of the count before the call returns.
   */
  readWaiting?(task: Task, into: Uint8Array, mayWait: boolean, took: (count: number) => void): number;
  /** Count, possibly less than asked, -EAGAIN when there is no room yet. Never blocks. */
  write(description: number, from: Uint8Array, position: number): number;
  /** POLLIN, POLLOUT, POLLHUP... that hold now. */
  poll(description: number): number;
  /** Called before a caller sleeps for these events: whoever works on the object outside the kernel must ring. */
  arm(description: number, events: number): void;
  attributes(description: number, out: Attributes): number;
  /** A process let go of it, and others have it still. */
  dropped?(): void;
  /** The last descriptor was closed. */
  release(description: number): void;

  /** What a second description refers to, opened by way of /proc/<pid>/fd; absent where the first one is shared instead. */
  share?(): FileOperations;

  /** What a shared mapping of it shows (mmap(2)); absent where it cannot be mapped. */
  map?(): Backing;

  size(description: number): number;
  truncate(description: number, size: number): number;
  sync(description: number): number | Promise<number>;
  entry(description: number, cookie: number): DirectoryEntry | null | number;
  ioctl(description: number, request: number, argument: number, memory: UserMemory): number;
}

/** What is not a file, a directory or a terminal answers these so. */
export const unsupported: Pick<FileOperations, 'size' | 'truncate' | 'sync' | 'entry' | 'ioctl'> = {
  size: () => -ESPIPE,
  truncate: () => -EINVAL,
  sync: () => -EINVAL,
  entry: () => -ENOTDIR,
  ioctl: () => -ENOTTY,
};
