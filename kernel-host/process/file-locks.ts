/** Advisory record locks (POSIX fcntl(), F_SETLK) and whole-file locks (flock(2)). */
import { F_RDLCK, F_UNLCK, F_WRLCK } from '../abi/fcntl.js';
import { WaitQueue } from '../poll/wait-queue.js';

export interface RecordLock {
  /** Who holds it: a process, or a description. */
  readonly owner: string;
  readonly pid: number;
  readonly type: number;
  readonly start: number;
  /** First byte behind it; Infinity to the end of the file. */
  readonly end: number;
}

interface LockedFile {
  locks: RecordLock[];
  readonly waiters: WaitQueue;
}

export class FileLocks {
  /** By file system and inode. */
  readonly #files = new Map<string, LockedFile>();

  /** The first lock of another owner that stands in the way; null when none does. */
  conflict(file: string, wanted: RecordLock): RecordLock | null {
    return (
      this.#files
        .get(file)
        ?.locks.find(
          (lock) =>
            lock.owner !== wanted.owner && overlaps(lock, wanted) && (lock.type === F_WRLCK || wanted.type === F_WRLCK),
        ) ?? null
    );
  }

  /** Sets, changes or (F_UNLCK) removes a lock that conflicts with nothing: splits and joins what the owner had. */
  set(file: string, wanted: RecordLock): void {
    const entry = this.#files.get(file) ?? { locks: [], waiters: new WaitQueue() };
    const locks: RecordLock[] = [];
    for (const lock of entry.locks) {
      if (lock.owner !== wanted.owner || !overlaps(lock, wanted)) {
        locks.push(lock);
        continue;
      }
      if (lock.start < wanted.start) locks.push({ ...lock, end: wanted.start });
      if (lock.end > wanted.end) locks.push({ ...lock, start: wanted.end });
    }
    if (wanted.type !== F_UNLCK) locks.push(wanted);
    entry.locks = locks;
    this.#files.set(file, entry);
    // A lock that became weaker lets others in as well.
    if (wanted.type !== F_WRLCK) entry.waiters.wake();
    if (locks.length === 0 && entry.waiters.empty) this.#files.delete(file);
  }

  /** Woken when a lock of the file goes. */
  waiters(file: string): WaitQueue {
    const entry = this.#files.get(file) ?? { locks: [], waiters: new WaitQueue() };
    this.#files.set(file, entry);
    return entry.waiters;
  }

  /** POSIX close(): all of a process's record locks on the file go with any of its descriptors for it. */
  release(file: string, owner: string): void {
    const entry = this.#files.get(file);
    if (!entry?.locks.some((lock) => lock.owner === owner)) return;
    this.set(file, { owner, pid: 0, type: F_UNLCK, start: 0, end: Number.POSITIVE_INFINITY });
  }

  /** A process or description ended. */
  releaseAll(owner: string): void {
    for (const file of [...this.#files.keys()]) this.release(file, owner);
  }

  holds(owner: string): boolean {
    for (const { locks } of this.#files.values()) if (locks.some((lock) => lock.owner === owner)) return true;
    return false;
  }
}

const overlaps = (a: RecordLock, b: RecordLock): boolean => a.start < b.end && b.start < a.end;

export const isLockType = (type: number): boolean => type === F_RDLCK || type === F_WRLCK || type === F_UNLCK;
