/**
 * Taking a site out, and in: what pages, the service worker and the kernel say to each other of archives. They are requests like
 * any other (bridge.ts), to a port on which no guest can listen: the machine answers them itself. Paths, names and results; no
 * behaviour.
 */

/** TCP port 0 is reserved (RFC 6335 section 6): a request to it is for the machine, not for a guest in it. */
export const MACHINE_PORT = 0;

/** Names, below `<scope>.portside/`, of what a page may ask for. `export.tar` and `size` are got, `import` is posted to. */
export type ArchiveAction = 'export.tar' | 'import' | 'size';

/** What the query of each holds. */
export const ArchiveQuery = {
  /** Absolute path in the guest's file system; the root, and with it the whole site, where it is left out. */
  path: 'path',
  /** `import` alone, present: what is not in the archive is removed. */
  replace: 'replace',
} as const;

/** Answer to `size`: regular files below the path, and their bytes. */
export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

/** Answer to `import`. */
export interface ImportResult extends TreeSize {
  /** Names that were in the folder, and not in the archive. */
  readonly removed: number;
  /** Entries of the archive that are the machine's own to make: devices, programs, caches. */
  readonly skipped: number;
}

/** Path of an action on the site under `base`. */
export const archivePath = (base: string, action: ArchiveAction): string => `${base}.portside/${action}`;

/** Name, below `<scope>.portside/`, of the page from which a person takes a site out, in, or off this device. */
export const MANAGE_PAGE = 'manage';

/** Path of the page. @param base path that names the machine */
export const managePath = (base: string): string => `${base}.portside/${MANAGE_PAGE}`;
