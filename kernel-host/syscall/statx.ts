/** statx(2) */
import { EINVAL } from '../abi/errno.js';
import { AT_EMPTY_PATH, AT_FDCWD, AT_NO_AUTOMOUNT, AT_STATX_SYNC_TYPE, AT_SYMLINK_NOFOLLOW } from '../abi/fcntl.js';
import { type Attributes, STATX_SIZE, writeStatx } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { attributesOf, describe, type Handler, startOf } from './call.js';

/** linux/stat.h: STATX__RESERVED. */
const RESERVED = 0x80000000 | 0;
const FLAGS = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;

/** Gives what there is, whatever was asked for, and says what that is. */
const statx: Handler = (kernel, task, fd, path, flags, mask, buffer) => {
  if ((mask & RESERVED) !== 0 || (flags & ~FLAGS) !== 0) return -EINVAL;
  if ((flags & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE) return -EINVAL;
  const bytes = task.memory.path(path);
  const own = bytes.length === 0 && (flags & AT_EMPTY_PATH) !== 0 && fd !== AT_FDCWD;
  const attributes = own ? attributesOf(kernel, describe(task, fd)) : named(kernel, task, fd, bytes, flags);
  const { view, at } = task.memory.struct(buffer, STATX_SIZE);
  writeStatx(view, at, attributes);
  return 0;
};

/** @throws Errno as looking a path up */
function named(kernel: Kernel, task: Task, fd: number, path: Uint8Array, flags: number): Attributes {
  if (path.length === 0 && (flags & AT_EMPTY_PATH) !== 0) return kernel.vfs.attributes(task.process.cwd);
  return kernel.vfs.attributes(kernel.vfs.lookup(startOf(kernel, task, fd), path, (flags & AT_SYMLINK_NOFOLLOW) === 0));
}

export const statxCalls = { statx };
