/** Puts procfs at /proc. */
import type { Kernel } from '../kernel.js';
import { ProcFileSystem } from './proc-file-system.js';

/** @throws Errno ENOENT, EBUSY when /proc is no empty place for it */
export function mountProc(kernel: Kernel): void {
  const { vfs } = kernel;
  vfs.mount(new TextEncoder().encode('/proc'), new ProcFileSystem(kernel, { device: vfs.nextDevice }));
}
