/** What MemoryFileSystem should do, as plainly as it can be said: a tree of objects. */
import { EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM } from '../../../kernel-host/abi/errno.js';

export interface ModelFile {
  readonly kind: 'file';
  content: Uint8Array;
  nlink: number;
}
export interface ModelLink {
  readonly kind: 'link';
  readonly target: string;
  nlink: number;
}
export interface ModelDirectory {
  readonly kind: 'directory';
  readonly entries: Map<string, ModelNode>;
}
export type ModelNode = ModelFile | ModelLink | ModelDirectory;

export const directory = (): ModelDirectory => ({ kind: 'directory', entries: new Map() });

/** Two for itself and its name, one for each directory in it (the `..` there). */
export const linksOf = (node: ModelNode): number =>
  node.kind === 'directory'
    ? 2 + [...node.entries.values()].filter(({ kind }) => kind === 'directory').length
    : node.nlink;

const within = (node: ModelNode, ancestor: ModelNode): boolean =>
  node === ancestor ||
  (ancestor.kind === 'directory' && [...ancestor.entries.values()].some((child) => within(node, child)));

/** Each gives 0 or -errno. Directories are given as nodes: finding them is another's test. */
export const model = {
  add(parent: ModelDirectory, name: string, node: ModelNode): number {
    if (parent.entries.has(name)) return -EEXIST;
    parent.entries.set(name, node);
    return 0;
  },
  link(parent: ModelDirectory, name: string, node: ModelNode): number {
    if (node.kind === 'directory') return -EPERM;
    if (parent.entries.has(name)) return -EEXIST;
    parent.entries.set(name, node);
    node.nlink++;
    return 0;
  },
  unlink(parent: ModelDirectory, name: string): number {
    const node = parent.entries.get(name);
    if (!node) return -ENOENT;
    if (node.kind === 'directory') return -EISDIR;
    parent.entries.delete(name);
    node.nlink--;
    return 0;
  },
  rmdir(parent: ModelDirectory, name: string): number {
    const node = parent.entries.get(name);
    if (!node) return -ENOENT;
    if (node.kind !== 'directory') return -ENOTDIR;
    if (node.entries.size > 0) return -ENOTEMPTY;
    parent.entries.delete(name);
    return 0;
  },
  rename(from: ModelDirectory, fromName: string, to: ModelDirectory, toName: string): number {
    const moved = from.entries.get(fromName);
    if (!moved) return -ENOENT;
    if (moved.kind === 'directory' && within(to, moved)) return -EINVAL;
    const replaced = to.entries.get(toName);
    if (moved === replaced) return 0;
    if (replaced) {
      if (moved.kind === 'directory' && replaced.kind !== 'directory') return -ENOTDIR;
      if (moved.kind !== 'directory' && replaced.kind === 'directory') return -EISDIR;
      if (replaced.kind === 'directory' && replaced.entries.size > 0) return -ENOTEMPTY;
      if (replaced.kind !== 'directory') replaced.nlink--;
    }
    from.entries.delete(fromName);
    // At the end of the order, as a fresh entry.
    to.entries.delete(toName);
    to.entries.set(toName, moved);
    return 0;
  },
  exchange(from: ModelDirectory, fromName: string, to: ModelDirectory, toName: string): number {
    const a = from.entries.get(fromName);
    if (!a) return -ENOENT;
    if (a.kind === 'directory' && within(to, a)) return -EINVAL;
    const b = to.entries.get(toName);
    if (!b) return -ENOENT;
    if (b.kind === 'directory' && within(from, b)) return -EINVAL;
    from.entries.set(fromName, b);
    to.entries.set(toName, a);
    return 0;
  },
  write(file: ModelFile, position: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const longer = new Uint8Array(Math.max(file.content.length, position + bytes.length));
    longer.set(file.content);
    longer.set(bytes, position);
    file.content = longer;
    return bytes.length;
  },
  truncate(file: ModelFile, size: number): number {
    const cut = new Uint8Array(size);
    cut.set(file.content.subarray(0, size));
    file.content = cut;
    return 0;
  },
};
