/** RLIMIT_FSIZE: how long a process may make files (POSIX setrlimit()). */
import { EFBIG, Errno } from '../abi/errno.js';
import { RLIMIT_FSIZE } from '../abi/resource.js';
import { SI_KERNEL, SIGXFSZ } from '../abi/signal.js';
import type { Task } from '../process/task.js';

/** How much of a write of `length` bytes at `offset` fits. @throws Errno EFBIG, with the signal, when nothing does */
export function withinFileSize(task: Task, offset: number, length: number): number {
  const limit = task.process.limits.soft(RLIMIT_FSIZE);
  if (offset + length <= limit || length === 0) return length;
  if (offset < limit) return limit - offset;
  // Programs whose handlers cannot be called have never known the signal.
  if (task.signals.handles) task.process.signals.send({ signal: SIGXFSZ, code: SI_KERNEL }, task);
  throw new Errno(EFBIG);
}

/** @throws Errno EFBIG, with the signal, for a file that may not become as long */
export function checkFileSize(task: Task, size: number): void {
  if (size > 0) withinFileSize(task, size - 1, 1);
}
