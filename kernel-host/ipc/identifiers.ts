/** Keys and identifiers of one kind of System V object (Linux: struct ipc_ids). */
import { EEXIST, EIDRM, EINVAL, ENOENT, ENOSPC, Errno } from '../abi/errno.js';
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE } from '../abi/ipc.js';
import type { Caller, Permissions } from './permissions.js';

/** Linux: IPCMNI_SHIFT. An identifier is an index below that, and a number that changes with each use of the index. */
const INDEX_LIMIT = 32768;
/** Identifiers are positive ints. */
const SEQUENCE_LIMIT = 65535;

export interface Identified {
  readonly permissions: Permissions;
  /** When it was made, or last set: in seconds since 1970. */
  changedAt: number;
}

interface Slot<T> {
  readonly object: T;
  readonly sequence: number;
}

export class Identifiers<T extends Identified> {
  readonly #slots: (Slot<T> | null)[] = [];
  readonly #byKey = new Map<number, number>();
  readonly #most: number;
  #sequence = 0;

  /** @param most objects at once: msgmni, semmni, shmmni. */
  constructor(most: number) {
    this.#most = Math.min(most, INDEX_LIMIT);
  }

  /**
   * msgget(), semget(), shmget(): the identifier of the object with this key, or of a new one.
   * @param accept is told an object that is there, and throws when it will not do.
   * @throws Errno EEXIST, ENOENT, EACCES, ENOSPC, and what `create` and `accept` throw
   */
  get(key: number, flags: number, caller: Caller, create: () => T, accept: (object: T) => void): number {
    const known = key === IPC_PRIVATE ? undefined : this.#byKey.get(key);
    if (known !== undefined) {
      if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) throw new Errno(EEXIST);
      const object = this.at(known);
      accept(object);
      object.permissions.check(caller, flags & 0o777);
      return known;
    }
    if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) throw new Errno(ENOENT);
    return this.#add(key, create);
  }

  /** @throws Errno EINVAL, EIDRM */
  at(id: number): T {
    const slot = id < 0 ? undefined : this.#slots[id % INDEX_LIMIT];
    if (!slot) throw new Errno(EINVAL);
    if (slot.sequence !== Math.floor(id / INDEX_LIMIT)) throw new Errno(EIDRM);
    return slot.object;
  }

  /** By index, as the _STAT commands number them: with its identifier. @throws Errno EINVAL */
  atIndex(index: number): { readonly id: number; readonly object: T } {
    const slot = index < 0 ? undefined : this.#slots[index];
    if (!slot) throw new Errno(EINVAL);
    return { id: slot.sequence * INDEX_LIMIT + index, object: slot.object };
  }

  /** Of an identifier: what `seq` in struct ipc_perm says. */
  sequenceOf(id: number): number {
    return Math.floor(id / INDEX_LIMIT);
  }

  /** The key finds it no more, the identifier does. */
  hide(object: T): void {
    const { key } = object.permissions;
    const id = this.#byKey.get(key);
    if (id !== undefined && this.at(id) === object) this.#byKey.delete(key);
  }

  remove(object: T): void {
    this.hide(object);
    const index = this.#slots.findIndex((slot) => slot?.object === object);
    if (index >= 0) this.#slots[index] = null;
  }

  get all(): readonly T[] {
    return this.#slots.flatMap((slot) => (slot ? [slot.object] : []));
  }

  /** The highest index in use, or 0. */
  get highest(): number {
    return Math.max(
      0,
      this.#slots.findLastIndex((slot) => slot !== null),
    );
  }

  #add(key: number, create: () => T): number {
    const free = this.#slots.indexOf(null);
    const index = free < 0 ? this.#slots.length : free;
    if (index >= this.#most) throw new Errno(ENOSPC);
    const object = create();
    const sequence = this.#sequence;
    this.#sequence = (this.#sequence + 1) % SEQUENCE_LIMIT;
    this.#slots[index] = { object, sequence };
    const id = sequence * INDEX_LIMIT + index;
    if (key !== IPC_PRIVATE) this.#byKey.set(key, id);
    return id;
  }
}
