/** What a file system tells of its changes, each after it was made (jbd2 in Linux has the same place, for whole blocks). */
export interface Journal {
  /** An entry of `directory` names `inode` from now on. */
  linked(directory: number, name: Uint8Array, inode: number): void;
  /** That entry is gone; `inode` may have other names, or be open still. */
  unlinked(directory: number, name: Uint8Array, inode: number): void;
  /** Mode, owner, times, number of links; told before a second name is given, too. */
  changed(inode: number): void;
  /** The bytes [from, to) of a regular file were written; its size may have grown. */
  written(inode: number, from: number, to: number): void;
  truncated(inode: number, before: number, size: number): void;
  /** Its address may be that of another inode from now on. */
  released(inode: number): void;
}

/** Of a file system that nobody keeps. */
export const noJournal: Journal = {
  linked: () => undefined,
  unlinked: () => undefined,
  changed: () => undefined,
  written: () => undefined,
  truncated: () => undefined,
  released: () => undefined,
};
