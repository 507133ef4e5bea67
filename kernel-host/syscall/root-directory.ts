/** Where the paths of a process begin (chroot(2)), and where it is as seen from there (getcwd(2)). */
import { EINVAL, ENOTDIR, EPERM, ERANGE } from '../abi/errno.js';
import { PATH_MAX } from '../abi/fcntl.js';
import { S_IFDIR } from '../abi/stat.js';
import { MAY_EXECUTE } from '../fs/permissions.js';
import { changeRoot } from '../process/working-directory.js';
import type { Handler } from './call.js';

const SLASH = 0x2f;
/** getcwd(2): what is not below the root. */
const UNREACHABLE = new TextEncoder().encode('(unreachable)');

const chroot: Handler = (kernel, task, path) => {
  const place = kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true);
  if (kernel.vfs.type(place) !== S_IFDIR) return -ENOTDIR;
  kernel.vfs.check(place, MAY_EXECUTE);
  if (!task.process.credentials.privileged) return -EPERM;
  changeRoot(kernel, task.process, place);
  return 0;
};

/** Returns the length with its NUL, as Linux does. */
const getcwd: Handler = (kernel, task, buffer, size) => {
  if (size === 0) return -EINVAL;
  const { cwd, root } = task.process;
  const whole = kernel.vfs.path(cwd);
  const path = root ? below(kernel.vfs.path(root), whole) : whole;
  if (path.length >= Math.min(size >>> 0, PATH_MAX)) return -ERANGE;
  const bytes = task.memory.bytes(buffer, path.length + 1);
  bytes.set(path);
  bytes[path.length] = 0;
  return path.length + 1;
};

function below(root: Uint8Array, path: Uint8Array): Uint8Array {
  if (root.length === 1) return path;
  const starts = root.every((byte, i) => path[i] === byte);
  if (starts && path.length === root.length) return new Uint8Array([SLASH]);
  if (starts && path[root.length] === SLASH) return path.subarray(root.length);
  const told = new Uint8Array(UNREACHABLE.length + path.length);
  told.set(UNREACHABLE);
  told.set(path, UNREACHABLE.length);
  return told;
}

export const rootDirectoryCalls = { chroot, getcwd };
