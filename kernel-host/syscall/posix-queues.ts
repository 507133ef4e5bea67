/** mq_open(2) and its like. */
import {
  EACCES,
  EAGAIN,
  EBADF,
  EEXIST,
  EINVAL,
  EMFILE,
  EMSGSIZE,
  ENAMETOOLONG,
  ENOENT,
  Errno,
  ETIMEDOUT,
} from '../abi/errno.js';
import { NAME_MAX, O_ACCMODE, O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/fcntl.js';
import { MQ_ATTR_SIZE, MQ_PRIO_MAX } from '../abi/ipc.js';
import { NSIG, SI_MESGQ, SIGEV_NONE, SIGEV_SIGNAL, SIGEVENT_SIZE } from '../abi/signal.js';
import { CLOCK_REALTIME } from '../abi/time.js';
import { Permissions, READ, WRITE } from '../ipc/permissions.js';
import { type Notification, PosixQueue } from '../ipc/posix-queue.js';
import { QueueFile } from '../ipc/queue-file.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, install, nonBlocking, untilDone } from './call.js';
import { seconds } from './ipc-structs.js';
import { deadlineAt } from './time.js';

/** Linux: DFLT_MSGMAX and DFLT_MSGSIZEMAX for who names no attributes, HARD_MSGMAX and HARD_MSGSIZEMAX for root, the others' limits. */
const DEFAULT_MESSAGES = 10;
const DEFAULT_SIZE = 8192;
const MOST_MESSAGES = 65536;
const LARGEST_SIZE = 16 * 1024 * 1024;
/** Bytes of all messages of a queue (RLIMIT_MSGQUEUE's default does not bind root): what a page can lose without harm. */
const LARGEST_QUEUE = 64 * 1024 * 1024;

/** The C library has taken away the slash that a name begins with. @throws Errno */
function nameAt(memory: UserMemory, address: number): string {
  const name = memory.string(address);
  if (name.length === 0) throw new Errno(ENOENT);
  if (name.length > NAME_MAX) throw new Errno(ENAMETOOLONG);
  const text = new TextDecoder('latin1').decode(name);
  if (text.includes('/')) throw new Errno(EACCES);
  if (text === '.' || text === '..') throw new Errno(EACCES);
  return text;
}

/** @throws Errno EINVAL */
function createQueue(kernel: Kernel, task: Task, mode: number, attributes: number): PosixQueue {
  let [most, size] = [DEFAULT_MESSAGES, DEFAULT_SIZE];
  if (attributes !== 0) {
    most = task.memory.getInt32(attributes + 4);
    size = task.memory.getInt32(attributes + 8);
    const root = task.process.euid === 0;
    const limits = root ? [MOST_MESSAGES, LARGEST_SIZE] : [DEFAULT_MESSAGES, DEFAULT_SIZE];
    if (most <= 0 || size <= 0 || most > (limits[0] ?? 0) || size > (limits[1] ?? 0)) throw new Errno(EINVAL);
    if (most * size > LARGEST_QUEUE) throw new Errno(EINVAL);
  }
  const permissions = new Permissions(0, task.process, mode & ~task.process.umask);
  return new PosixQueue(permissions, most, size, seconds(kernel));
}

const mqOpen: Handler = (kernel, task, nameAddress, flags, mode, attributes) => {
  const { posixQueues } = kernel.ipc;
  const name = nameAt(task.memory, nameAddress);
  const access = flags & O_ACCMODE;
  if (access !== O_RDONLY && access !== O_WRONLY && access !== O_RDWR) return -EINVAL;
  if (!task.process.descriptors.hasRoom) return -EMFILE;
  let queue = posixQueues.get(name);
  if (queue) {
    if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) return -EEXIST;
    const wanted = access === O_RDONLY ? READ : access === O_WRONLY ? WRITE : READ | WRITE;
    queue.permissions.check(task.process, wanted);
  } else {
    if ((flags & O_CREAT) === 0) return -ENOENT;
    queue = createQueue(kernel, task, mode, attributes);
    posixQueues.set(name, queue);
  }
  const file = new QueueFile(queue, (description) => {
    const holder = queue.notification;
    if (holder?.description === description) queue.unregister(holder.pid);
  });
  const description = kernel.descriptions.create(KIND_KERNEL, flags & (O_ACCMODE | O_NONBLOCK), 0, file);
  // On Linux a message queue's descriptor is closed by exec, asked for or not (mq_overview(7)).
  return description < 0 ? description : install(kernel, task, description, true);
};

const mqUnlink: Handler = (kernel, task, nameAddress) => {
  const name = nameAt(task.memory, nameAddress);
  const queue = kernel.ipc.posixQueues.get(name);
  if (!queue) return -ENOENT;
  queue.permissions.checkOwner(task.process);
  kernel.ipc.posixQueues.delete(name);
  return 0;
};

