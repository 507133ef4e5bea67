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
  /** Where the content lies: of a file from the beginning of the data, of a link (its target) from that of the index; 0 for directories. */
  readonly offset: number;
  /** Length of the content in bytes; 0 for directories. */
  readonly size: number;
}

/** A piece of the data, stored by itself. */
export interface ImageChunk {
  /** The bytes [start, end) of the data. */
  readonly start: number;
  readonly end: number;
  readonly storedSize: number;
  /** SHA-256 of the stored bytes, in lower-case hex. */
  readonly sha256: string;
}

export interface Image {
  readonly entries: readonly ImageEntry[];
  readonly chunks: readonly ImageChunk[];
}
