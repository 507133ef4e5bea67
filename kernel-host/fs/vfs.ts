/** The name space: mounted file systems joined into one tree, and path resolution across them. Kernel only. */
import { EACCES, EBUSY, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM, Errno } from '../abi/errno.js';
import { NAME_MAX, O_PATH, PATH_MAX, SYMLOOP_MAX } from '../abi/fcntl.js';
import { type Attributes, emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT } from '../abi/stat.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import type { FileSystem } from './file-system.js';
import { ROOT_DEVICE } from './inode-reader.js';
import type { MemoryFileSystem } from './memory-file-system.js';
import { CROSS, PathWalk } from './path-walk.js';
import { MAY_EXECUTE, MAY_WRITE, mayRemove, permits, type Subject } from './permissions.js';

/** A node of a mounted file system. */
export interface Place {
  readonly fileSystem: FileSystem;
  readonly node: number;
}

/** What a path leads to: the directory that holds the last component, its name, and the node if it exists. */
export interface Resolution {
  readonly fileSystem: FileSystem;
  readonly directory: number;
  /** Empty when the path ends in `.`, `..` or at a root: nothing can be made, removed or renamed there. */
  readonly name: Uint8Array;
  /** 0 when there is none. */
  readonly node: number;
  readonly trailingSlash: boolean;
}

/** Whose path it is that is resolved. */
export interface Walker {
  readonly credentials: Subject;
  /** Where absolute paths begin, and `..` ends; null: at the machine's root. */
  readonly root: Place | null;
}

interface Mount {
  readonly covered: Place;
  readonly fileSystem: FileSystem;
}

export interface MountedAt {
  readonly path: Uint8Array;
  readonly fileSystem: FileSystem;
}

const SLASH = 0x2f;
const DOT = 0x2e;

export class Vfs {
  readonly root: MemoryFileSystem;
  readonly #walk: PathWalk;
  readonly #mounts: Mount[] = [];
  readonly #attributes: Attributes = emptyAttributes();
  #lastDevice = ROOT_DEVICE;

  readonly #walker: () => Walker | null;

  /** @param walker whose call is answered; null: the host's own, who may do all. */
  constructor(memory: KernelMemory, root: MemoryFileSystem, walker: () => Walker | null = () => null) {
    this.root = root;
    this.#walker = walker;
    this.#walk = new PathWalk(memory);
  }

  get mounts(): readonly FileSystem[] {
    return this.#mounts.map((mount) => mount.fileSystem);
  }

  /** st_dev for the next file system that is mounted. */
  get nextDevice(): number {
    return ++this.#lastDevice;
  }

  /** The root and what is mounted, in the order it was. */
  get mountTable(): readonly MountedAt[] {
    return [
      { path: new Uint8Array([SLASH]), fileSystem: this.root },
      ...this.#mounts.map(({ covered, fileSystem }) => ({ path: this.path(covered), fileSystem })),
    ];
  }

  /**
   * Covers a directory with a file system; or a file, when the file system's root is none.
   * @throws Errno ENOENT, ENOTDIR, EISDIR, EBUSY
   */
  mount(path: Uint8Array, fileSystem: FileSystem): void {
    const place = this.lookup({ fileSystem: this.root, node: this.root.root }, path, true);
    // Devices, programs and other mounts lie there: nothing may cover them all.
    if (place.fileSystem === this.root && place.node === this.root.root) throw new Errno(EBUSY);
    this.cover(place, fileSystem);
  }

  /** As `mount`, for a place that was found. @throws Errno ENOTDIR, EISDIR */
  cover(place: Place, fileSystem: FileSystem): void {
    const isDirectory = this.type({ fileSystem, node: fileSystem.root }) === S_IFDIR;
    if (isDirectory !== (this.type(place) === S_IFDIR)) throw new Errno(isDirectory ? ENOTDIR : EISDIR);
    this.#mounts.push({ covered: place, fileSystem });
    if (place.fileSystem === this.root) this.root.setMountPoint(place.node, true);
    // A directory of another file system is held by an open description that nobody has.
    else place.fileSystem.open(place.node, O_PATH);
  }

  /** Whether something is mounted in it. */
  carries(fileSystem: FileSystem): boolean {
    return this.#mounts.some(({ covered }) => covered.fileSystem === fileSystem);
  }

