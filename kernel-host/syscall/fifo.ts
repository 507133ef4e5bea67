/** Opening a FIFO waits for the other end (POSIX open(); fifo(7)). */
import { EINTR, ERESTARTSYS } from '../abi/errno.js';
import { O_NONBLOCK } from '../abi/fcntl.js';
import type { Kernel } from '../kernel.js';
import { FifoEnd } from '../pipe/fifo.js';
import { PARKED, type Task } from '../process/task.js';
import { describe } from './call.js';

/**
 * The result of an open whose descriptor is there already: it is closed again when a signal comes first, and with its process
 * when that ends.
 */
export function whenMet(kernel: Kernel, task: Task, fd: number, flags: number): number {
  const end = kernel.descriptions.kernelObject(describe(task, fd));
  if (!(end instanceof FifoEnd) || end.met || (flags & O_NONBLOCK) !== 0) return fd;
  return task.park({
    queues: [end.opened],
    retry: () => (end.met ? fd : PARKED),
    deadline: null,
    expired: () => -EINTR,
    interrupted: () => {
      kernel.closeDescriptor(task.process, fd, describe(task, fd));
      return -ERESTARTSYS;
    },
  });
}
