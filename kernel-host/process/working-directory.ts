/** Where a process is (POSIX chdir()). */
import { ENOTDIR } from '../abi/errno.js';
import { S_IFDIR } from '../abi/stat.js';
import { MAY_EXECUTE } from '../fs/permissions.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { PROCESS } from '../memory/layout.js';
import { hold, letGo } from './held-places.js';
import type { Process } from './process.js';

/** 0, or -errno. @throws Errno */
export function changeDirectory(kernel: Kernel, process: Process, place: Place): number {
  if (kernel.vfs.type(place) !== S_IFDIR) return -ENOTDIR;
  kernel.vfs.check(place, MAY_EXECUTE);
  hold(place);
  letGo(process.cwd);
  setDirectory(kernel, process, place);
  return 0;
}

/** Its paths begin there from now on. @throws Errno */
export function changeRoot(kernel: Kernel, process: Process, place: Place): void {
  hold(place);
  if (process.root) letGo(process.root);
  setRoot(kernel, process, place);
}

/** The process has a hold on it already. */
export function setRoot(kernel: Kernel, process: Process, place: Place): void {
  process.root = place;
  // For a worker that opens files by itself; one that cannot go on from there asks the kernel, as its process is no more alone.
  if (place.fileSystem === kernel.vfs.root) kernel.memory.u32[(process.record >>> 2) + PROCESS.ROOT_W] = place.node;
}

/** The process has a hold on it already. */
export function setDirectory(kernel: Kernel, process: Process, place: Place): void {
  process.cwd = place;
  // 0 where its own worker cannot go on from: it asks the kernel about relative paths then.
  kernel.memory.u32[(process.record >>> 2) + PROCESS.CWD_W] = place.fileSystem === kernel.vfs.root ? place.node : 0;
}
