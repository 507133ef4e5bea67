/** inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2). */
import { EBADF, EEXIST, EINVAL, ENOTDIR, EOPNOTSUPP, Errno } from '../abi/errno.js';
import { O_RDONLY } from '../abi/fcntl.js';
import {
  IN_ALL_EVENTS,
  IN_CLOEXEC,
  IN_DONT_FOLLOW,
  IN_EXCL_UNLINK,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_NONBLOCK,
  IN_ONESHOT,
  IN_ONLYDIR,
} from '../abi/inotify.js';
import { S_IFDIR } from '../abi/stat.js';
import { MAY_READ } from '../fs/permissions.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { InotifyFile } from '../notify/inotify-file.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, install } from './call.js';

const MASK = IN_ALL_EVENTS | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT;

const inotifyInit1: Handler = (kernel, task, flags) => {
  if ((flags & ~(IN_NONBLOCK | IN_CLOEXEC)) !== 0) return -EINVAL;
  const file = new InotifyFile((closed) => kernel.watches.close(closed));
  const description = kernel.descriptions.create(KIND_KERNEL, O_RDONLY | (flags & IN_NONBLOCK), 0, file);
  return description < 0 ? description : install(kernel, task, description, (flags & IN_CLOEXEC) !== 0);
};

/** @throws Errno EBADF, EINVAL */
function instanceAt(kernel: Kernel, task: Task, fd: number): InotifyFile {
  if (fd < 0) throw new Errno(EBADF);
  const file = kernel.descriptions.kernelObject(describe(task, fd));
  if (!(file instanceof InotifyFile)) throw new Errno(EINVAL);
  return file;
}

/** What lies in other file systems than the one in memory changes without the kernel, and is not watched. */
const inotifyAddWatch: Handler = (kernel, task, fd, path, mask) => {
  if ((mask & IN_ALL_EVENTS) === 0 || (mask & ~MASK) !== 0) return -EINVAL;
  if ((mask & IN_MASK_ADD) !== 0 && (mask & IN_MASK_CREATE) !== 0) return -EINVAL;
  const file = instanceAt(kernel, task, fd);
  const place = kernel.vfs.lookup(task.process.cwd, task.memory.path(path), (mask & IN_DONT_FOLLOW) === 0);
  if ((mask & IN_ONLYDIR) !== 0 && kernel.vfs.type(place) !== S_IFDIR) return -ENOTDIR;
  kernel.vfs.check(place, MAY_READ);
  if (place.fileSystem !== kernel.vfs.root) return -EOPNOTSUPP;
  if ((mask & IN_MASK_CREATE) !== 0 && kernel.watches.has(file, place.node)) return -EEXIST;
  return kernel.watches.add(file, place.node, mask, (mask & IN_MASK_ADD) !== 0);
};

const inotifyRmWatch: Handler = (kernel, task, fd, number) =>
  kernel.watches.remove(instanceAt(kernel, task, fd), number) ? 0 : -EINVAL;

export const notificationCalls = { inotifyInit1, inotifyAddWatch, inotifyRmWatch };
