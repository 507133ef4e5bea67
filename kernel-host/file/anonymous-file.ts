/** What files without a place in the tree, and of no kind that stat() knows, have in common (Linux: anon_inode). */
import { EINVAL } from '../abi/errno.js';
import type { Attributes } from '../abi/stat.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { type FileOperations, unsupported } from './file-operations.js';

export abstract class AnonymousFile implements FileOperations {
  readonly seekable = false;
  readonly writesWhole = true;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly ioctl = unsupported.ioctl;
  /** As /proc/<pid>/fd tells it. */
  readonly kindName: string;

  constructor(kindName: string) {
    this.kindName = kindName;
  }

  abstract readonly readable: WaitQueue;
  readonly writable: WaitQueue | null = null;

  read(_description: number, _into: Uint8Array): number {
    return -EINVAL;
  }

  write(_description: number, _from: Uint8Array): number {
    return -EINVAL;
  }

  abstract poll(): number;

  arm(): void {}

  attributes(_description: number, out: Attributes): number {
    out.mode = 0o600;
    out.nlink = 1;
    return 0;
  }

  abstract release(description: number): void;
}
