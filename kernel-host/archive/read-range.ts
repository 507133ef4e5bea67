/** The one place where an archive reads file content, so that content which is not in memory yet can be waited for here. */
import { Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';

/** Up to `length` bytes of a regular file of the root file system, fewer at its end. @throws Errno */
export async function readRange(
  kernel: Kernel,
  inode: number,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const count = kernel.vfs.root.read(inode, position, bytes);
  if (count < 0) throw new Errno(-count);
  return count === length ? bytes : bytes.slice(0, count);
}
