/**
 * Puts a packed image's tree into the file system. Contents stay where the image lies in kernel memory, and are copied,
 * block by block, only when a guest first changes them: the image is the read-only layer, everything else the one above it.
 */
import { ENOSPC, Errno } from '../abi/errno.js';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../abi/stat.js';
import { readImage } from '../image/reader.js';
import type { Kernel } from '../kernel.js';
import type { Address } from '../memory/kernel-memory.js';
import { PAGE } from '../memory/page-allocator.js';
import { makeDirectory } from './root-tree.js';

/** Kernel memory for an image of this many bytes, to be filled by the caller. @throws Errno ENOSPC */
export function reserveImage(kernel: Kernel, size: number): Address {
  const at = kernel.pages.allocate(Math.max(1, Math.ceil(size / PAGE)));
  if (at === null) throw new Errno(ENOSPC);
  return at;
}

/** @throws PortsideError image-damaged, image-version; Errno ENOSPC */
export function mountImage(kernel: Kernel, at: Address, size: number, mountPoint: string): void {
  const entries = readImage(kernel.memory.u8.subarray(at, at + size));
  const { root } = kernel.vfs;
  const nodes: number[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index === 0) {
      nodes.push(makeDirectory(kernel, mountPoint, entry.mode & 0o7777));
      continue;
    }
    const parent = nodes[entry.parent] ?? root.root;
    const type = entry.mode & S_IFMT;
    let node: number;
    if (type === S_IFDIR) {
      // The image may bring what every machine has: /var/tmp.
      const there = root.lookup(parent, entry.name);
      node = there > 0 ? there : root.create(parent, entry.name, entry.mode, 0);
    } else if (type === S_IFLNK) {
      node = root.symlink(
        parent,
        entry.name,
        kernel.memory.u8.slice(at + entry.offset, at + entry.offset + entry.size),
      );
    } else {
      node = root.adopt(parent, entry.name, entry.mode, at + entry.offset, entry.size);
    }
    if (node < 0) throw new Errno(-node);
    nodes.push(node);
  }
  // Backwards, for what is made in a directory changes its time.
  for (const [index, entry] of [...entries.entries()].reverse()) {
    const seconds = Math.floor(entry.mtime / 1000);
    const time = { seconds, nanoseconds: Math.floor((entry.mtime - seconds * 1000) * 1e6) };
    const node = nodes[index];
    if (node !== undefined) root.setAttributes(node, { atime: time, mtime: time });
  }
}
