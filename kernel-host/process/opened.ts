/** Reading what the kernel itself wants of a file: some file systems read only what is open. */
import { Errno } from '../abi/errno.js';
import { O_RDONLY } from '../abi/fcntl.js';
import type { Place } from '../fs/vfs.js';

/** What `read` gives of a file that is open meanwhile. @throws Errno as the file system's open; whatever `read` throws */
export function opened<Result>({ fileSystem, node }: Place, read: () => Result): Result {
  const status = fileSystem.open(node, O_RDONLY);
  if (status < 0) throw new Errno(-status);
  try {
    return read();
  } finally {
    fileSystem.close(node);
  }
}
