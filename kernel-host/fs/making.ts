/** New nodes, whose they are (POSIX open(), mkdir(): owner and group). */
import { S_IFDIR, S_IFMT } from '../abi/stat.js';
import { groupIn, passesGroup, type Subject } from './permissions.js';
import type { Resolution, Vfs } from './vfs.js';

const SET_GROUP = 0o2000;

type Parent = Pick<Resolution, 'fileSystem' | 'directory' | 'node'>;

/** Makes something for a user, in a directory that it may write to; the node, or -errno. @throws Errno EACCES */
export function make(vfs: Vfs, parent: Parent, name: Uint8Array, mode: number, rdev: number, who: Subject): number {
  vfs.checkEdit(parent);
  const { fileSystem, directory } = parent;
  const above = vfs.attributes({ fileSystem, node: directory });
  const gid = groupIn(above, who);
  const inherits = (mode & S_IFMT) === S_IFDIR && passesGroup(above);
  const node = fileSystem.create(directory, name, inherits ? mode | SET_GROUP : mode, rdev);
  if (node > 0) own(parent, node, who.uid, gid);
  return node;
}

/** As `make`, of a symbolic link. */
export function makeLink(vfs: Vfs, parent: Parent, name: Uint8Array, target: Uint8Array, who: Subject): number {
  vfs.checkEdit(parent);
  const { fileSystem, directory } = parent;
  const gid = groupIn(vfs.attributes({ fileSystem, node: directory }), who);
  const node = fileSystem.symlink(directory, name, target);
  if (node > 0) own(parent, node, who.uid, gid);
  return node;
}

/** Of root it is already; a host's folder is what its own owner makes it. */
function own({ fileSystem }: Parent, node: number, uid: number, gid: number): void {
  if (uid !== 0 || gid !== 0) fileSystem.setAttributes(node, { uid, gid });
}