/** @throws Errno EBADF */
function queueAt(
  kernel: Kernel,
  task: Task,
  fd: number,
  refused: number | null,
): { queue: PosixQueue; description: number } {
  const description = describe(task, fd);
  const file = kernel.descriptions.kernelObject(description);
  if (!(file instanceof QueueFile)) throw new Errno(EBADF);
  if ((kernel.descriptions.flags(description) & O_ACCMODE) === refused) throw new Errno(EBADF);
  return { queue: file.queue, description };
}

const mqTimedsend: Handler = (kernel, task, fd, address, length, priority, timeout) => {
  if (priority < 0 || priority >= MQ_PRIO_MAX) return -EINVAL;
  const deadline = deadlineAt(kernel, task.memory, timeout, CLOCK_REALTIME);
  const { queue, description } = queueAt(kernel, task, fd, O_RDONLY);
  if (length < 0 || length > queue.messageSize) return -EMSGSIZE;
  const text = length === 0 ? new Uint8Array() : task.memory.bytes(address, length);
  const attempt = (): number => queue.send(text, priority);
  if (nonBlocking(kernel, description)) return attempt();
  return untilDone(task, queue.writable, attempt, { deadline, expired: () => -ETIMEDOUT });
};

const mqTimedreceive: Handler = (kernel, task, fd, address, length, priorityAddress, timeout) => {
  const deadline = deadlineAt(kernel, task.memory, timeout, CLOCK_REALTIME);
  const { queue, description } = queueAt(kernel, task, fd, O_WRONLY);
  if (length >>> 0 < queue.messageSize) return -EMSGSIZE;
  const into = task.memory.bytes(address, queue.messageSize);
  if (priorityAddress !== 0) task.memory.bytes(priorityAddress, 4);
  const attempt = (): number => {
    const message = queue.receive();
    if (!message) return -EAGAIN;
    into.set(message.text);
    if (priorityAddress !== 0) task.memory.setInt32(priorityAddress, message.priority);
    return message.text.length;
  };
  if (nonBlocking(kernel, description)) return attempt();
  return untilDone(task, queue.readable, attempt, { deadline, expired: () => -ETIMEDOUT });
};

/** What struct sigevent asks for. @throws Errno EINVAL */
function noticeAt(
  memory: UserMemory,
  event: number,
): Pick<Notification, 'kind' | 'signal'> & { readonly value: number } {
  const { view, at } = memory.struct(event, SIGEVENT_SIZE);
  const [value, signal, kind] = [view.getInt32(at, true), view.getInt32(at + 4, true), view.getInt32(at + 8, true)];
  // SIGEV_THREAD takes a netlink socket, which this kernel has not.
  if (kind !== SIGEV_SIGNAL && kind !== SIGEV_NONE) throw new Errno(EINVAL);
  if (kind === SIGEV_NONE) return { kind, signal: 0, value };
  if (signal < 0 || signal > NSIG) throw new Errno(EINVAL);
  return { kind, signal, value };
}

const mqNotify: Handler = (kernel, task, fd, event) => {
  const { process } = task;
  const notice = event === 0 ? null : noticeAt(task.memory, event);
  const { queue, description } = queueAt(kernel, task, fd, null);
  if (!notice) {
    queue.unregister(process.pid);
    return 0;
  }
  const { kind, signal, value } = notice;
  const notify = (): void => {
    if (kind === SIGEV_SIGNAL) process.signals.send({ signal, code: SI_MESGQ, first: process.pid, value });
  };
  queue.register({ pid: process.pid, description, kind, signal, notify });
  return 0;
};

const mqGetsetattr: Handler = (kernel, task, fd, newAttributes, oldAttributes) => {
  const { queue, description } = queueAt(kernel, task, fd, null);
  const flags = kernel.descriptions.flags(description);
  if (newAttributes !== 0) {
    const wanted = task.memory.getInt32(newAttributes);
    if ((wanted & ~O_NONBLOCK) !== 0) return -EINVAL;
    kernel.descriptions.setFlags(description, (flags & ~O_NONBLOCK) | wanted);
  }
  if (oldAttributes !== 0) {
    const { view, at } = task.memory.struct(oldAttributes, MQ_ATTR_SIZE);
    const words = [flags & O_NONBLOCK, queue.maximum, queue.messageSize, queue.count, 0, 0, 0, 0];
    for (const [i, word] of words.entries()) view.setInt32(at + i * 4, word, true);
  }
  return 0;
};

export const posixQueueCalls = { mqOpen, mqUnlink, mqTimedsend, mqTimedreceive, mqNotify, mqGetsetattr };
