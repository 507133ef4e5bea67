/** Waiting for descriptors (POSIX poll(), select()) and for time. */
import { EBADF, EFAULT, EINTR, EINVAL } from '../abi/errno.js';
import { POLL_ALWAYS, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI } from '../abi/poll.js';
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME } from '../abi/time.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Kernel } from '../kernel.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Task } from '../process/task.js';
import type { Handler } from './call.js';
import { checkSetSize, getSet } from './signal-sets.js';
import { deadlineAt, deadlineIn, putTime, TIMER_ABSTIME } from './time.js';

interface Interest {
  readonly operations: FileOperations;
  readonly description: number;
  readonly events: number;
}

/** Parks until `look` finds something, which it tells by a count above 0, or until the deadline. */
function untilReady(task: Task, interests: readonly Interest[], deadline: number | null, look: () => number): number {
  const retry = (): number => {
    const ready = look();
    if (ready > 0) return ready;
    for (const { operations, description, events } of interests) operations.arm(description, events);
    return look() || PARKED;
  };
  const now = retry();
  if (now !== PARKED) return now;
  const queues = new Set<WaitQueue>();
  for (const { operations, events } of interests) {
    if (events & (POLLIN | POLLPRI) && operations.readable) queues.add(operations.readable);
    if (events & POLLOUT && operations.writable) queues.add(operations.writable);
    // Hang-ups are told to whoever waits for bytes.
    if (operations.readable) queues.add(operations.readable);
  }
  return task.park({ queues: [...queues], retry, deadline, expired: look, interrupted: () => -EINTR });
}

const POLLFD_SIZE = 8;

/** struct pollfd: i32 fd, i16 events, i16 revents. The timeout: a timespec, or null for ever. */
const ppoll: Handler = (kernel, task, fds, count, timeout, mask, maskSize) => {
  if (count < 0 || count > task.process.descriptors.limit) return -EINVAL;
  const { memory } = task;
  // Without descriptors it is a sleep, and the pointer of no meaning.
  if (count > 0) memory.bytes(fds, count * POLLFD_SIZE);
  const interests: (Interest | null)[] = [];
  for (let i = 0; i < count; i++)
    interests.push(
      interestOf(kernel, task, memory.getInt32(fds + i * POLLFD_SIZE), memory.getInt16(fds + i * POLLFD_SIZE + 4)),
    );
  const look = (): number => {
    let ready = 0;
    for (const [i, interest] of interests.entries()) {
      const fd = memory.getInt32(fds + i * POLLFD_SIZE);
      const revents = interest
        ? interest.operations.poll(interest.description) & (interest.events | POLL_ALWAYS)
        : fd < 0
          ? 0
          : POLLNVAL;
      memory.setInt16(fds + i * POLLFD_SIZE + 6, revents);
      if (revents !== 0) ready++;
    }
    return ready;
  };
  const deadline = deadlineIn(kernel, memory, timeout);
  if (mask !== 0) useMask(task, mask, maskSize);
  const ready = look();
  if (ready > 0 || hasPassed(kernel, deadline)) return ready;
  return untilReady(
    task,
    interests.filter((interest) => interest !== null),
    deadline,
    look,
  );
};

function interestOf(kernel: Kernel, task: Task, fd: number, events: number): Interest | null {
  const description = task.process.descriptors.get(fd);
  return description < 0 ? null : { operations: kernel.descriptions.operations(description), description, events };
}

/** A look without waiting needs no timer. */
const hasPassed = (kernel: Kernel, deadline: number | null): boolean =>
  deadline !== null && deadline <= kernel.clock.monotonic();

/** @throws Errno EINVAL, EFAULT */
function useMask(task: Task, address: number, size: number): void {
  checkSetSize(size);
  task.useMask(getSet(task.memory, address));
}

/** fd_set: one bit a descriptor in 32-bit words. The three sets are read and written in place; null sets are skipped. */
const pselect6: Handler = (kernel, task, count, readSet, writeSet, exceptSet, timeout, maskAt) => {
  if (count < 0 || count > task.process.descriptors.limit) return -EINVAL;
  const { memory } = task;
  const words = Math.ceil(count / 32);
  const sets = [
    { address: readSet, events: POLLIN, tells: POLLIN | POLLHUP | POLLERR },
    { address: writeSet, events: POLLOUT, tells: POLLOUT | POLLERR },
    { address: exceptSet, events: POLLPRI, tells: POLLPRI },
  ].filter(({ address }) => address !== 0);
  const wanted = sets.map(({ address }) =>
    Uint32Array.from({ length: words }, (_, i) => memory.getUint32(address + i * 4)),
  );
  const interests: { interest: Interest; fd: number }[] = [];
  for (let fd = 0; fd < count; fd++) {
    let events = 0;
    for (const [i, set] of sets.entries()) if (has(wanted[i], fd)) events |= set.events;
    if (events === 0) continue;
    const interest = interestOf(kernel, task, fd, events);
    if (!interest) return -EBADF;
    interests.push({ interest, fd });
  }
  const look = (): number => {
    let ready = 0;
    const found = sets.map(() => new Uint32Array(words));
    for (const { interest, fd } of interests) {
      const events = interest.operations.poll(interest.description);
      for (const [i, set] of sets.entries()) {
        if (!has(wanted[i], fd) || (events & set.tells) === 0) continue;
        const bits = found[i];
        if (bits) bits[fd >>> 5] = (bits[fd >>> 5] ?? 0) | (1 << (fd & 31));
        ready++;
      }
    }
    for (const [i, { address }] of sets.entries())
      for (const [word, bits] of found[i]?.entries() ?? []) memory.setInt32(address + word * 4, bits | 0);
    return ready;
  };
  const deadline = deadlineIn(kernel, memory, timeout);
  // The sixth argument leads to the mask's address and size (select(2)).
  const mask = maskAt === 0 ? 0 : memory.getInt32(maskAt);
  if (mask !== 0) useMask(task, mask, memory.getInt32(maskAt + 4));
  const ready = look();
  if (ready > 0 || hasPassed(kernel, deadline)) return ready;
  return untilReady(
    task,
    interests.map(({ interest }) => interest),
    deadline,
    look,
  );
};

const has = (bits: Uint32Array | undefined, fd: number): boolean => ((bits?.[fd >>> 5] ?? 0) & (1 << (fd & 31))) !== 0;

const clockNanosleep: Handler = (kernel, task, clock, flags, request, remainder) => {
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC && clock !== CLOCK_BOOTTIME) return -EINVAL;
  const { memory } = task;
  const absolute = (flags & TIMER_ABSTIME) !== 0;
  const deadline = absolute ? deadlineAt(kernel, memory, request, clock) : deadlineIn(kernel, memory, request);
  if (deadline === null) return -EFAULT;
  if (deadline <= kernel.clock.monotonic()) return 0;
  const interrupted = (): number => {
    if (!absolute && remainder !== 0) putTime(memory, remainder, Math.max(0, deadline - kernel.clock.monotonic()));
    return -EINTR;
  };
  return task.park({ queues: [], retry: () => PARKED, deadline, expired: () => 0, interrupted });
};

export const pollCalls = { ppoll, pselect6, clockNanosleep };
