import { S_IFDIR, S_IFMT } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import { INODE } from '../memory/layout.js';
import { isMountPoint, isProgram, namesIn } from './tree-walk.js';

/**
 * Removes a name of the root file system with all that is below it, in one step for guests that ask the kernel. Mounts, programs and
 * what `keep` says by its path stay, and the folders that they are in. Returns how many names went.
 * @param path of `name`, as `keep` is to know it
 */
export function removeTree(
  kernel: Kernel,
  directory: number,
  name: Uint8Array,
  path = '',
  keep: (path: string) => boolean = () => false,
): number {
  const { root } = kernel.vfs;
  const node = root.lookup(directory, name);
  if (node < 0 || isMountPoint(kernel, node) || isProgram(kernel, node) || keep(path)) return 0;
  if (!isDirectory(kernel, node)) return root.unlink(directory, name) === 0 ? 1 : 0;
  const decoder = new TextDecoder();
  let removed = 0;
  for (const child of namesIn(kernel, node))
    removed += removeTree(kernel, node, child, `${path}/${decoder.decode(child)}`, keep);
  // Not empty where something stays.
  return root.rmdir(directory, name) === 0 ? removed + 1 : removed;
}

export const isDirectory = ({ memory }: Kernel, node: number): boolean =>
  ((memory.u32[(node >>> 2) + INODE.MODE_W] as number) & S_IFMT) === S_IFDIR;
