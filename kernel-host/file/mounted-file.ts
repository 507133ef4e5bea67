/** Open files and directories of mounted file systems: procfs, a folder of the host. */
import { EISDIR } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { type Attributes, emptyAttributes } from '../abi/stat.js';
import type { DirectoryEntry } from '../fs/file-system.js';
import type { MappedContent } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';
import { type FileOperations, unsupported } from './file-operations.js';

export class MountedFile implements FileOperations {
  readonly seekable = true;
  readonly readable = null;
  readonly writable = null;
  readonly ioctl = unsupported.ioctl;
  readonly place: Place;
  readonly #isDirectory: boolean;
  readonly #mapped: MappedContent;

  constructor(place: Place, isDirectory: boolean, mapped: MappedContent) {
    this.place = place;
    this.#isDirectory = isDirectory;
    this.#mapped = mapped;
  }

  read(_description: number, into: Uint8Array, position: number): number {
    if (this.#isDirectory) return -EISDIR;
    const { fileSystem, node } = this.place;
    this.#mapped.reading(fileSystem, node);
    return fileSystem.read(node, position, into);
  }

  write(_description: number, from: Uint8Array, position: number): number {
    const { fileSystem, node } = this.place;
    const count = fileSystem.write(node, position, from);
    if (count > 0) this.#mapped.written(fileSystem, node, position, from.subarray(0, count));
    return count;
  }

  poll(): number {
    return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
  }

  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    return this.place.fileSystem.attributes(this.place.node, out);
  }

  release(): void {
    this.place.fileSystem.close(this.place.node);
  }

  size(): number {
    const attributes = emptyAttributes();
    const result = this.attributes(0, attributes);
    return result < 0 ? result : attributes.size;
  }

  truncate(_description: number, size: number): number {
    const { fileSystem, node } = this.place;
    const result = fileSystem.truncate(node, size);
    if (result === 0) this.#mapped.truncated(fileSystem, node, size);
    return result;
  }

  sync(): number | Promise<number> {
    return this.place.fileSystem.sync(this.place.node);
  }

  entry(description: number, cookie: number): DirectoryEntry | null | number {
    return this.#isDirectory
      ? this.place.fileSystem.entry(this.place.node, cookie)
      : unsupported.entry(description, cookie);
  }
}
