/** Where a process is (POSIX chdir()). */
import { ENOTDIR } from '../abi/errno.js';
import { S_IFDIR } from '../abi/stat.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { PROCESS } from '../memory/layout.js';
import { hold, letGo } from './held-places.js';
import type { Process } from './process.js';

/** 0, or -errno. @throws Errno */
export function changeDirectory(kernel: Kernel, process: Process, place: Place): number {
  if (kernel.vfs.type(place) !== S_IFDIR) return -ENOTDIR;
  hold(place);
  letGo(process.cwd);
  setDirectory(kernel, process, place);
  return 0;
}

/** The process has a hold on it already. */
export function setDirectory(kernel: Kernel, process: Process, place: Place): void {
  process.cwd = place;
  // 0 where its own worker cannot go on from: it asks the kernel about relative paths then.
  kernel.memory.u32[(process.record >>> 2) + PROCESS.CWD_W] = place.fileSystem === kernel.vfs.root ? place.node : 0;
}
