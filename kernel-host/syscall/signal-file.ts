/** signalfd4(2). */
import { SFD_CLOEXEC, SFD_NONBLOCK } from '../abi/epoll.js';
import { EINVAL } from '../abi/errno.js';
import { O_RDWR } from '../abi/fcntl.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { SignalFile } from '../process/signal-file.js';
import { UNBLOCKABLE } from '../process/signals.js';
import { describe, type Handler, install } from './call.js';
import { checkSetSize, getSet } from './signal-sets.js';

/** @param fd that gets another set; -1: a new one. */
const signalfd4: Handler = (kernel, task, fd, set, setSize, flags) => {
  if ((flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) !== 0) return -EINVAL;
  checkSetSize(setSize);
  const wanted = getSet(task.memory, set) & ~UNBLOCKABLE;
  if (fd !== -1) {
    const operations = kernel.descriptions.operations(describe(task, fd));
    if (!(operations instanceof SignalFile)) return -EINVAL;
    operations.wanted = wanted;
    // Whoever waits may have been waiting for what it holds now.
    task.process.signals.arrived.wake();
    return fd;
  }
  const file = new SignalFile(kernel, wanted);
  const description = kernel.descriptions.create(KIND_KERNEL, O_RDWR | (flags & SFD_NONBLOCK), 0, file);
  return description < 0 ? description : install(kernel, task, description, (flags & SFD_CLOEXEC) !== 0);
};

export const signalFileCalls = { signalfd4 };
