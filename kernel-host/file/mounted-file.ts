/** Open files and directories of mounted file systems: procfs, a folder of the host. */
import { EISDIR } from '../abi/errno.js';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import { type Attributes, emptyAttributes } from '../abi/stat.js';
import type { DirectoryEntry } from '../fs/file-system.js';
import type { Place } from '../fs/vfs.js';
import { type FileOperations, unsupported } from './file-operations.js';

export class MountedFile implements FileOperations {
  readonly seekable = true;
  readonly readable = null;
  readonly writable = null;
  readonly ioctl = unsupported.ioctl;
  readonly place: Place;
  readonly #isDirectory: boolean;

  constructor(place: Place, isDirectory: boolean) {
    this.place = place;
    this.#isDirectory = isDirectory;
  }

  read(_description: number, into: Uint8Array, position: number): number {
    return this.#isDirectory ? -EISDIR : this.place.fileSystem.read(this.place.node, position, into);
  }

  write(_description: number, from: Uint8Array, position: number): number {
    return this.place.fileSystem.write(this.place.node, position, from);
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
    return this.place.fileSystem.truncate(this.place.node, size);
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
