/** Who a process is (credentials(7)): of the process as a whole, as POSIX has it, and not of each thread. */
import { EPERM, Errno } from '../abi/errno.js';
import type { Subject } from '../fs/permissions.js';

/** Real, effective and saved ids. */
export interface Ids {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

/** An argument that leaves an id as it is: -1. */
export const UNCHANGED = 0xffffffff;

const SET_USER = 0o4000;
/** Without the group's right to execute it, it was a mandatory lock once. */
const SET_GROUP = 0o2010;

const ROOT: Ids = { real: 0, effective: 0, saved: 0 };

export class Credentials implements Subject {
  user: Ids = ROOT;
  group: Ids = ROOT;
  /** Supplementary groups. */
  groups: readonly number[] = [];

  copyFrom({ user, group, groups }: Credentials): void {
    this.user = user;
    this.group = group;
    this.groups = groups;
  }

  /** The effective ids are the real ones (POSIX_SPAWN_RESETIDS): as by setgid() and setuid(). */
  resetIds(): void {
    const { privileged } = this;
    this.group = setId(this.group, this.group.real, privileged);
    this.user = setId(this.user, this.user.real, privileged);
  }

  /** Those of a program's file, where that says so (execve(2), set-user-ID and set-group-ID). */
  takeOn({ mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number }): void {
    if ((mode & SET_USER) !== 0) this.user = { ...this.user, effective: uid, saved: uid };
    if ((mode & SET_GROUP) === SET_GROUP) this.group = { ...this.group, effective: gid, saved: gid };
  }

  /** execve(2): the saved ids are what the effective ones are. */
  execute(): void {
    this.user = { ...this.user, saved: this.user.effective };
    this.group = { ...this.group, saved: this.group.effective };
  }

  get ruid(): number {
    return this.user.real;
  }

  /** What files are looked at by. */
  get uid(): number {
    return this.user.effective;
  }

  get gid(): number {
    return this.group.effective;
  }

  /** As access(2) asks: by the real ids. */
  get real(): Subject {
    const { user, group, groups } = this;
    return {
      uid: user.real,
      gid: group.real,
      privileged: user.real === 0,
      inGroup: (gid) => group.real === gid || groups.includes(gid),
    };
  }

  /** CAP_SETUID, CAP_SETGID and their like: root has all capabilities, and nobody else has any. */
  get privileged(): boolean {
    return this.user.effective === 0;
  }

  inGroup(gid: number): boolean {
    return this.group.effective === gid || this.groups.includes(gid);
  }
}

/** setuid(2), setgid(2). @throws Errno EPERM */
export function setId(ids: Ids, id: number, privileged: boolean): Ids {
  if (privileged) return { real: id, effective: id, saved: id };
  if (id !== ids.real && id !== ids.saved) throw new Errno(EPERM);
  return { ...ids, effective: id };
}

/** setreuid(2), setregid(2): the saved id follows the effective one when the real one is set, or the effective one to another than it. @throws Errno EPERM */
export function setRealAndEffective(ids: Ids, real: number, effective: number, privileged: boolean): Ids {
  if (!privileged) {
    if (real !== UNCHANGED && real !== ids.real && real !== ids.effective) throw new Errno(EPERM);
    if (effective !== UNCHANGED && effective !== ids.real && effective !== ids.effective && effective !== ids.saved)
      throw new Errno(EPERM);
  }
  const next = chosen(effective, ids.effective);
  const follows = real !== UNCHANGED || (effective !== UNCHANGED && effective !== ids.real);
  return { real: chosen(real, ids.real), effective: next, saved: follows ? next : ids.saved };
}

/** setresuid(2), setresgid(2). @throws Errno EPERM */
export function setAll(ids: Ids, real: number, effective: number, saved: number, privileged: boolean): Ids {
  const had = [UNCHANGED, ids.real, ids.effective, ids.saved];
  if (!privileged && ![real, effective, saved].every((id) => had.includes(id))) throw new Errno(EPERM);
  return {
    real: chosen(real, ids.real),
    effective: chosen(effective, ids.effective),
    saved: chosen(saved, ids.saved),
  };
}

const chosen = (id: number, before: number): number => (id === UNCHANGED ? before : id);
