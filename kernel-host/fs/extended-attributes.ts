/** Extended attributes of inodes (xattr(7)): names and values, as many as fit. */
import { ENODATA, ENOSPC } from '../abi/errno.js';

/** Of an inode's names and values together: what ext4 has in a block of its own is less, what Linux lets through is not more (XATTR_SIZE_MAX). */
const MOST_BYTES = 65_536;

export interface ExtendedAttribute {
  readonly name: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

export class ExtendedAttributes {
  readonly #byNode = new Map<number, Map<string, Uint8Array<ArrayBuffer>>>();
  readonly #changed: (node: number) => void;

  /** @param changed hears of inodes whose attributes are others from now on. */
  constructor(changed: (node: number) => void) {
    this.#changed = changed;
  }

  get(node: number, name: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#byNode.get(node)?.get(name);
  }

  all(node: number): readonly ExtendedAttribute[] {
    return [...(this.#byNode.get(node) ?? [])].map(([name, value]) => ({ name, value }));
  }

  /** 0, or -ENOSPC. */
  set(node: number, name: string, value: Uint8Array): number {
    const own = this.#byNode.get(node) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    let size = name.length + value.length;
    for (const [other, { length }] of own) if (other !== name) size += other.length + length;
    if (size > MOST_BYTES) return -ENOSPC;
    this.#byNode.set(node, own.set(name, new Uint8Array(value)));
    this.#changed(node);
    return 0;
  }

  /** 0, or -ENODATA. */
  remove(node: number, name: string): number {
    const own = this.#byNode.get(node);
    if (!own?.delete(name)) return -ENODATA;
    if (own.size === 0) this.#byNode.delete(node);
    this.#changed(node);
    return 0;
  }

  /** The inode is no more. */
  forget(node: number): void {
    this.#byNode.delete(node);
  }
}
