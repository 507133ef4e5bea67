/** Trees in a kernel's file system, and what is there, as plain values. */
import { emptyAttributes, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../../kernel-host/abi/stat.js';
import { namesIn } from '../../../kernel-host/archive/tree-walk.js';
import type { Kernel } from '../../../kernel-host/kernel.js';
import { bytes, TestMachine, text } from '../kernel/guest.js';

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** One node of a tree, under its path. A link to a file has that file's path in `of`. */
export type Node =
  | { readonly kind: 'directory'; readonly mode: number; readonly mtime: Time }
  | { readonly kind: 'file'; readonly mode: number; readonly mtime: Time; readonly content: Uint8Array }
  | { readonly kind: 'symlink'; readonly mtime: Time; readonly target: string }
  | { readonly kind: 'link'; readonly of: string };

export type Tree = ReadonlyMap<string, Node>;

export const kernelWith = (tree: Tree, folder = '/srv'): Kernel => {
  const { kernel } = new TestMachine();
  plant(kernel, tree, folder);
  return kernel;
};

/** Paths relative to `folder`; directories come before what is in them, files before their links. */
export function plant(kernel: Kernel, tree: Tree, folder: string): void {
  const { root } = kernel.vfs;
  const folderNode = directoryAt(kernel, folder);
  const nodes = new Map<string, number>([['', folderNode]]);
  for (const [path, node] of tree) {
    if (path === '') continue;
    const slash = path.lastIndexOf('/');
    const parent = nodes.get(slash < 0 ? '' : path.slice(0, slash)) ?? 0;
    const name = bytes(path.slice(slash + 1));
    let made: number;
    if (node.kind === 'directory') made = root.create(parent, name, S_IFDIR | node.mode, 0);
    else if (node.kind === 'symlink') made = root.symlink(parent, name, bytes(node.target));
    else if (node.kind === 'link') made = root.link(parent, name, nodes.get(node.of) ?? 0);
    else {
      made = root.create(parent, name, S_IFREG | node.mode, 0);
      root.write(made, 0, node.content);
    }
    if (made < 0) throw new Error(`${path}: error ${-made}`);
    nodes.set(path, made);
  }
  for (const [path, node] of [...tree].reverse())
    if (node.kind !== 'link') root.setAttributes(nodes.get(path) ?? 0, { mtime: node.mtime });
}

export function directoryAt(kernel: Kernel, path: string): number {
  const { root } = kernel.vfs;
  let directory = root.root;
  for (const part of path.split('/').filter(Boolean)) {
    const found = root.lookup(directory, bytes(part));
    directory = found > 0 ? found : root.create(directory, bytes(part), S_IFDIR | 0o755, 0);
  }
  return directory;
}

/** What is below `folder`. The folder itself is there under the empty path. */
export function treeOf(kernel: Kernel, folder = '/srv'): Map<string, Node> {
  const tree = new Map<string, Node>();
  const first = new Map<number, string>();
  const look = (node: number, path: string): void => {
    const { root } = kernel.vfs;
    const a = emptyAttributes();
    root.attributes(node, a);
    const mtime = { seconds: a.mtime, nanoseconds: a.mtimeNanoseconds };
    const mode = a.mode & 0o7777;
    const type = a.mode & S_IFMT;
    const of = type === S_IFREG ? first.get(node) : undefined;
    if (of !== undefined) {
      tree.set(path, { kind: 'link', of });
      return;
    }
    first.set(node, path);
    if (type === S_IFREG) {
      const content = new Uint8Array(a.size);
      root.read(node, 0, content);
      tree.set(path, { kind: 'file', mode, mtime, content });
    } else if (type === S_IFLNK) {
      const target = root.target(node);
      tree.set(path, { kind: 'symlink', mtime, target: typeof target === 'number' ? '' : text(target) });
    } else if (type === S_IFDIR) {
      tree.set(path, { kind: 'directory', mode, mtime });
      for (const name of namesIn(kernel, node))
        look(root.lookup(node, name), path === '' ? text(name) : `${path}/${text(name)}`);
    }
  };
  look(directoryAt(kernel, folder), '');
  return tree;
}

export async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

/** In pieces of `size` bytes. */
export function streamOf(archive: Uint8Array<ArrayBuffer>, size = 1000): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= archive.length) controller.close();
      else controller.enqueue(archive.slice(at, (at += size)));
    },
  });
}
