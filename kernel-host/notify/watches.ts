/**
 * Who watches which files of the file system in memory, and what they hear (inotify(7)). What processes do in their own workers nobody
 * would hear of: while something is watched, programs of `portside cc` ask the kernel for everything.
 */
import {
  IN_ALL_EVENTS,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_EXCL_UNLINK,
  IN_IGNORED,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_ONESHOT,
} from '../abi/inotify.js';
import { S_IFDIR, S_IFMT } from '../abi/stat.js';
import type { Journal } from '../fs/journal.js';
import type { MemoryFileSystem } from '../fs/memory-file-system.js';
import type { InotifyFile } from './inotify-file.js';

interface Watch {
  readonly file: InotifyFile;
  readonly number: number;
  readonly node: number;
  mask: number;
}

export class Watches {
  readonly #fileSystem: MemoryFileSystem;
  readonly #byNode = new Map<number, Set<Watch>>();
  readonly #byFile = new Map<InotifyFile, Map<number, Watch>>();
  readonly #activated: () => void;
  readonly #observer: Journal;
  /** The last number of each instance: they are not used again. */
  readonly #numbers = new WeakMap<InotifyFile, number>();
  #cookie = 0;
  /** What is being renamed; nothing is where it is empty. */
  #moved: ReadonlySet<number> = new Set();
  #links = false;
  #removed: (() => void)[] | null = null;
  #observing: Journal | null = null;
  /** Of files that are open and have none any more. */
  readonly #lastNames = new Map<number, { readonly directory: number; readonly name: Uint8Array }>();

  /** @param activated is called when something is watched that nothing was before, and the other way round. */
  constructor(fileSystem: MemoryFileSystem, activated: () => void) {
    this.#fileSystem = fileSystem;
    this.#activated = activated;
    this.#observer = {
      linked: (directory, name, node) => this.#linked(directory, name, node),
      unlinked: (directory, name, node) => this.#unlinked(directory, name, node),
      // Another name is no change of what its directory shows.
      changed: (node) => (this.#links ? this.#send(node, IN_ATTRIB) : this.tell(node, IN_ATTRIB)),
      written: (node) => this.tell(node, IN_MODIFY),
      truncated: (node) => this.tell(node, IN_MODIFY),
      released: (node) => this.#released(node),
    };
  }

  get active(): boolean {
    return this.#byNode.size > 0;
  }

