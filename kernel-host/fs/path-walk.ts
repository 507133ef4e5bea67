/**
 * Path resolution (POSIX 4.16) over the shared directory index. One module for the kernel and for the process workers:
 * it only reads, and says so when a mounted file system is met, where only the kernel can go on.
 */
import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from '../abi/errno.js';
import { NAME_MAX, PATH_MAX, SYMLOOP_MAX } from '../abi/fcntl.js';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../abi/stat.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { DENTRY, INODE, INODE_MOUNT_POINT } from '../memory/layout.js';
import { findDentry } from './dentry.js';

const SLASH = 0x2f;
const DOT = 0x2e;

/** `PathWalk.walk` met a mount point: the kernel goes on. */
export const CROSS = -4096;

/**
 * A reusable walker: the results of the last walk stand in its fields, so that a walk allocates nothing.
 * Not re-entrant.
 */
export class PathWalk {
  readonly #memory: KernelMemory;
  /** The path being walked: grows in front when a symbolic link's target is put before what is left. */
  #path = new Uint8Array(PATH_MAX);
  #spare = new Uint8Array(PATH_MAX);

  /** Inode of the directory that holds the last component. */
  parent = 0;
  /** Dentry of the last component, 0 when there is none (or the path ends in `.`, `..` or `/`). */
  dentry = 0;
  /** The last component's name, when the walk was for its parent: `name[0..nameLength)`. */
  readonly name = new Uint8Array(NAME_MAX + 1);
  nameLength = 0;
  /** The path ended in a slash: what it names must be a directory. */
  trailingSlash = false;
  /** After CROSS: what is left of the path, and the inode that the rest starts from. */
  restFrom = 0;
  restLength = 0;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** After CROSS: the components not yet walked. Valid until the next walk. */
  get rest(): Uint8Array {
    return this.#path.subarray(this.restFrom, this.restLength);
  }

  /**
   * Resolves `bytes[from..to)`.
   * @param start inode that a relative path starts from.
   * @param root inode that an absolute path and `..` end at.
   * @param follow whether a symbolic link as the last component is followed.
   * @returns an inode's address, 0 when everything but the last component exists (`parent`, `name`), CROSS or -errno.
   */
  walk(bytes: Uint8Array, from: number, to: number, start: number, root: number, follow: boolean): number {
    if (to - from >= PATH_MAX) return -ENAMETOOLONG;
    if (to === from) return -ENOENT;
    this.#keep(bytes, from, to);
    const { u32, u8 } = this.#memory;
    let path = this.#path;
    let end = to - from;
    let at = 0;
    let links = 0;
    let inode = start;
    this.parent = inode;
    this.dentry = 0;
    this.nameLength = 0;
    this.trailingSlash = false;
    if (path[0] === SLASH) inode = root;
    for (;;) {
      while (at < end && path[at] === SLASH) at++;
      if (((u32[(inode >>> 2) + INODE.FLAGS_W] as number) & INODE_MOUNT_POINT) !== 0)
        return this.#cross(inode, at, end);
      if (at === end) {
        this.parent = inode;
        this.dentry = 0;
        this.nameLength = 0;
        return inode;
      }
      if (((u32[(inode >>> 2) + INODE.MODE_W] as number) & S_IFMT) !== S_IFDIR) return -ENOTDIR;
      const component = at;
      while (at < end && path[at] !== SLASH) at++;
      const length = at - component;
      let next = at;
      while (next < end && path[next] === SLASH) next++;
      const last = next === end;
      const slashed = next > at;
      if (path[component] === DOT && length === 1) {
        if (last) return this.#directory(inode);
        continue;
      }
      if (path[component] === DOT && length === 2 && path[component + 1] === DOT) {
        if (inode !== root) {
          const own = u32[(inode >>> 2) + INODE.DENTRY_W] as number;
          if (own !== 0) inode = u32[(own >>> 2) + DENTRY.PARENT_W] as number;
        }
        if (last) return this.#directory(inode);
        continue;
      }
      if (length > NAME_MAX) return -ENAMETOOLONG;
      const dentry = findDentry(this.#memory, inode, path, component, at);
      if (dentry === 0) {
        if (!last) return -ENOENT;
        return this.#missing(inode, component, length, slashed);
      }
      const found = u32[(dentry >>> 2) + DENTRY.INODE_W] as number;
      const type = (u32[(found >>> 2) + INODE.MODE_W] as number) & S_IFMT;
      if (type === S_IFLNK && (!last || follow || slashed)) {
        if (++links > SYMLOOP_MAX) return -ELOOP;
        const targetLength = u32[(found >>> 2) + INODE.COUNT_W] as number;
        const target = u32[(found >>> 2) + INODE.DATA_W] as number;
        const restLength = end - at;
        if (targetLength + restLength >= PATH_MAX) return -ENAMETOOLONG;
        const other = this.#spare;
        other.set(u8.subarray(target, target + targetLength));
        other.set(path.subarray(at, end), targetLength);
        this.#spare = path;
        this.#path = path = other;
        at = 0;
        end = targetLength + restLength;
        if (path[0] === SLASH) inode = root;
        continue;
      }
      if (last) {
        if (((u32[(found >>> 2) + INODE.FLAGS_W] as number) & INODE_MOUNT_POINT) !== 0)
          return this.#cross(found, end, end);
        this.#component(inode, component, length, slashed);
        this.dentry = dentry;
        if (slashed && type !== S_IFDIR) return -ENOTDIR;
        return found;
      }
      inode = found;
    }
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    this.#path.set(bytes.subarray(from, to));
  }

  #cross(inode: number, from: number, end: number): number {
    this.parent = inode;
    this.restFrom = from;
    this.restLength = end;
    return CROSS;
  }

  #component(parent: number, from: number, length: number, slashed: boolean): void {
    this.parent = parent;
    this.name.set(this.#path.subarray(from, from + length));
    this.nameLength = length;
    this.trailingSlash = slashed;
  }

  #missing(parent: number, from: number, length: number, slashed: boolean): number {
    this.#component(parent, from, length, slashed);
    this.dentry = 0;
    return 0;
  }

  /** The path ended in `.` or `..`. */
  #directory(inode: number): number {
    if (((this.#memory.u32[(inode >>> 2) + INODE.FLAGS_W] as number) & INODE_MOUNT_POINT) !== 0)
      return this.#cross(inode, 0, 0);
    this.parent = inode;
    this.dentry = 0;
    this.nameLength = 0;
    return inode;
  }
}
