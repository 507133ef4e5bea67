/** Whose a file is, and what it lets whom do (POSIX chmod(), chown()). */
import { EPERM } from '../abi/errno.js';
import { S_IFMT, S_IFREG } from '../abi/stat.js';
import { owns } from '../fs/permissions.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { UNCHANGED } from '../process/credentials.js';
import type { Task } from '../process/task.js';

const SET_USER = 0o4000;
const SET_GROUP = 0o2000;
const GROUP_EXECUTES = 0o010;

/** 0, or -errno. */
export function changeMode(kernel: Kernel, { process }: Task, place: Place, mode: number): number {
  const { credentials } = process;
  const attributes = kernel.vfs.attributes(place);
  if (!owns(attributes, credentials)) return -EPERM;
  // POSIX chmod(): a file of a group that one is not in does not come to lend it.
  const lends = credentials.privileged || credentials.inGroup(attributes.gid);
  return place.fileSystem.setAttributes(place.node, { mode: lends ? mode : mode & ~SET_GROUP });
}

/** Signed ids of 32 bits, -1 for one that stays. 0, or -errno. */
export function changeOwner(kernel: Kernel, { process }: Task, place: Place, uid: number, gid: number): number {
  const { credentials } = process;
  const { mode, ...now } = kernel.vfs.attributes(place);
  const [user, group] = [uid >>> 0, gid >>> 0];
  if (user === UNCHANGED && group === UNCHANGED && !credentials.privileged) return 0;
  if (!credentials.privileged) {
    // POSIX chown(), _POSIX_CHOWN_RESTRICTED: owners give files to groups of their own, and away to nobody.
    if (credentials.uid !== now.uid || (user !== UNCHANGED && user !== now.uid)) return -EPERM;
    if (group !== UNCHANGED && group !== now.gid && !credentials.inGroup(group)) return -EPERM;
  }
  const result = place.fileSystem.setAttributes(place.node, { uid, gid });
  if (result < 0 || (mode & S_IFMT) !== S_IFREG) return result;
  // What ran as another runs so no more (Linux: for root as well).
  const lost = SET_USER | ((mode & GROUP_EXECUTES) !== 0 ? SET_GROUP : 0);
  return (mode & lost) === 0 ? 0 : place.fileSystem.setAttributes(place.node, { mode: mode & ~lost & 0o7777 });
}
