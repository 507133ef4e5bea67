/** Open files and directories of the file system in kernel memory. */
import { EISDIR } from '../abi/errno.js';
import { O_ACCMODE, O_PATH, O_RDONLY } from '../abi/fcntl.js';
import { IN_ACCESS, IN_CLOSE_NOWRITE, IN_CLOSE_WRITE } from '../abi/inotify.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import type { Attributes } from '../abi/stat.js';
import type { DirectoryEntry } from '../fs/file-system.js';
import { fileSize, readAttributes } from '../fs/inode-reader.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DESCRIPTION, KIND_DIRECTORY } from '../memory/layout.js';
import type { Watches } from '../notify/watches.js';
import { type FileOperations, unsupported } from './file-operations.js';

export class InodeFile implements FileOperations {
  readonly seekable = true;
  readonly readable = null;
  readonly writable = null;
  readonly ioctl = unsupported.ioctl;
  readonly #memory: KernelMemory;
  readonly #fileSystem: MemoryFileSystem;
  readonly #watches: Watches;

  constructor(memory: KernelMemory, fileSystem: MemoryFileSystem, watches: Watches) {
    this.#memory = memory;
    this.#fileSystem = fileSystem;
    this.#watches = watches;
  }

  read(description: number, into: Uint8Array, position: number): number {
    if (this.#isDirectory(description)) return -EISDIR;
    const node = this.#inode(description);
    const count = this.#fileSystem.read(node, position, into);
    if (count > 0) this.#watches.tell(node, IN_ACCESS);
    return count;
  }

  write(description: number, from: Uint8Array, position: number): number {
    return this.#fileSystem.write(this.#inode(description), position, from);
  }

  /** Regular files never block (POSIX poll()). */
  poll(): number {
    return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
  }

  arm(): void {}

  attributes(description: number, out: Attributes): number {
    readAttributes(this.#memory, this.#inode(description), out);
    return 0;
  }

  release(description: number): void {
    const node = this.#inode(description);
    const flags = this.#memory.u32[(description >>> 2) + DESCRIPTION.FLAGS_W] as number;
    if ((flags & O_PATH) === 0)
      this.#watches.tell(node, (flags & O_ACCMODE) === O_RDONLY ? IN_CLOSE_NOWRITE : IN_CLOSE_WRITE);
    this.#fileSystem.close(node);
  }

  size(description: number): number {
    return fileSize(this.#memory, this.#inode(description));
  }

  truncate(description: number, size: number): number {
    return this.#fileSystem.truncate(this.#inode(description), size);
  }

  sync(): number | Promise<number> {
    return this.#fileSystem.sync();
  }

  entry(description: number, cookie: number): DirectoryEntry | null | number {
    if (!this.#isDirectory(description)) return unsupported.entry(description, cookie);
    const node = this.#inode(description);
    if (cookie === 0) this.#watches.tell(node, IN_ACCESS);
    return this.#fileSystem.entry(node, cookie);
  }

  #inode(description: number): number {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.OBJECT_W] as number;
  }

  #isDirectory(description: number): boolean {
    return this.#memory.u32[(description >>> 2) + DESCRIPTION.KIND_W] === KIND_DIRECTORY;
  }
}
