/** An open file of procfs: its content is made when it is read from the beginning, and stays until then (Linux: seq_file). */
import { MountedFile } from '../file/mounted-file.js';
import { nothingMapped } from '../fs/mapped-content.js';
import type { Place } from '../fs/vfs.js';

export class SnapshotFile extends MountedFile {
  readonly #make: () => Uint8Array;
  #content: Uint8Array | null = null;

  /** @param make may throw Errno. */
  constructor(place: Place, make: () => Uint8Array) {
    super(place, false, nothingMapped);
    this.#make = make;
  }

  override read(_description: number, into: Uint8Array, position: number): number {
    if (position === 0 || !this.#content) this.#content = this.#make();
    const part = this.#content.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }
}
