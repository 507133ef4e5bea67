/** The one place where an archive reads file content: what is not in memory is waited for here. */
import { EIO, Errno } from '../abi/errno.js';
import { AbsentBlocks, ended } from '../fs/block-cache.js';
import type { Kernel } from '../kernel.js';

/** Up to `length` bytes of a regular file of the root file system, fewer at its end. @throws Errno */
export async function readRange(
  kernel: Kernel,
  inode: number,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = await readSome(kernel, inode, position + done, bytes.subarray(done));
    if (count < 0) throw new Errno(-count);
    if (count === 0) break;
    done += count;
  }
  return done === length ? bytes : bytes.slice(0, done);
}

async function readSome(kernel: Kernel, inode: number, position: number, into: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return kernel.vfs.root.read(inode, position, into);
    } catch (error) {
      if (!(error instanceof AbsentBlocks)) throw error;
      await ended(error.load);
      if (error.load.failed) return -EIO;
    }
  }
}
