/** Puts what an archive plan says into a folder. Synchronous: what is there when it begins is there until it has ended. */
import { PortsideError } from '../../protocol/errors.js';
import { S_IFDIR } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import type { ArchivePlan, Planned } from './archive-plan.js';
import { isMachineOwn, STALE_AFTER_IMPORT } from './machine-own.js';
import { isDirectory, removeTree } from './remove-tree.js';
import { checked, type Staging } from './staging.js';
import { decodeName, isMountPoint, isProgram, namesIn } from './tree-walk.js';

const encoder = new TextEncoder();

export class Placement {
  readonly #kernel: Kernel;
  readonly #folder: { readonly node: number; readonly path: string };
  readonly #plan: ArchivePlan<number>;
  readonly #staging: Staging;

  constructor(
    kernel: Kernel,
    folder: { readonly node: number; readonly path: string },
    plan: ArchivePlan<number>,
    staging: Staging,
  ) {
    this.#kernel = kernel;
    this.#folder = folder;
    this.#plan = plan;
    this.#staging = staging;
  }

  /**
   * Whether everything can take its place; changes nothing.
   * @param replace folders that stand in the way go
   * @throws PortsideError archive-in-the-way, archive-unsafe-path
   */
  check(replace: boolean): void {
    /** What is there of the planned directories; nothing below a directory that is not there can be in the way. */
    const directories = new Map<string, number>([['', this.#folder.node]]);
    for (const [path, planned] of this.#plan.entries) {
      const { parent, name } = split(path);
      const above = directories.get(parent);
      if (path === '' || above === undefined) continue;
      const there = this.#kernel.vfs.root.lookup(above, name);
      if (there < 0) continue;
      if (isMountPoint(this.#kernel, there) || isProgram(this.#kernel, there))
        throw new PortsideError('archive-unsafe-path', path);
      const standing = isDirectory(this.#kernel, there);
      if (planned.kind !== 'directory') {
        if (standing && !replace && namesIn(this.#kernel, there).length > 0)
          throw new PortsideError('archive-in-the-way', path);
      } else if (standing) directories.set(path, there);
    }
  }

  place(): void {
    const directories = new Map<string, number>([['', this.#folder.node]]);
    for (const [path, planned] of this.#plan.entries) {
      if (path === '') continue;
      const { parent, name } = split(path);
      const above = directories.get(parent);
      if (above === undefined) throw new TypeError(`${path} comes before its folder`);
      const node = this.#placeOne(above, name, planned);
      if (planned.kind === 'directory') directories.set(path, node);
    }
    // Backwards, for what is made in a directory changes its time.
    for (const [path, node] of [...directories].reverse()) this.#dress(node, this.#plan.entries.get(path));
    this.#dropStale();
  }

  /** Removes what the plan does not have. Returns how many names went. */
  removeOthers(): number {
    return this.#removeOthers(this.#folder.node, '');
  }

  #placeOne(directory: number, name: Uint8Array, planned: Planned<number>): number {
    const { root } = this.#kernel.vfs;
    const there = root.lookup(directory, name);
    const standing = there > 0 && isDirectory(this.#kernel, there);
    if (planned.kind === 'directory') {
      if (standing) return there;
      // A link is never gone through: the folder takes its place.
      if (there > 0) checked(root.unlink(directory, name));
      return checked(root.create(directory, name, S_IFDIR | 0o755, 0));
    }
    if (standing) removeTree(this.#kernel, directory, name);
    if (planned.kind === 'symlink') {
      const node = this.#staging.symlink(planned.target, directory, name);
      root.setAttributes(node, { mtime: planned.attributes.mtime });
      return node;
    }
    this.#dress(planned.content, planned);
    this.#staging.link(planned.content, directory, name);
    return planned.content;
  }

  /** Gives a node the permissions and the time that the archive has for it. */
  #dress(node: number, planned: Planned<number> | undefined): void {
    const attributes = planned?.attributes;
    if (!attributes) return;
    const { mode, mtime } = attributes;
    this.#kernel.vfs.root.setAttributes(node, { mode, mtime });
  }

  #removeOthers(directory: number, path: string): number {
    const { root } = this.#kernel.vfs;
    let removed = 0;
    for (const name of namesIn(this.#kernel, directory)) {
      const child = path === '' ? lenient(name) : `${path}/${lenient(name)}`;
      const at = `${this.#folder.path}/${child}`;
      const planned = this.#plan.entries.get(child);
      // The folders of the root itself are the machine's, whatever is in them.
      if (!planned && at.lastIndexOf('/') > 0) removed += removeTree(this.#kernel, directory, name, at, isMachineOwn);
      else if (planned?.kind === 'directory') removed += this.#removeOthers(root.lookup(directory, name), child);
    }
    // What went has changed its time.
    if (removed > 0) this.#dress(directory, this.#plan.entries.get(path));
    return removed;
  }

  /** Folders stay: who made them counts on them. */
  #dropStale(): void {
    const { root } = this.#kernel.vfs;
    let directory = root.root;
    for (const part of STALE_AFTER_IMPORT.slice(1).split('/')) {
      const child = root.lookup(directory, encoder.encode(part));
      if (child < 0 || !isDirectory(this.#kernel, child) || isMountPoint(this.#kernel, child)) return;
      directory = child;
    }
    this.#dropFiles(directory);
  }

  #dropFiles(directory: number): void {
    const { root } = this.#kernel.vfs;
    for (const name of namesIn(this.#kernel, directory)) {
      const child = root.lookup(directory, name);
      if (!isDirectory(this.#kernel, child)) root.unlink(directory, name);
      else if (!isMountPoint(this.#kernel, child)) this.#dropFiles(child);
    }
  }
}

function split(path: string): { readonly parent: string; readonly name: Uint8Array } {
  const slash = path.lastIndexOf('/');
  return { parent: slash < 0 ? '' : path.slice(0, slash), name: encoder.encode(path.slice(slash + 1)) };
}

/** A name that is not UTF-8 is in no plan. */
function lenient(name: Uint8Array): string {
  try {
    return decodeName(name);
  } catch {
    return new TextDecoder().decode(name);
  }
}
