/** Extended attributes of files (setxattr(2), getxattr(2), listxattr(2), removexattr(2); xattr(7)). */
import { E2BIG, EEXIST, EINVAL, ENODATA, EOPNOTSUPP, EPERM, ERANGE, EROFS, Errno } from '../abi/errno.js';
import { type Attributes, S_IFDIR, S_IFMT, S_IFREG } from '../abi/stat.js';
import { bytesOfName, nameOfBytes } from '../fs/byte-name.js';
import type { ExtendedAttributes } from '../fs/extended-attributes.js';
import { MAY_READ, MAY_WRITE, owns, type Subject } from '../fs/permissions.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, placeOrNull } from './call.js';

/** limits.h: XATTR_NAME_MAX, XATTR_SIZE_MAX. */
const LONGEST_NAME = 255;
const LARGEST_VALUE = 65_536;
const XATTR_CREATE = 1;
const XATTR_REPLACE = 2;
const STICKY = 0o1000;

type Find = (kernel: Kernel, task: Task, file: number) => Place;
const followed: Find = (kernel, task, path) => kernel.vfs.lookup(task.process.cwd, task.memory.path(path), true);
const itself: Find = (kernel, task, path) => kernel.vfs.lookup(task.process.cwd, task.memory.path(path), false);
/** What has no place in the tree has no attributes either. */
const opened: Find = (kernel, task, fd) => {
  const place = placeOrNull(kernel, describe(task, fd));
  if (!place) throw new Errno(EOPNOTSUPP);
  return place;
};

/** xattr_resolve_name() of Linux: a namespace without a name. */
const BARE = new Set(['user.', 'trusted.', 'security.']);

/** @throws Errno ERANGE, EINVAL */
function nameAt(task: Task, address: number): string {
  const name = task.memory.string(address);
  if (name.length === 0 || name.length > LONGEST_NAME) throw new Errno(ERANGE);
  const text = nameOfBytes(name);
  if (BARE.has(text)) throw new Errno(EINVAL);
  return text;
}

/** @throws Errno EOPNOTSUPP for a file system without them */
function attributesAt({ fileSystem }: Place): ExtendedAttributes {
  if (!fileSystem.extended) throw new Errno(EOPNOTSUPP);
  return fileSystem.extended;
}

/**
 * Whether the caller may (xattr(7), "Extended attribute namespaces"): `user.` is of files and directories, and follows their permissions;
 * `trusted.` is root's; `security.` is read by all. There is nobody who gives `system.` a meaning.
 * @throws Errno EOPNOTSUPP, EPERM, ENODATA, EACCES
 */
function checkNamespace(kernel: Kernel, place: Place, who: Subject, name: string, writes: boolean): void {
  const attributes = kernel.vfs.attributes(place);
  if (name.startsWith('user.')) {
    checkUser(kernel, place, { ...attributes }, who, writes);
    return;
  }
  if (name.startsWith('trusted.')) {
    if (!who.privileged) throw new Errno(writes ? EPERM : ENODATA);
    return;
  }
  if (!name.startsWith('security.')) throw new Errno(EOPNOTSUPP);
  if (writes && !who.privileged) throw new Errno(EPERM);
}

function checkUser(kernel: Kernel, place: Place, attributes: Attributes, who: Subject, writes: boolean): void {
  const type = attributes.mode & S_IFMT;
  if (type !== S_IFREG && type !== S_IFDIR) throw new Errno(writes ? EPERM : ENODATA);
  if (writes && type === S_IFDIR && (attributes.mode & STICKY) !== 0 && !owns(attributes, who)) throw new Errno(EPERM);
  kernel.vfs.check(place, writes ? MAY_WRITE : MAY_READ);
}

const setter =
  (find: Find): Handler =>
  (kernel, task, file, nameAddress, valueAt, size, flags) => {
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL;
    const name = nameAt(task, nameAddress);
    if (size >>> 0 > LARGEST_VALUE) return -E2BIG;
    const value = size === 0 ? new Uint8Array(0) : task.memory.bytes(valueAt, size);
    const place = find(kernel, task, file);
    if (place.fileSystem.readOnly) return -EROFS;
    const extended = attributesAt(place);
    checkNamespace(kernel, place, task.process.credentials, name, true);
    const known = extended.get(place.node, name) !== undefined;
    if ((flags & XATTR_CREATE) !== 0 && known) return -EEXIST;
    if ((flags & XATTR_REPLACE) !== 0 && !known) return -ENODATA;
    return extended.set(place.node, name, value);
  };

/** Copies out as much as there is; with no room, the count that it needs. */
function give(task: Task, address: number, room: number, bytes: Uint8Array): number {
  if (room === 0) return bytes.length;
  if (bytes.length > room >>> 0) return -ERANGE;
  task.memory.bytes(address, bytes.length).set(bytes);
  return bytes.length;
}

const getter =
  (find: Find): Handler =>
  (kernel, task, file, nameAddress, valueAt, size) => {
    const name = nameAt(task, nameAddress);
    const place = find(kernel, task, file);
    const extended = attributesAt(place);
    checkNamespace(kernel, place, task.process.credentials, name, false);
    const value = extended.get(place.node, name);
    return value === undefined ? -ENODATA : give(task, valueAt, size, value);
  };

const remover =
  (find: Find): Handler =>
  (kernel, task, file, nameAddress) => {
    const name = nameAt(task, nameAddress);
    const place = find(kernel, task, file);
    if (place.fileSystem.readOnly) return -EROFS;
    const extended = attributesAt(place);
    checkNamespace(kernel, place, task.process.credentials, name, true);
    return extended.remove(place.node, name);
  };

const lister =
  (find: Find): Handler =>
  (kernel, task, file, listAt, size) => {
    const place = find(kernel, task, file);
    const { privileged } = task.process.credentials;
    const all = place.fileSystem.extended?.all(place.node) ?? [];
    const names = all.filter(({ name }) => privileged || !name.startsWith('trusted.')).map(({ name }) => `${name}\0`);
    return give(task, listAt, size, bytesOfName(names.join('')));
  };

export const extendedAttributeCalls = {
  setxattr: setter(followed),
  lsetxattr: setter(itself),
  fsetxattr: setter(opened),
  getxattr: getter(followed),
  lgetxattr: getter(itself),
  fgetxattr: getter(opened),
  listxattr: lister(followed),
  llistxattr: lister(itself),
  flistxattr: lister(opened),
  removexattr: remover(followed),
  lremovexattr: remover(itself),
  fremovexattr: remover(opened),
};
