/**
 * Puts a packed image's tree into the file system. Contents stay where the image is kept, and come when a guest wants them: the image is
 * the read-only layer, everything else the one above it.
 */
import { Errno } from '../abi/errno.js';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../abi/stat.js';
import type { ImageChunk } from '../image/entry.js';
import { type ChunkLoader, ImageBlocks } from '../image/image-blocks.js';
import { readImage } from '../image/reader.js';
import type { Kernel } from '../kernel.js';
import { makeDirectory } from './root-tree.js';

export interface MountedImage {
  readonly chunks: readonly ImageChunk[];
  /** Takes the data of a chunk that came without being asked for. */
  supply(chunk: ImageChunk, data: Uint8Array): void;
}

/**
 * @param index of the image (image/format.ts)
 * @throws PortsideError image-damaged, image-version; Errno ENOSPC
 */
export function mountImage(kernel: Kernel, index: Uint8Array, mountPoint: string, load: ChunkLoader): MountedImage {
  const image = readImage(index);
  const { root } = kernel.vfs;
  const blocks = new ImageBlocks(image, load, root.blocks);
  const nodes: number[] = [];
  for (const [number, entry] of image.entries.entries()) {
    if (number === 0) {
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
      node = root.symlink(parent, entry.name, index.slice(entry.offset, entry.offset + entry.size));
    } else {
      node = root.createBacked(parent, entry.name, entry.mode, entry.size, blocks, blocks.nextFile);
      if (node > 0) blocks.add(node, entry.offset, entry.size);
    }
    if (node < 0) throw new Errno(-node);
    nodes.push(node);
  }
  // Backwards, for what is made in a directory changes its time.
  for (const [number, entry] of [...image.entries.entries()].reverse()) {
    const seconds = Math.floor(entry.mtime / 1000);
    const time = { seconds, nanoseconds: Math.floor((entry.mtime - seconds * 1000) * 1e6) };
    const node = nodes[number];
    if (node !== undefined) root.setAttributes(node, { atime: time, mtime: time });
  }
  return { chunks: image.chunks, supply: (chunk, data) => blocks.supply(chunk, data) };
}
