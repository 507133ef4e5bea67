/** Copies of processes (POSIX fork()). */
import { ENOMEM, ENOSYS, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Entry } from '../platform/guest-workers.js';
import type { Pid, Process } from './process.js';
import type { Task } from './task.js';

/** A child with its parent's descriptors and without a thread: it begins, or is abandoned. @throws Errno EAGAIN */
export function bearCopy(kernel: Kernel, parent: Process): Process {
  const child = kernel.processes.bear(parent);
  child.executed = false;
  parent.descriptors.forEach((fd, description) => {
    kernel.descriptions.share(description);
    child.descriptors.put(fd, description, parent.descriptors.closesOnExec(fd));
  });
  return child;
}

/**
 * A copy of a process, of which one thread goes on; its pid.
 * @throws Errno ENOSYS, EAGAIN, ENOMEM
 */
export function fork(kernel: Kernel, task: Task, entry: Extract<Entry, { kind: 'fork' }>): Pid {
  const { process: parent } = task;
  const { processes } = kernel;
  if (!parent.addressSpace) throw new Errno(ENOSYS);
  const child = bearCopy(kernel, parent);
  try {
    child.addressSpace = parent.addressSpace.fork(kernel.programMemories);
    const { memory } = child.addressSpace;
    processes.threads.start(child, child.pid, parent.image.program, memory, entry, (first) => {
      first.signals.copyFrom(task.signals);
      first.ownName = task.ownName;
    });
  } catch (error) {
    processes.abandon(child);
    if (error instanceof Errno) throw error;
    throw new Errno(ENOMEM, { cause: error });
  }
  processes.forked(parent, child);
  return child.pid;
}
