/** One file, directory or symbolic link of a packed image, as its reader yields it: checked, and in parent-first order. */
export interface ImageEntry {
  /** Index of the parent's entry; the root, index 0, is its own parent. */
  readonly parent: number;
  /** One path component in UTF-8; empty for the root. Never `.`, `..`, nor with a slash or NUL in it. */
  readonly name: Uint8Array;
  /** `st_mode`: type and permission bits. Only S_IFREG, S_IFDIR and S_IFLNK occur. */
  readonly mode: number;
  /** Modification time in milliseconds since the epoch. */
  readonly mtime: number;
  /** Where the content (for a link: the target) lies in the image, in bytes from its beginning; 0 for directories. */
  readonly offset: number;
  /** Length of the content in bytes; 0 for directories. */
  readonly size: number;
}