  /** What it covered is seen again. */
  uncover(fileSystem: FileSystem): void {
    const at = this.#mounts.findIndex((mount) => mount.fileSystem === fileSystem);
    const [mount] = at < 0 ? [] : this.#mounts.splice(at, 1);
    if (!mount) return;
    const { covered } = mount;
    if (covered.fileSystem !== this.root) covered.fileSystem.close(covered.node);
    else if (
      !this.#mounts.some((other) => other.covered.fileSystem === this.root && other.covered.node === covered.node)
    )
      this.root.setMountPoint(covered.node, false);
  }

  type(place: Place): number {
    return this.attributes(place).mode & S_IFMT;
  }

  /** Valid until the next call. @throws Errno */
  attributes(place: Place): Attributes {
    const result = place.fileSystem.attributes(place.node, this.#attributes);
    if (result < 0) throw new Errno(-result);
    return this.#attributes;
  }

  /** What an existing path names. @throws Errno ENOENT and what else resolution gives. */
  lookup(start: Place, path: Uint8Array, follow: boolean): Place {
    const found = this.resolve(start, path, follow);
    if (found.node === 0) throw new Errno(ENOENT);
    return found;
  }

  /** @throws Errno ENOENT (a directory on the way, or an empty path), ENOTDIR, ELOOP, ENAMETOOLONG */
  resolve(start: Place, path: Uint8Array, follow: boolean): Resolution {
    if (path.length >= PATH_MAX) throw new Errno(ENAMETOOLONG);
    if (path.length === 0) throw new Errno(ENOENT);
    const walker = this.#walker();
    // What has to be asked at each step, or begins elsewhere.
    if (walker && (walker.root || !walker.credentials.privileged))
      return this.#continue(path[0] === SLASH ? this.#rootOf(walker) : start, path, follow, 0, walker);
    if (start.fileSystem !== this.root && path[0] !== SLASH) return this.#continue(start, path, follow, 0, null);
    const walk = this.#walk;
    const node = walk.walk(
      path,
      0,
      path.length,
      start.fileSystem === this.root ? start.node : this.root.root,
      this.root.root,
      follow,
    );
    if (node === CROSS)
      return this.#continue(
        this.#covering({ fileSystem: this.root, node: walk.parent }),
        walk.rest.slice(),
        follow,
        0,
        null,
      );
    if (node < 0) throw new Errno(-node);
    return {
      fileSystem: this.root,
      directory: walk.parent,
      name: walk.name.slice(0, walk.nameLength),
      node,
      trailingSlash: walk.trailingSlash,
    };
  }

  /** Whether the caller may do this with what is there. @throws Errno EACCES */
  check(place: Place, wanted: number, who = this.#walker()?.credentials): void {
    if (who && !permits(this.attributes(place), who, wanted)) throw new Errno(EACCES);
  }

  /** Whether the caller may make an entry in a directory, or take one out. @throws Errno EACCES, EPERM */
  checkEdit({ fileSystem, directory, node }: Pick<Resolution, 'fileSystem' | 'directory' | 'node'>): void {
    const who = this.#walker()?.credentials;
    if (!who || who.privileged) return;
    this.check({ fileSystem, node: directory }, MAY_WRITE | MAY_EXECUTE, who);
    if (node === 0) return;
    const above = { ...this.attributes({ fileSystem, node: directory }) };
    if (!mayRemove(above, this.attributes({ fileSystem, node }), who)) throw new Errno(EPERM);
  }

