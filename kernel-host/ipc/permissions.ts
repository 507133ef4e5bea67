/** Who may use an IPC object (POSIX 2.7.1, struct ipc_perm). */
import { EACCES, EPERM, Errno } from '../abi/errno.js';

/** Of permission bits. */
export const READ = 4;
export const WRITE = 2;

/** Whose call it is. */
export interface Caller {
  readonly euid: number;
  readonly egid: number;
}

export class Permissions {
  readonly key: number;
  readonly cuid: number;
  readonly cgid: number;
  uid: number;
  gid: number;
  /** The lower nine bits of a mode. */
  mode: number;

  constructor(key: number, caller: Caller, mode: number) {
    this.key = key;
    this.cuid = caller.euid;
    this.cgid = caller.egid;
    this.uid = caller.euid;
    this.gid = caller.egid;
    this.mode = mode & 0o777;
  }

  /** @param wanted READ and WRITE, or a mode whose bits are wanted of whichever class the caller is in. @throws Errno EACCES */
  check(caller: Caller, wanted: number): void {
    if (caller.euid === 0) return;
    const owner = caller.euid === this.uid || caller.euid === this.cuid;
    const group = caller.egid === this.gid || caller.egid === this.cgid;
    const granted = owner ? this.mode >> 6 : group ? this.mode >> 3 : this.mode;
    const asked = (wanted >> 6) | (wanted >> 3) | wanted;
    if ((asked & ~granted & 0o7) !== 0) throw new Errno(EACCES);
  }

  /** To change or remove it. @throws Errno EPERM */
  checkOwner(caller: Caller): void {
    if (caller.euid !== 0 && caller.euid !== this.uid && caller.euid !== this.cuid) throw new Errno(EPERM);
  }
}