  /** The number of the watch: the one that the instance has there already, or a new one. */
  add(file: InotifyFile, node: number, mask: number, adds: boolean): number {
    const own = this.#byFile.get(file) ?? new Map<number, Watch>();
    const known = this.#of(file, node);
    if (known) {
      known.mask = adds ? known.mask | mask : mask;
      return known.number;
    }
    const number = (this.#numbers.get(file) ?? 0) + 1;
    this.#numbers.set(file, number);
    const watch: Watch = { file, number, node, mask };
    this.#byFile.set(file, own.set(number, watch));
    const there = this.#byNode.get(node) ?? new Set<Watch>();
    const first = !this.active;
    this.#byNode.set(node, there.add(watch));
    if (first) this.#change();
    return number;
  }

  has(file: InotifyFile, node: number): boolean {
    return this.#of(file, node) !== undefined;
  }

  /** False where the instance has no such watch. */
  remove(file: InotifyFile, number: number): boolean {
    const watch = this.#byFile.get(file)?.get(number);
    if (watch) this.#end(watch);
    return watch !== undefined;
  }

  /** The instance is closed. */
  close(file: InotifyFile): void {
    for (const watch of this.#byFile.get(file)?.values() ?? []) this.#forget(watch);
    this.#byFile.delete(file);
  }

  /** Something happened to a file: its watchers hear it, and those of the directory that it has its name in. */
  tell(node: number, event: number): void {
    if (!this.active) return;
    const kind = this.#isDirectory(node) ? IN_ISDIR : 0;
    const name = this.#fileSystem.nameOf(node);
    const last = name ? undefined : this.#lastNames.get(node);
    if (name) this.#send(name.directory, event | kind, name.name);
    // What is open still is heard of by the name that it had, unless that is not wanted.
    else if (last) this.#send(last.directory, event | kind, last.name, 0, IN_EXCL_UNLINK);
    this.#send(node, event | kind);
  }

  /** These are unlinked and linked meanwhile because they are moved. */
  renaming<T>(moved: readonly number[], rename: () => T): T {
    this.#cookie++;
    this.#moved = new Set(moved);
    try {
      return rename();
    } finally {
      this.#moved = new Set();
    }
  }

  /** A directory that goes hears of it before the one that it was in (Linux: vfs_rmdir(), d_delete_notify()). */
  removing<T>(remove: () => T): T {
    const removed: (() => void)[] = [];
    this.#removed = removed;
    try {
      return remove();
    } finally {
      this.#removed = null;
      for (const tell of removed) tell();
    }
  }

  linking<T>(link: () => T): T {
    this.#links = true;
    try {
      return link();
    } finally {
      this.#links = false;
    }
  }

  #linked(directory: number, name: Uint8Array, node: number): void {
    const kind = this.#isDirectory(node) ? IN_ISDIR : 0;
    if (this.#moved.has(node)) {
      this.#send(directory, IN_MOVED_TO | kind, name, this.#cookie);
      this.#send(node, IN_MOVE_SELF);
    } else this.#send(directory, IN_CREATE | kind, name);
  }

  #unlinked(directory: number, name: Uint8Array, node: number): void {
    const kind = this.#isDirectory(node) ? IN_ISDIR : 0;
    if (this.#moved.has(node)) {
      this.#send(directory, IN_MOVED_FROM | kind, name, this.#cookie);
      return;
    }
    if (this.#fileSystem.links(node) === 0) this.#lastNames.set(node, { directory, name: name.slice() });
    // Its number of links is another; in a rename it makes room for what is moved.
    if (kind === 0) this.#send(node, IN_ATTRIB);
    if (this.#moved.size > 0) return;
    const tell = () => this.#send(directory, IN_DELETE | kind, name);
    if (this.#removed) this.#removed.push(tell);
    else tell();
  }

  #released(node: number): void {
    this.#lastNames.delete(node);
    for (const watch of [...(this.#byNode.get(node) ?? [])]) {
      if ((watch.mask & IN_DELETE_SELF) !== 0) watch.file.push(watch.number, IN_DELETE_SELF);
      this.#end(watch);
    }
  }

  /** @param unless watches with this flag do not hear it. */
  #send(node: number, mask: number, name?: Uint8Array, cookie = 0, unless = 0): void {
    const there = this.#byNode.get(node);
    if (!there) return;
    for (const watch of [...there]) {
      if ((watch.mask & mask & IN_ALL_EVENTS) === 0 || (watch.mask & unless) !== 0) continue;
      watch.file.push(watch.number, mask >>> 0, cookie, name?.slice());
      if ((watch.mask & IN_ONESHOT) !== 0) this.#end(watch);
    }
  }

  #isDirectory(node: number): boolean {
    return (this.#fileSystem.mode(node) & S_IFMT) === S_IFDIR;
  }

  #of(file: InotifyFile, node: number): Watch | undefined {
    for (const watch of this.#byNode.get(node) ?? []) if (watch.file === file) return watch;
    return undefined;
  }

  #end(watch: Watch): void {
    this.#forget(watch);
    this.#byFile.get(watch.file)?.delete(watch.number);
    watch.file.push(watch.number, IN_IGNORED);
  }

  #forget(watch: Watch): void {
    const there = this.#byNode.get(watch.node);
    there?.delete(watch);
    if (there?.size === 0) this.#byNode.delete(watch.node);
    if (!this.active) this.#change();
  }

  /** Listens to the file system beside whoever keeps it, while there is a watch. */
  #change(): void {
    const fileSystem = this.#fileSystem;
    if (this.active) {
      this.#observing = fileSystem.journal;
      fileSystem.journal = both(this.#observing, this.#observer);
    } else if (this.#observing) {
      fileSystem.journal = this.#observing;
      this.#lastNames.clear();
    }
    this.#activated();
  }
}

const both = (a: Journal, b: Journal): Journal => ({
  linked: (...told) => {
    a.linked(...told);
    b.linked(...told);
  },
  unlinked: (...told) => {
    a.unlinked(...told);
    b.unlinked(...told);
  },
  changed: (node) => {
    a.changed(node);
    b.changed(node);
  },
  written: (...told) => {
    a.written(...told);
    b.written(...told);
  },
  truncated: (...told) => {
    a.truncated(...told);
    b.truncated(...told);
  },
  released: (node) => {
    a.released(node);
    b.released(node);
  },
});
