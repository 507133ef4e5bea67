/**
 * Where the contents of an archive lie until all of it has been read: a folder of the root file system, whose files are held open, so
 * that whatever guests do there, no other file comes to stand under their numbers.
 */
import { PortsideError } from '../../protocol/errors.js';
import { ENOSPC } from '../abi/errno.js';
import { O_PATH } from '../abi/fcntl.js';
import { S_IFDIR, S_IFREG } from '../abi/stat.js';
import type { Kernel } from '../kernel.js';
import { STAGING_NAME } from './machine-own.js';
import { removeTree } from './remove-tree.js';
import type { Turns } from './turns.js';

const encoder = new TextEncoder();
const NAME = encoder.encode(STAGING_NAME);
/** What is made under this name is renamed at once: a rename replaces what is there in one step. */
const SPARE = encoder.encode('spare');

export class Staging {
  readonly #kernel: Kernel;
  readonly #directory: number;
  readonly #held: number[] = [];

  /** @throws PortsideError import-under-way, archive-no-room */
  constructor(kernel: Kernel) {
    const { root } = kernel.vfs;
    this.#kernel = kernel;
    this.#directory = checked(root.create(root.root, NAME, S_IFDIR | 0o700, 0));
    root.open(this.#directory, O_PATH);
  }

  /** Takes the content of a file in: its node, which keeps it until `remove`. @throws PortsideError archive-no-room */
  async take(
    content: ReadableStream<Uint8Array>,
    turns: Turns,
  ): Promise<{ readonly node: number; readonly size: number }> {
    const { root } = this.#kernel.vfs;
    const name = encoder.encode(String(this.#held.length));
    const node = checked(root.create(this.#directory, name, S_IFREG | 0o600, 0));
    root.open(node, O_PATH);
    this.#held.push(node);
    const reader = content.getReader();
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { node, size };
      for (let written = 0; written < value.length; )
        written += checked(root.write(node, size + written, value.subarray(written)));
      size += value.length;
      await turns.next();
    }
  }

  /** Whether a guest has taken the folder, or a file, out of the name space. */
  get disturbed(): boolean {
    const { root } = this.#kernel.vfs;
    if (root.lookup(root.root, NAME) !== this.#directory) return true;
    return this.#held.some((node, index) => root.lookup(this.#directory, encoder.encode(String(index))) !== node);
  }

  /** Gives a file another name, which replaces what has it now. @throws PortsideError archive-no-room */
  link(node: number, directory: number, name: Uint8Array): void {
    checked(this.#kernel.vfs.root.link(this.#directory, SPARE, node));
    this.#move(directory, name);
  }

  /** Makes a symbolic link, which replaces what has the name now. @throws PortsideError archive-no-room */
  symlink(target: string, directory: number, name: Uint8Array): number {
    const node = checked(this.#kernel.vfs.root.symlink(this.#directory, SPARE, encoder.encode(target)));
    this.#move(directory, name);
    return node;
  }

  remove(): void {
    const { root } = this.#kernel.vfs;
    for (const node of this.#held) root.close(node);
    root.close(this.#directory);
    if (root.lookup(root.root, NAME) === this.#directory) removeTree(this.#kernel, root.root, NAME);
  }

  #move(directory: number, name: Uint8Array): void {
    checked(this.#kernel.vfs.root.rename(this.#directory, SPARE, directory, name, 0));
  }
}

/** The result of a call of the file system. @throws PortsideError */
export function checked(result: number): number {
  if (result >= 0) return result;
  if (result === -ENOSPC) throw new PortsideError('archive-no-room');
  // A guest has been at the folder meanwhile.
  throw new PortsideError('archive-disturbed', `error ${-result}`);
}
