/** A part of a file system as it is seen at another place (mount(2), MS_BIND): with a root of its own, and a count of who is in it. */
import { EROFS } from '../abi/errno.js';
import { MS_RDONLY } from '../abi/mount.js';
import type { Attributes } from '../abi/stat.js';
import type { AttributeChange, DirectoryEntry, FileSystem, StatFs } from './file-system.js';
import type { Place } from './vfs.js';

export class BoundFileSystem implements FileSystem {
  readonly origin: FileSystem;
  readonly root: number;
  /** There where the origin has it. */
  readonly describe?: NonNullable<FileSystem['describe']>;
  /** As the mount has it. */
  restrictions: number;
  #users = 0;
  /** Nobody finds it any more. */
  #detached = false;
  readonly #gone: () => void;

  /** @param gone is called when it is unmounted and nobody is in it. */
  constructor({ fileSystem, node }: Place, restrictions: number, gone: () => void = () => {}) {
    this.origin = fileSystem.origin ?? fileSystem;
    this.root = node;
    const describe = this.origin.describe?.bind(this.origin);
    if (describe) this.describe = describe;
    this.restrictions = restrictions;
    this.#gone = gone;
  }

  get type(): string {
    return this.origin.type;
  }

  get device(): number {
    return this.origin.device;
  }

  get readOnly(): boolean {
    return (this.restrictions & MS_RDONLY) !== 0 || this.origin.readOnly;
  }

  get extended() {
    return this.origin.extended;
  }

  get busy(): boolean {
    return this.#users > 0;
  }

  detach(): void {
    this.#detached = true;
    if (this.#users === 0) this.#gone();
  }

  lookup(directory: number, name: Uint8Array): number {
    return this.origin.lookup(directory, name);
  }

  parent(directory: number): number {
    return directory === this.root ? directory : this.origin.parent(directory);
  }

  attributes(node: number, out: Attributes): number {
    return this.origin.attributes(node, out);
  }

  setAttributes(node: number, change: AttributeChange): number {
    return this.readOnly ? -EROFS : this.origin.setAttributes(node, change);
  }

  target(node: number): Uint8Array | number {
    return this.origin.target(node);
  }

  follow(node: number): Place | null {
    return this.origin.follow?.(node) ?? null;
  }

  entry(directory: number, cookie: number): DirectoryEntry | null | number {
    return this.origin.entry(directory, cookie);
  }

  create(directory: number, name: Uint8Array, mode: number, rdev: number): number {
    return this.readOnly ? -EROFS : this.origin.create(directory, name, mode, rdev);
  }

  symlink(directory: number, name: Uint8Array, target: Uint8Array): number {
    return this.readOnly ? -EROFS : this.origin.symlink(directory, name, target);
  }

  link(directory: number, name: Uint8Array, node: number): number {
    return this.readOnly ? -EROFS : this.origin.link(directory, name, node);
  }

  unlink(directory: number, name: Uint8Array): number {
    return this.readOnly ? -EROFS : this.origin.unlink(directory, name);
  }

  rmdir(directory: number, name: Uint8Array): number {
    return this.readOnly ? -EROFS : this.origin.rmdir(directory, name);
  }

  rename(from: number, fromName: Uint8Array, to: number, toName: Uint8Array, flags: number): number {
    return this.readOnly ? -EROFS : this.origin.rename(from, fromName, to, toName, flags);
  }

  open(node: number, flags: number): number {
    const result = this.origin.open(node, flags);
    if (result >= 0) this.#users++;
    return result;
  }

  close(node: number): void {
    this.origin.close(node);
    if (--this.#users === 0 && this.#detached) this.#gone();
  }

  read(node: number, position: number, into: Uint8Array): number {
    return this.origin.read(node, position, into);
  }

  write(node: number, position: number, from: Uint8Array): number {
    return this.origin.write(node, position, from);
  }

  truncate(node: number, size: number): number {
    return this.readOnly ? -EROFS : this.origin.truncate(node, size);
  }

  sync(node: number): number | Promise<number> {
    return this.origin.sync(node);
  }

  statfs(): StatFs {
    return this.origin.statfs();
  }
}
