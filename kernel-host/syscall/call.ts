/** What system call handlers share: their signature, arguments, descriptors, places, and waiting for I/O. */
import { EAGAIN, EBADF, EINTR, ENOTSOCK, EOPNOTSUPP, ERESTARTSYS, Errno } from '../abi/errno.js';
import { AT_FDCWD, O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from '../abi/fcntl.js';
import { POLLIN } from '../abi/poll.js';
import { type Attributes, emptyAttributes } from '../abi/stat.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import { DatagramSocket } from '../net/datagram-socket.js';
import { Socket } from '../net/socket.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { PARKED, type Park, type Task } from '../process/task.js';

/** A result at or above 0, -errno, or PARKED. May throw Errno. Arguments are signed 32-bit numbers. */
export type Handler = (
  kernel: Kernel,
  task: Task,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
) => number;

/** The description behind a descriptor. @throws Errno EBADF */
export function describe(task: Task, fd: number): number {
  const description = task.process.descriptors.get(fd);
  if (description < 0) throw new Errno(EBADF);
  return description;
}

/** The description behind a descriptor that may be read. @throws Errno EBADF */
export function readable(kernel: Kernel, task: Task, fd: number): number {
  const description = describe(task, fd);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === O_WRONLY) throw new Errno(EBADF);
  return description;
}

/** The description behind a descriptor that may be written. @throws Errno EBADF */
export function writable(kernel: Kernel, task: Task, fd: number): number {
  const description = describe(task, fd);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === O_RDONLY) throw new Errno(EBADF);
  return description;
}

/** The socket behind a descriptor. @throws Errno EBADF, ENOTSOCK */
export function socketAt(
  kernel: Kernel,
  task: Task,
  fd: number,
): { socket: Socket | DatagramSocket; description: number } {
  const description = describe(task, fd);
  const socket = kernel.descriptions.kernelObject(description);
  if (socket instanceof Socket || socket instanceof DatagramSocket) return { socket, description };
  throw new Errno(ENOTSOCK);
}

/** The stream socket behind a descriptor. @throws Errno EBADF, ENOTSOCK, EOPNOTSUPP */
export function streamAt(kernel: Kernel, task: Task, fd: number): { socket: Socket; description: number } {
  const { socket, description } = socketAt(kernel, task, fd);
  if (socket instanceof DatagramSocket) throw new Errno(EOPNOTSUPP);
  return { socket, description };
}

/** Puts a new description into the caller's table; releases it when the table is full. */
export function install(kernel: Kernel, task: Task, description: number, closesOnExec: boolean): number {
  const fd = task.process.descriptors.allocate(description, closesOnExec);
  if (fd < 0) kernel.descriptions.release(description);
  return fd;
}

/** Where a relative path of an *at call starts. @throws Errno EBADF, ENOTDIR (by resolution) */
export function startOf(kernel: Kernel, task: Task, fd: number): Place {
  return fd === AT_FDCWD ? task.process.cwd : placeOf(kernel, describe(task, fd));
}

/** The file or directory that a description refers to. @throws Errno EBADF for what has no place in the tree */
export function placeOf(kernel: Kernel, description: number): Place {
  const place = placeOrNull(kernel, description);
  if (!place) throw new Errno(EBADF);
  return place;
}

/** What fstat() tells of a description, which need not lie in the tree. @throws Errno */
export function attributesOf(kernel: Kernel, description: number): Attributes {
  const attributes = emptyAttributes();
  const result = kernel.descriptions.operations(description).attributes(description, attributes);
  if (result < 0) throw new Errno(-result);
  return attributes;
}

export const placeOrNull = (kernel: Kernel, description: number): Place | null =>
  kernel.descriptions.place(description, kernel.vfs.root);

export const nonBlocking = (kernel: Kernel, description: number): boolean =>
  (kernel.descriptions.flags(description) & O_NONBLOCK) !== 0;

/**
 * Runs `attempt` until it gives something else than -EAGAIN, asleep in between unless the description is O_NONBLOCK.
 * @param interrupted what there is when a signal, or the operations' own time limit, comes first; -ERESTARTSYS for nothing.
 */
export function whenReady(
  task: Task,
  operations: FileOperations,
  description: number,
  events: number,
  mayWait: boolean,
  attempt: () => number,
  interrupted?: () => number,
): number {
  const once = (): number => {
    const result = attempt();
    if (result !== -EAGAIN || !mayWait) return result;
    operations.arm(description, events);
    const again = attempt();
    return again === -EAGAIN ? PARKED : again;
  };
  const result = once();
  if (result !== PARKED) return result;
  const queue = (events & POLLIN) !== 0 ? operations.readable : operations.writable;
  if (!queue) return -EAGAIN;
  const timeout = (events & POLLIN) !== 0 ? operations.receiveTimeout : operations.sendTimeout;
  if (timeout === null || timeout === undefined) {
    const ends = interrupted ? { interrupted } : {};
    return task.park({ queues: [queue], retry: once, deadline: null, expired: () => -EINTR, ...ends });
  }
  const partly = (otherwise: number) => (): number => {
    const done = interrupted?.() ?? -ERESTARTSYS;
    return done === -ERESTARTSYS ? otherwise : done;
  };
  // A call with a limit is not made anew, whatever the handler says (signal(7)).
  return task.park({
    queues: [queue],
    retry: once,
    deadline: task.deadlineAfter(timeout),
    expired: partly(-EAGAIN),
    interrupted: partly(-EINTR),
  });
}

/** Runs `attempt` until it gives something else than -EAGAIN, asleep in between. @param ends what ends the sleep otherwise. */
export function untilDone(
  task: Task,
  queue: WaitQueue,
  attempt: () => number,
  ends: Pick<Park, 'deadline' | 'expired' | 'interrupted'>,
): number {
  const retry = (): number => {
    const result = attempt();
    return result === -EAGAIN ? PARKED : result;
  };
  const result = retry();
  return result === PARKED ? task.park({ queues: [queue], retry, ...ends }) : result;
}

/** Offsets are exact up to here. */
export const LARGEST_OFFSET = Number.MAX_SAFE_INTEGER;

/** A 64-bit argument of two slots. */
export const wide = (low: number, high: number): number => high * 2 ** 32 + (low >>> 0);
