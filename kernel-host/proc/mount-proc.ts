/** Puts procfs at /proc. */
import type { Kernel } from '../kernel.js';
import { ProcFileSystem } from './proc-file-system.js';

/** @param processors the host's logical processors. @throws Errno ENOENT, EBUSY when /proc is no empty place for it */
export function mountProc(kernel: Kernel, processors: number): void {
  const { vfs } = kernel;
  vfs.mount(new TextEncoder().encode('/proc'), new ProcFileSystem(kernel, { device: vfs.nextDevice, processors }));
}
