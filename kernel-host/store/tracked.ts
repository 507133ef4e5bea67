import type { StoredNumber } from './records.js';

/** An inode that the store keeps, and what of it has changed since it was last taken. */
export class TrackedInode {
  readonly number: StoredNumber;
  /** Its address in kernel memory. */
  readonly inode: number;
  /** Of a directory: it lies over one of the packed image. */
  merged: boolean;
  /** Of a merged directory: names that the image has there, and that are hidden or replaced. */
  readonly hidden = new Set<string>();
  /** The store may have records of it. */
  recorded = false;
  attributes = false;
  /** UNITs that were written. */
  blocks = new Set<number>();
  /** Blocks from here on were cut off, before those that `blocks` names were written. */
  cutFrom = Number.POSITIVE_INFINITY;

  constructor(number: StoredNumber, inode: number, merged: boolean) {
    this.number = number;
    this.inode = inode;
    this.merged = merged;
  }
}
