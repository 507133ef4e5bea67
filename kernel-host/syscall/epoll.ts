/** epoll_create1(2), epoll_ctl(2), epoll_wait(2). */

import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLL_EVENT,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLWAKEUP,
} from '../abi/epoll.js';
import { EINTR, EINVAL, Errno } from '../abi/errno.js';
import { O_RDWR } from '../abi/fcntl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../abi/poll.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { checkWatchable, Epoll } from '../poll/epoll.js';
import { PARKED, type Task } from '../process/task.js';
import { describe, type Handler, install } from './call.js';
import { checkSetSize, getSet } from './signal-sets.js';
import { deadlineIn } from './time.js';

/** What may be asked for together with EPOLLEXCLUSIVE (fs/eventpoll.c: EPOLLEXCLUSIVE_OK_BITS). */
const EXCLUSIVE_EVENTS = POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
/** Events that fit into memory (fs/eventpoll.c: EP_MAX_EVENTS). */
const MOST_EVENTS = Math.floor(0x7fffffff / EPOLL_EVENT.SIZE);

const epollCreate1: Handler = (kernel, task, flags) => {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return -EINVAL;
  const description = kernel.descriptions.create(
    KIND_KERNEL,
    O_RDWR,
    0,
    new Epoll(kernel.descriptions, kernel.enqueue),
  );
  return description < 0 ? description : install(kernel, task, description, (flags & EPOLL_CLOEXEC) !== 0);
};

/** @throws Errno EINVAL */
function epollOf(kernel: Kernel, description: number): Epoll {
  const operations = kernel.descriptions.operations(description);
  if (!(operations instanceof Epoll)) throw new Errno(EINVAL);
  return operations;
}

const epollCtl: Handler = (kernel, task, epollFd, operation, fd, event) => {
  const { memory } = task;
  let events = 0;
  let data = 0n;
  // EPOLL_CTL_DEL is given no event (epoll_ctl(2), BUGS).
  if (operation !== EPOLL_CTL_DEL) {
    const { view, at } = memory.struct(event, EPOLL_EVENT.SIZE);
    events = view.getInt32(at + EPOLL_EVENT.EVENTS, true);
    data = view.getBigUint64(at + EPOLL_EVENT.DATA, true);
  }
  const own = describe(task, epollFd);
  const watched = describe(task, fd);
  checkWatchable(kernel.descriptions, watched);
  if (own === watched) return -EINVAL;
  const epoll = epollOf(kernel, own);
  if (operation !== EPOLL_CTL_DEL && (events & EPOLLEXCLUSIVE) !== 0) {
    if (operation === EPOLL_CTL_MOD) return -EINVAL;
    const nested = kernel.descriptions.operations(watched) instanceof Epoll;
    if (operation === EPOLL_CTL_ADD && (nested || (events & ~EXCLUSIVE_EVENTS) !== 0)) return -EINVAL;
  }
  switch (operation) {
    case EPOLL_CTL_ADD:
      epoll.add(fd, watched, events, data);
      return 0;
    case EPOLL_CTL_MOD:
      epoll.modify(fd, watched, events, data);
      return 0;
    case EPOLL_CTL_DEL:
      epoll.remove(fd, watched);
      return 0;
    default:
      return -EINVAL;
  }
};

/** @param deadline on the monotonic clock; null waits for ever. */
function wait(
  kernel: Kernel,
  task: Task,
  fd: number,
  address: number,
  most: number,
  deadline: number | null,
  mask: bigint | null,
): number {
  if (most <= 0 || most > MOST_EVENTS) return -EINVAL;
  const { memory } = task;
  memory.bytes(address, most * EPOLL_EVENT.SIZE);
  const epoll = epollOf(kernel, describe(task, fd));
  if (mask !== null) task.useMask(mask);
  const collect = (): number => {
    let next = address;
    return epoll.collect(most, (events, data) => {
      const { view, at } = memory.struct(next, EPOLL_EVENT.SIZE);
      view.setInt32(at + EPOLL_EVENT.EVENTS, events, true);
      view.setBigUint64(at + EPOLL_EVENT.DATA, data, true);
      next += EPOLL_EVENT.SIZE;
    });
  };
  const found = collect();
  if (found > 0 || (deadline !== null && deadline <= kernel.clock.monotonic())) return found;
  return task.park({
    queues: [epoll.readable],
    retry: () => collect() || PARKED,
    deadline,
    expired: collect,
    interrupted: () => -EINTR,
  });
}

/** @throws Errno EINVAL, EFAULT */
function maskAt(task: Task, address: number, size: number): bigint | null {
  if (address === 0) return null;
  checkSetSize(size);
  return getSet(task.memory, address);
}

const epollPwait: Handler = (kernel, task, fd, events, most, milliseconds, mask, maskSize) => {
  const deadline = milliseconds < 0 ? null : kernel.clock.monotonic() + milliseconds;
  return wait(kernel, task, fd, events, most, deadline, maskAt(task, mask, maskSize));
};

const epollPwait2: Handler = (kernel, task, fd, events, most, timeout, mask, maskSize) => {
  const deadline = deadlineIn(kernel, task.memory, timeout);
  return wait(kernel, task, fd, events, most, deadline, maskAt(task, mask, maskSize));
};

export const epollCalls = { epollCreate1, epollCtl, epollPwait, epollPwait2 };
