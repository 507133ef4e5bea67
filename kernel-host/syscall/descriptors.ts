/** Descriptors themselves (POSIX close(), dup(), fcntl(), ioctl()). */
import { EBADF, EINVAL, EPERM, ESRCH } from '../abi/errno.js';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETLK64,
  F_GETOWN,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLK64,
  F_SETLKW,
  F_SETLKW64,
  F_SETOWN,
  FD_CLOEXEC,
  O_ASYNC,
  O_CLOEXEC,
  O_NONBLOCK,
  O_SETTABLE,
} from '../abi/fcntl.js';
import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, FIONREAD } from '../abi/ioctl.js';
import { SIGIO } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import { KIND_FILE } from '../memory/layout.js';
import type { Task } from '../process/task.js';
import { describe, type Handler } from './call.js';
import { recordLock, testLock } from './locks.js';
import { maySend, targets } from './signals.js';

const close: Handler = (kernel, task, fd) => {
  kernel.closeDescriptor(task.process, fd, describe(task, fd));
  return 0;
};

const dup: Handler = (kernel, task, fd) => duplicate(kernel, task, describe(task, fd), 0, false);

function duplicate(kernel: Kernel, task: Task, description: number, from: number, closesOnExec: boolean): number {
  if (from < 0 || from >= task.process.descriptors.limit) return -EINVAL;
  kernel.descriptions.retain(description);
  const fd = task.process.descriptors.allocate(description, closesOnExec, from);
  if (fd < 0) kernel.descriptions.release(description);
  return fd;
}

const dup3: Handler = (kernel, task, from, to, flags) => {
  if (from === to || (flags & ~O_CLOEXEC) !== 0) return -EINVAL;
  const description = describe(task, from);
  const { descriptors } = task.process;
  if (to < 0 || to >= descriptors.limit) return -EBADF;
  kernel.descriptions.retain(description);
  const replaced = descriptors.get(to);
  if (replaced >= 0) kernel.closeDescriptor(task.process, to, replaced);
  descriptors.put(to, description, (flags & O_CLOEXEC) !== 0);
  return to;
};

/** @param owner a pid, or less than 0 for a group. Linux asks who may signal whom when it does; this is asked here. */
function setOwner(kernel: Kernel, { process }: Task, description: number, owner: number): number {
  if (owner !== 0) {
    const found = targets(kernel, process, owner);
    if (found.length === 0 || owner === -1) return -ESRCH;
    if (!found.every((target) => maySend(process, target, SIGIO))) return -EPERM;
  }
  kernel.signalDrivenIo.setOwner(description, owner);
  return 0;
}

const fcntl64: Handler = (kernel, task, fd, command, argument) => {
  const description = describe(task, fd);
  const { descriptors } = task.process;
  switch (command) {
    case F_DUPFD:
      return duplicate(kernel, task, description, argument, false);
    case F_DUPFD_CLOEXEC:
      return duplicate(kernel, task, description, argument, true);
    case F_GETFD:
      return descriptors.closesOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      descriptors.setClosesOnExec(fd, (argument & FD_CLOEXEC) !== 0);
      return 0;
    case F_GETFL:
      return kernel.descriptions.flags(description);
    case F_SETFL: {
      // Where nobody waits for anything the flag does nothing (fcntl_setfl of Linux).
      kernel.signalDrivenIo.enable(description, (argument & O_ASYNC) !== 0);
      const flags = kernel.descriptions.flags(description);
      kernel.descriptions.setFlags(description, (flags & ~O_SETTABLE) | (argument & O_SETTABLE));
      return 0;
    }
    case F_GETOWN:
      return kernel.signalDrivenIo.owner(description);
    case F_SETOWN:
      return setOwner(kernel, task, description, argument);
    case F_GETLK:
    case F_GETLK64:
      return testLock(kernel, task, description, argument, false);
    case F_OFD_GETLK:
      return testLock(kernel, task, description, argument, true);
    case F_SETLK:
    case F_SETLK64:
      return recordLock(kernel, task, description, argument, false, false);
    case F_SETLKW:
    case F_SETLKW64:
      return recordLock(kernel, task, description, argument, false, true);
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return recordLock(kernel, task, description, argument, true, command === F_OFD_SETLKW);
    default:
      return -EINVAL;
  }
};

const ioctl: Handler = (kernel, task, fd, request, argument) => {
  const description = describe(task, fd);
  const operations = kernel.descriptions.operations(description);
  switch (request) {
    case FIONBIO: {
      const flags = kernel.descriptions.flags(description);
      kernel.descriptions.setFlags(
        description,
        task.memory.getInt32(argument) !== 0 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK,
      );
      return 0;
    }
    case FIOASYNC:
      return kernel.signalDrivenIo.enable(description, task.memory.getInt32(argument) !== 0);
    case FIOCLEX:
    case FIONCLEX:
      task.process.descriptors.setClosesOnExec(fd, request === FIOCLEX);
      return 0;
    case FIONREAD:
      if (kernel.descriptions.kind(description) !== KIND_FILE)
        return operations.ioctl(description, request, argument, task.memory);
      task.memory.setInt32(
        argument,
        Math.max(0, operations.size(description) - kernel.descriptions.offset(description)),
      );
      return 0;
    default:
      return operations.ioctl(description, request, argument, task.memory);
  }
};

const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

/** A table is one process's here, as what CLOSE_RANGE_UNSHARE makes it (close_range(2)). */
const closeRange: Handler = (kernel, { process }, first, last, flags) => {
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0 || first >>> 0 > last >>> 0) return -EINVAL;
  process.descriptors.forEach((fd, description) => {
    if (fd < first >>> 0 || fd > last >>> 0) return;
    if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) process.descriptors.setClosesOnExec(fd, true);
    else kernel.closeDescriptor(process, fd, description);
  });
  return 0;
};

export const descriptorCalls = { close, closeRange, dup, dup3, fcntl64, ioctl };
