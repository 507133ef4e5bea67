/** Who may do what with a file (POSIX 4.7, File Access Permissions; path_resolution(7)). */
import { type Attributes, S_IFDIR, S_IFMT } from '../abi/stat.js';

export const MAY_READ = 4;
export const MAY_WRITE = 2;
/** Of a directory: search. */
export const MAY_EXECUTE = 1;

/** In a directory with it, entries are removed and renamed by their owners, and by the directory's (POSIX: S_ISVTX). */
const STICKY = 0o1000;
const SET_GROUP = 0o2000;

export interface Subject {
  readonly uid: number;
  readonly gid: number;
  /** Root: may do all. */
  readonly privileged: boolean;
  inGroup(gid: number): boolean;
}

/** @param wanted of the three above */
export function permits({ mode, uid, gid }: Attributes, who: Subject, wanted: number): boolean {
  if (who.privileged) return (wanted & MAY_EXECUTE) === 0 || (mode & S_IFMT) === S_IFDIR || (mode & 0o111) !== 0;
  let granted = mode;
  if (who.uid === uid) granted = mode >> 6;
  else if (who.inGroup(gid)) granted = mode >> 3;
  return (wanted & ~granted & 7) === 0;
}

/** Whether an entry may be taken out of a directory that may be written to. */
export const mayRemove = (directory: Attributes, entry: Attributes, who: Subject): boolean =>
  who.privileged || (directory.mode & STICKY) === 0 || who.uid === directory.uid || who.uid === entry.uid;

/** To change its mode or its times. */
export const owns = ({ uid }: Attributes, who: Subject): boolean => who.privileged || who.uid === uid;

/** Whose group something new is in: its directory's, where that says so (Linux: as BSD). */
export const groupIn = ({ mode, gid }: Attributes, who: Subject): number => ((mode & SET_GROUP) !== 0 ? gid : who.gid);

export const passesGroup = ({ mode }: Attributes): boolean => (mode & SET_GROUP) !== 0;