  #rootOf(walker: Walker | null): Place {
    return walker?.root ?? { fileSystem: this.root, node: this.root.root };
  }

  /** Resolves what is left of a path from a node of any file system, one component at a time. */
  #continue(start: Place, path: Uint8Array, follow: boolean, links: number, walker: Walker | null): Resolution {
    let place = path[0] === SLASH && links > 0 ? this.#rootOf(walker) : start;
    let at = 0;
    for (;;) {
      while (path[at] === SLASH) at++;
      if (at === path.length) return this.#self(place);
      const attributes = this.attributes(place);
      if ((attributes.mode & S_IFMT) !== S_IFDIR) throw new Errno(ENOTDIR);
      if (walker && !permits(attributes, walker.credentials, MAY_EXECUTE)) throw new Errno(EACCES);
      let end = at;
      while (end < path.length && path[end] !== SLASH) end++;
      if (end - at > NAME_MAX) throw new Errno(ENAMETOOLONG);
      const name = path.slice(at, end);
      let next = end;
      while (path[next] === SLASH) next++;
      const last = next === path.length;
      at = next;
      if (name.length === 1 && name[0] === 0x2e) continue;
      if (name.length === 2 && name[0] === 0x2e && name[1] === 0x2e) {
        place = this.#above(place, walker?.root ?? null);
        continue;
      }
      const { fileSystem } = place;
      const node = fileSystem.lookup(place.node, name);
      if (node < 0 && node !== -ENOENT) throw new Errno(-node);
      if (node < 0) {
        if (!last) throw new Errno(ENOENT);
        return { fileSystem, directory: place.node, name, node: 0, trailingSlash: end < path.length };
      }
      const found: Place = { fileSystem, node };
      const type = this.type(found);
      const slashed = end < path.length;
      if (type === S_IFLNK && (!last || follow || slashed)) {
        if (links >= SYMLOOP_MAX) throw new Errno(ELOOP);
        const jump = fileSystem.follow?.(node) ?? null;
        if (jump) {
          if (last && slashed && this.type(jump) !== S_IFDIR) throw new Errno(ENOTDIR);
          return this.#continue(jump, path.subarray(next), follow, links + 1, walker);
        }
        const target = fileSystem.target(node);
        if (typeof target === 'number') throw new Errno(-target);
        const rest = path.subarray(end);
        if (target.length + rest.length >= PATH_MAX) throw new Errno(ENAMETOOLONG);
        const joined = new Uint8Array(target.length + rest.length);
        joined.set(target);
        joined.set(rest, target.length);
        return this.#continue(place, joined, follow, links + 1, walker);
      }
      if (last) {
        const covering = this.#covering(found);
        if (covering !== found) return this.#self(covering);
        if (slashed && type !== S_IFDIR) throw new Errno(ENOTDIR);
        return { fileSystem, directory: place.node, name, node, trailingSlash: slashed };
      }
      place = this.#covering(found);
    }
  }

  #self(place: Place): Resolution {
    return {
      fileSystem: place.fileSystem,
      directory: place.node,
      name: new Uint8Array(0),
      node: place.node,
      trailingSlash: false,
    };
  }

  #covering(place: Place): Place {
    const mount = this.#mounts.findLast(
      ({ covered }) => covered.fileSystem === place.fileSystem && covered.node === place.node,
    );
    return mount ? this.#covering({ fileSystem: mount.fileSystem, node: mount.fileSystem.root }) : place;
  }

  #above(place: Place, root: Place | null): Place {
    if (place.fileSystem === root?.fileSystem && place.node === root.node) return place;
    if (place.node !== place.fileSystem.root)
      return { fileSystem: place.fileSystem, node: place.fileSystem.parent(place.node) };
    const mount = this.#mounts.find(({ fileSystem }) => fileSystem === place.fileSystem);
    return mount ? this.#above(mount.covered, root) : place;
  }

  /** The path of a place from the root: one of its paths, where it has several. @throws Errno ENOENT when it has no name any more */
  path(place: Place): Uint8Array {
    const parts: Uint8Array[] = [];
    let at = place;
    while (at.fileSystem !== this.root) {
      while (at.node !== at.fileSystem.root) {
        parts.unshift(this.#nameOf(at));
        at = { fileSystem: at.fileSystem, node: at.fileSystem.parent(at.node) };
      }
      const inner = at.fileSystem;
      const mount = this.#mounts.find(({ fileSystem }) => fileSystem === inner);
      if (!mount) break;
      at = mount.covered;
    }
    const head = this.root.path(at.node);
    if (!head) throw new Errno(ENOENT);
    if (parts.length === 0) return head;
    const bytes: number[] = head.length === 1 ? [] : [...head];
    for (const part of parts) bytes.push(SLASH, ...part);
    return new Uint8Array(bytes);
  }

  #nameOf(place: Place): Uint8Array {
    const parent = place.fileSystem.parent(place.node);
    const ino = this.attributes(place).ino;
    for (let cookie = 0; ; ) {
      const entry = place.fileSystem.entry(parent, cookie);
      if (entry === null || typeof entry === 'number') throw new Errno(ENOENT);
      if (entry.ino === ino && !isDots(entry.name)) return entry.name;
      cookie = entry.next;
    }
  }
}

/** `.` or `..` */
const isDots = (name: Uint8Array): boolean =>
  name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT));
