/** mount(2) and umount2(2): a part of the tree at another place, memory of its own, what the kernel tells of itself. */
import { EBUSY, EINVAL, ENODEV, ENOMEM, ENOTDIR, EPERM, Errno } from '../abi/errno.js';
import { O_PATH } from '../abi/fcntl.js';
import {
  MNT_DETACH,
  MNT_FORCE,
  MS_BIND,
  MS_PROPAGATION,
  MS_REC,
  MS_REMOUNT,
  MS_RESTRICTIONS,
  MS_TIMING,
  UMOUNT_NOFOLLOW,
} from '../abi/mount.js';
import { S_IFDIR } from '../abi/stat.js';
import { BoundFileSystem } from '../fs/bound-file-system.js';
import type { AttributeChange, FileSystem } from '../fs/file-system.js';
import { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { Kernel } from '../kernel.js';
import { ProcFileSystem } from '../proc/proc-file-system.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';

const KNOWN = MS_RESTRICTIONS | MS_REMOUNT | MS_BIND | MS_REC | MS_TIMING | MS_PROPAGATION;

const text = (task: Task, address: number): string =>
  address === 0 ? '' : new TextDecoder().decode(task.memory.string(address));

const mount: Handler = (kernel, task, sourceAt, targetAt, typeAt, flags, dataAt) => {
  const { cwd, credentials } = task.process;
  const place = kernel.vfs.lookup(cwd, task.memory.path(targetAt), true);
  if (!credentials.privileged) return -EPERM;
  if ((flags & ~KNOWN) !== 0) return -EINVAL;
  // One name space has nobody to share its mounts with.
  if ((flags & MS_PROPAGATION) !== 0) return 0;
  const restrictions = flags & MS_RESTRICTIONS;
  if ((flags & MS_REMOUNT) !== 0) return remount(place.fileSystem, place.node, restrictions);
  if ((flags & MS_BIND) !== 0) {
    const source = kernel.vfs.lookup(cwd, task.memory.path(sourceAt), true);
    if ((kernel.vfs.type(source) === S_IFDIR) !== (kernel.vfs.type(place) === S_IFDIR)) return -ENOTDIR;
    // Linux: a bind mount is made as what it shows is; another mount(2) forbids more.
    const held = source.fileSystem.open(source.node, O_PATH);
    if (held < 0) return held;
    const bound = new BoundFileSystem(source, source.fileSystem.restrictions ?? 0, () =>
      source.fileSystem.close(source.node),
    );
    kernel.vfs.cover(place, bound);
    return 0;
  }
  kernel.vfs.cover(place, create(kernel, text(task, typeAt), restrictions, text(task, dataAt)));
  return 0;
};

function remount(fileSystem: FileSystem, node: number, restrictions: number): number {
  if (!(fileSystem instanceof BoundFileSystem) || node !== fileSystem.root) return -EINVAL;
  fileSystem.restrictions = restrictions;
  return 0;
}

/** @throws Errno ENODEV for a kind that there is not, EINVAL for options, ENOMEM */
function create(kernel: Kernel, type: string, restrictions: number, options: string): FileSystem {
  const device = kernel.vfs.nextDevice;
  if (type === 'proc') {
    const proc = new ProcFileSystem(kernel, { device });
    return new BoundFileSystem({ fileSystem: proc, node: proc.root }, restrictions);
  }
  if (type !== 'tmpfs' && type !== 'ramfs') throw new Errno(ENODEV);
  const rootAttributes = parseOptions(options);
  let memory: MemoryFileSystem;
  try {
    memory = new MemoryFileSystem(kernel.memory, kernel.pages, kernel.clock, { device });
  } catch (cause) {
    throw new Errno(ENOMEM, { cause });
  }
  memory.setAttributes(memory.root, rootAttributes);
  memory.mapped = kernel.mappedFiles;
  return new BoundFileSystem({ fileSystem: memory, node: memory.root }, restrictions, () => memory.clear());
}

/** tmpfs(5): whose its root is. There is no limit but memory's, so that none can be asked for. @throws Errno EINVAL */
function parseOptions(options: string): AttributeChange {
  const change = { mode: 0o1777, uid: 0, gid: 0 };
  for (const option of options.split(',').filter((option) => option !== '')) {
    const [, name, value] = /^(mode|uid|gid)=(\d{1,10})$/.exec(option) ?? [];
    if (name === 'mode' && /^[0-7]+$/.test(value ?? '')) change.mode = Number.parseInt(value ?? '', 8) & 0o7777;
    else if (name === 'uid' || name === 'gid') change[name] = Number(value);
    else throw new Errno(EINVAL);
  }
  return change;
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
