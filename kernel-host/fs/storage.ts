/** Where a file system keeps its files beyond the life of its memory. */
export interface Storage {
  /** No room is left there: what would make the file system larger is to fail with ENOSPC. */
  readonly full: boolean;
  /** Resolves when all changes so far are as safe as can be: with 0, or with -errno when they are not. */
  sync(): 0 | Promise<number>;
}

/** Memory is all that there is. */
export const noStorage: Storage = { full: false, sync: () => 0 };
