/** What every machine has before anything of its own is put into it: the root's tree, /proc, terminals. */
import type { Kernel } from '../kernel.js';
import { mountProc } from '../proc/mount-proc.js';
import { plantRootTree } from './root-tree.js';

/**
 * @param names by which this machine is known besides its own.
 * @throws Errno ENOSPC when memory is exhausted.
 */
export function furnish(kernel: Kernel, names: readonly string[] = []): void {
  plantRootTree(kernel, names);
  mountProc(kernel);
  kernel.terminals.mount();
}
