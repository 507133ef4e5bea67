/** Robust mutexes that a thread held when it ended (set_robust_list(2); Linux Documentation/locking/robust-futexes.rst). */
import { Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from './task.js';

const FUTEX_WAITERS = 0x80000000;
const FUTEX_OWNER_DIED = 0x40000000;
const FUTEX_TID_MASK = 0x3fffffff;
/** Linux: ROBUST_LIST_LIMIT, against lists that are circles. */
const MOST_ENTRIES = 2048;
/** struct robust_list_head: the first entry, where the futex lies from an entry, and an entry that is being changed. */
const OFFSET = 4;
const PENDING = 8;

/** Marks each futex as left by its owner, and wakes one who waits for it. */
export function releaseRobustList(kernel: Kernel, task: Task): void {
  const { robustList: head, memory } = task;
  if (head === 0) return;
  try {
    const offset = memory.getInt32(head + OFFSET);
    const pending = memory.getInt32(head + PENDING) & ~1;
    let entry = memory.getInt32(head) & ~1;
    for (let i = 0; entry !== head && entry !== 0 && i < MOST_ENTRIES; i++) {
      const next = memory.getInt32(entry) & ~1;
      if (entry !== pending) release(kernel, task, entry + offset);
      entry = next;
    }
    if (pending !== 0) release(kernel, task, pending + offset);
  } catch (error) {
    // What the list leads to is not the process's: the rest of it is lost, as on Linux.
    if (!(error instanceof Errno)) throw error;
  }
}

function release(kernel: Kernel, task: Task, futex: number): void {
  const owned = (word: number): boolean => (word & FUTEX_TID_MASK) === task.tid;
  // Whoever begins to wait for it just now sets FUTEX_WAITERS.
  const before = task.memory.update(futex, (word) => (owned(word) ? (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED : word));
  if (owned(before) && (before & FUTEX_WAITERS) !== 0) kernel.futexes.wake(task.process, futex, 1);
}
