/** Extended attributes (xattr(7)): no file system here has them, and says so as one of Linux's without them does. */
import { EINVAL, EOPNOTSUPP, ERANGE } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { describe, type Handler } from './call.js';

/** xattr(7): XATTR_NAME_MAX. */
const LONGEST_NAME = 255;

type Find = (kernel: Kernel, task: Task, file: number) => void;
const followed: Find = (kernel, task, path) => void kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true);
const itself: Find = (kernel, task, path) => void kernel.vfs.lookup(task.process.cwd, task.memory.path(path), false);
const opened: Find = (_kernel, task, fd) => void describe(task, fd);

/** Getting, setting and removing one: the file and the name are looked at first. */
const one =
  (find: Find): Handler =>
  (kernel, task, file, nameAt) => {
    const name = task.memory.string(nameAt);
    if (name.length === 0 || name.length > LONGEST_NAME) return -ERANGE;
    find(kernel, task, file);
    return -EOPNOTSUPP;
  };

/** There are none. */
const list =
  (find: Find): Handler =>
  (kernel, task, file, _buffer, size) => {
    if (size < 0) return -EINVAL;
    find(kernel, task, file);
    return 0;
  };

export const extendedAttributeCalls = {
  xattr: one(followed),
  lxattr: one(itself),
  fxattr: one(opened),
  listxattr: list(followed),
  llistxattr: list(itself),
  flistxattr: list(opened),
};
