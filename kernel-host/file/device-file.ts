/** Open memory devices. */
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import type { Attributes } from '../abi/stat.js';
import { readDevice, writeDevice } from '../device/devices.js';
import { readAttributes } from '../fs/inode-reader.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DESCRIPTION } from '../memory/layout.js';
import { type FileOperations, unsupported } from './file-operations.js';

export class DeviceFile implements FileOperations {
  readonly seekable = true;
  readonly readable = null;
  readonly writable = null;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly ioctl = unsupported.ioctl;
  readonly #memory: KernelMemory;
  readonly #fileSystem: MemoryFileSystem;

  constructor(memory: KernelMemory, fileSystem: MemoryFileSystem) {
    this.#memory = memory;
    this.#fileSystem = fileSystem;
  }

  read(description: number, into: Uint8Array): number {
    return readDevice(this.#word(description, DESCRIPTION.RDEV_W), into, 0, into.length);
  }

  write(description: number, from: Uint8Array): number {
    return writeDevice(this.#word(description, DESCRIPTION.RDEV_W), from.length);
  }

  poll(): number {
    return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
  }

  arm(): void {}

  attributes(description: number, out: Attributes): number {
    readAttributes(this.#memory, this.#word(description, DESCRIPTION.OBJECT_W), out);
    return 0;
  }

  release(description: number): void {
    this.#fileSystem.close(this.#word(description, DESCRIPTION.OBJECT_W));
  }

  /** Seeking to the end of a memory device stays at 0 (Linux: null_lseek). */
  size(): number {
    return 0;
  }

  #word(description: number, field: number): number {
    return this.#memory.u32[(description >>> 2) + field] as number;
  }
}
