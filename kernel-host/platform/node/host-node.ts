/** The files of a mounted folder of the host that a guest has met: one node for each, whatever its names. */
import { type BigIntStats, closeSync } from 'node:fs';
import { ENOENT, Errno } from '../../abi/errno.js';
import { typeOf } from './host-attributes.js';
import type { HostListing } from './host-listing.js';

const SLASH = Buffer.from('/');

/** Where a node was last seen. */
interface Location {
  readonly directory: HostNode;
  readonly name: Buffer;
}

export class HostNode {
  readonly number: number;
  readonly identity: string;
  /** null for the root, and for what lost the name that it was known by. */
  location: Location | null = null;
  /** Open file descriptions. */
  opens = 0;
  /** Descriptors of the host, opened when first needed and closed with the last description; they may be one. */
  reader: number | null = null;
  writer: number | null = null;
  /** The entries as they were last read, for a directory that is being listed. */
  listing: HostListing | null = null;

  constructor(number: number, identity: string) {
    this.number = number;
    this.identity = identity;
  }

  get descriptor(): number | null {
    return this.reader ?? this.writer;
  }

  closeDescriptors(): void {
    const { reader, writer } = this;
    this.reader = null;
    this.writer = null;
    if (reader !== null) closeSync(reader);
    if (writer !== null && writer !== reader) closeSync(writer);
  }
}

/**
 * Names the object itself. Every path is checked against it before it is used, so that a path along which the host has
 * meanwhile put something else, a symbolic link out of the folder for one, leads nowhere.
 */
export const identityOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}:${typeOf(stats)}`;

export class HostNodes {
  readonly root: HostNode;
  readonly #rootPath: Buffer;
  readonly #byNumber = new Map<number, HostNode>();
  readonly #byIdentity = new Map<string, HostNode>();
  #last = 0;

  constructor(rootPath: Buffer, stats: BigIntStats) {
    this.#rootPath = rootPath;
    this.root = this.#add(identityOf(stats));
  }

  /** @throws Errno ENOENT */
  get(number: number): HostNode {
    const node = this.#byNumber.get(number);
    if (!node) throw new Errno(ENOENT);
    return node;
  }

  all(): IterableIterator<HostNode> {
    return this.#byNumber.values();
  }

  /** The node of what was just seen under a name. */
  seen(stats: BigIntStats, directory: HostNode, name: Uint8Array): HostNode {
    const identity = identityOf(stats);
    const node = this.#byIdentity.get(identity) ?? this.#add(identity);
    if (node !== this.root) node.location = { directory, name: Buffer.from(name) };
    return node;
  }

  /** It was given another name; nodes below it follow, for their paths are built upon its. */
  moved(stats: BigIntStats, directory: HostNode, name: Uint8Array): void {
    const node = this.#byIdentity.get(identityOf(stats));
    if (node) node.location = { directory, name: Buffer.from(name) };
  }

  /** A name was removed. A node with neither names nor descriptions is forgotten. */
  lost(stats: BigIntStats, directory: HostNode, name: Uint8Array): void {
    const node = this.#byIdentity.get(identityOf(stats));
    if (!node) return;
    if (node.location?.directory === directory && node.location.name.equals(name)) node.location = null;
    const last = stats.isDirectory() || stats.nlink <= 1n;
    if (last) {
      node.location = null;
      // Its number is the host's to give away again.
      this.#byIdentity.delete(node.identity);
    }
    this.forgetIfGone(node);
  }

  forgetIfGone(node: HostNode): void {
    if (node.opens > 0 || node === this.root || this.#byIdentity.get(node.identity) === node) return;
    this.#byNumber.delete(node.number);
  }

  /** The host's path. @throws Errno ENOENT */
  path(node: HostNode): Buffer {
    const parts: Buffer[] = [];
    for (let at = node; at !== this.root; ) {
      if (!at.location) throw new Errno(ENOENT);
      parts.push(at.location.name, SLASH);
      at = at.location.directory;
    }
    parts.push(this.#rootPath);
    return Buffer.concat(parts.reverse());
  }

  #add(identity: string): HostNode {
    const node = new HostNode(++this.#last, identity);
    this.#byNumber.set(node.number, node);
    this.#byIdentity.set(identity, node);
    return node;
  }
}
