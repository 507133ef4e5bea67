/** mount(2) and umount2(2): a part of the tree at another place, memory of its own, what the kernel tells of itself. */
import { EBUSY, EINVAL, ENODEV, ENOMEM, ENOTDIR, EPERM, Errno } from '../abi/errno.js';
import { O_PATH } from '../abi/fcntl.js';
import { S_IFDIR } from '../abi/stat.js';
import { BoundFileSystem } from '../fs/bound-file-system.js';
import type { FileSystem } from '../fs/file-system.js';
import { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { Kernel } from '../kernel.js';
import { ProcFileSystem } from '../proc/proc-file-system.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';

/** linux/mount.h */
const MS_RDONLY = 1;
const MS_REMOUNT = 32;
const MS_BIND = 4096;
const MS_MOVE = 8192;
/** Said of what programs do there: there are no set-user-ID programs, and no times of access that cost anything. */
const WISHES = 2 | 4 | 8 | 16 | 64 | 128 | 1024 | 2048 | 32768 | (1 << 21) | (1 << 24) | (1 << 25);
const MS_REC = 16384;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED: one name space has nobody to share its mounts with. */
const PROPAGATION = (1 << 17) | (1 << 18) | (1 << 19) | (1 << 20);
const KNOWN = MS_RDONLY | MS_REMOUNT | MS_BIND | MS_REC | WISHES | PROPAGATION;

const MNT_FORCE = 1;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

const text = (task: Task, address: number): string =>
  address === 0 ? '' : new TextDecoder().decode(task.memory.string(address));

const mount: Handler = (kernel, task, sourceAt, targetAt, typeAt, flags) => {
  const { cwd, credentials } = task.process;
  const place = kernel.vfs.lookup(cwd, task.memory.path(targetAt), true);
  if (!credentials.privileged) return -EPERM;
  if ((flags & MS_MOVE) !== 0 || (flags & ~KNOWN) !== 0) return -EINVAL;
  if ((flags & PROPAGATION) !== 0) return 0;
  const readOnly = (flags & MS_RDONLY) !== 0;
  if ((flags & MS_REMOUNT) !== 0) return remount(place.fileSystem, place.node, readOnly);
  if ((flags & MS_BIND) !== 0) {
    const source = kernel.vfs.lookup(cwd, task.memory.path(sourceAt), true);
    if ((kernel.vfs.type(source) === S_IFDIR) !== (kernel.vfs.type(place) === S_IFDIR)) return -ENOTDIR;
    // Linux: a bind mount is made as what it shows is; another mount(2) makes it read-only.
    const held = source.fileSystem.open(source.node, O_PATH);
    if (held < 0) return held;
    const bound = new BoundFileSystem(source, false, () => source.fileSystem.close(source.node));
    kernel.vfs.cover(place, bound);
    return 0;
  }
  kernel.vfs.cover(place, create(kernel, text(task, typeAt), readOnly));
  return 0;
};

function remount(fileSystem: FileSystem, node: number, readOnly: boolean): number {
  if (!(fileSystem instanceof BoundFileSystem) || node !== fileSystem.root) return -EINVAL;
  fileSystem.readOnly = readOnly;
  return 0;
}

/** @throws Errno ENODEV for a kind that there is not, ENOMEM */
function create(kernel: Kernel, type: string, readOnly: boolean): FileSystem {
  const device = kernel.vfs.nextDevice;
  if (type === 'proc') {
    const proc = new ProcFileSystem(kernel, { device });
    return new BoundFileSystem({ fileSystem: proc, node: proc.root }, readOnly);
  }
  if (type !== 'tmpfs' && type !== 'ramfs') throw new Errno(ENODEV);
  let memory: MemoryFileSystem;
  try {
    memory = new MemoryFileSystem(kernel.memory, kernel.pages, kernel.clock, { device });
  } catch (cause) {
    throw new Errno(ENOMEM, { cause });
  }
  memory.setAttributes(memory.root, { mode: 0o1777 });
  memory.mapped = kernel.mappedFiles;
  return new BoundFileSystem({ fileSystem: memory, node: memory.root }, readOnly, () => memory.clear());
}

const umount2: Handler = (kernel, task, path, flags) => {
  if ((flags & ~(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW)) !== 0) return -EINVAL;
  const follow = (flags & UMOUNT_NOFOLLOW) === 0;
  const { fileSystem, node } = kernel.vfs.lookup(task.process.cwd, task.memory.path(path), follow);
  if (!task.process.credentials.privileged) return -EPERM;
  // What the machine began with stays.
  if (!(fileSystem instanceof BoundFileSystem) || node !== fileSystem.root) return -EINVAL;
  if ((flags & MNT_DETACH) === 0 && (fileSystem.busy || kernel.vfs.carries(fileSystem))) return -EBUSY;
  kernel.vfs.uncover(fileSystem);
  fileSystem.detach();
  return 0;
};

export const mountingCalls = { mount, umount2 };
