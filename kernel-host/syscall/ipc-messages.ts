/** msgget(2), msgsnd(2), msgrcv(2), msgctl(2). */
import { EAGAIN, EFAULT, EINTR, EINVAL, ENOMSG, ENOSYS, EPERM, Errno } from '../abi/errno.js';
import * as abi from '../abi/ipc.js';
import { MOST_QUEUES } from '../ipc/ipc.js';
import { type Message, MessageQueue, QUEUE_BYTES } from '../ipc/message-queue.js';
import { Permissions, READ, WRITE } from '../ipc/permissions.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../process/task.js';
import { type Handler, untilDone } from './call.js';
import { type Control, control } from './ipc-control.js';
import { command, putPermissions, putTime, putWords, seconds } from './ipc-structs.js';

/** Linux: MSGMAX. */
const LARGEST_MESSAGE = 8192;
/** struct msgbuf: a long, then the text. */
const TEXT = 4;

const msgget: Handler = (kernel, { process }, key, flags) =>
  kernel.ipc.queues.get(
    key,
    flags,
    process,
    () => new MessageQueue(new Permissions(key, process, flags), seconds(kernel)),
    () => undefined,
  );

/** Tries until it is done, asleep in between. */
const whenChanged = (task: Task, queue: MessageQueue, attempt: () => number): number =>
  untilDone(task, queue.changed, attempt, { deadline: null, expired: () => -EINTR, interrupted: () => -EINTR });

const msgsnd: Handler = (kernel, task, id, address, size, flags) => {
  if (size < 0 || size > LARGEST_MESSAGE) return -EINVAL;
  const type = task.memory.getInt32(address);
  const text = task.memory.bytes(address + TEXT, size).slice();
  if (type < 1) return -EINVAL;
  const queue = kernel.ipc.queues.at(id);
  queue.permissions.check(task.process, WRITE);
  const attempt = (): number => queue.send({ type, text }, task.process.pid, seconds(kernel));
  return (flags & abi.IPC_NOWAIT) !== 0 ? attempt() : whenChanged(task, queue, attempt);
};

const msgrcv: Handler = (kernel, task, id, address, size, type, flags) => {
  if (size < 0) return -EINVAL;
  // It is there for checkpoints (CONFIG_CHECKPOINT_RESTORE).
  if ((flags & abi.MSG_COPY) !== 0) return -ENOSYS;
  const queue = kernel.ipc.queues.at(id);
  queue.permissions.check(task.process, READ);
  const room = { bytes: size, cuts: (flags & abi.MSG_NOERROR) !== 0 };
  const attempt = (): number => {
    const message = queue.receive(type, (flags & abi.MSG_EXCEPT) !== 0, room, task.process.pid, seconds(kernel));
    return message ? deliver(task, address, message) : -EAGAIN;
  };
  if ((flags & abi.IPC_NOWAIT) === 0) return whenChanged(task, queue, attempt);
  const result = attempt();
  return result === -EAGAIN ? -ENOMSG : result;
};

/** As on Linux, a message for which there is no memory is lost. @throws Errno EFAULT */
function deliver(task: Task, address: number, { type, text }: Message): number {
  if (address === 0) throw new Errno(EFAULT);
  task.memory.setInt32(address, type);
  task.memory.bytes(address + TEXT, text.length).set(text);
  return text.length;
}

function putQueue(kernel: Kernel, task: Task, address: number, id: number, queue: MessageQueue): void {
  const { view, at } = task.memory.struct(address, abi.MSQID_DS.SIZE);
  putPermissions(view, at, queue.permissions, kernel.ipc.queues.sequenceOf(id));
  putTime(view, at + abi.MSQID_DS.STIME, queue.sentAt);
  putTime(view, at + abi.MSQID_DS.RTIME, queue.receivedAt);
  putTime(view, at + abi.MSQID_DS.CTIME, queue.changedAt);
  view.setUint32(at + abi.MSQID_DS.CBYTES, queue.bytes, true);
  view.setUint32(at + abi.MSQID_DS.QNUM, queue.count, true);
  view.setUint32(at + abi.MSQID_DS.QBYTES, queue.limit, true);
  view.setUint32(at + abi.MSQID_DS.LSPID, queue.lastSender, true);
  view.setUint32(at + abi.MSQID_DS.LRPID, queue.lastReceiver, true);
}

const msgctl: Handler = (kernel, task, id, request, address) => {
  const { queues } = kernel.ipc;
  const asked = command(request);
  switch (asked) {
    case abi.IPC_INFO:
    case abi.MSG_INFO: {
      const bytes = queues.all.reduce((sum, queue) => sum + queue.bytes, 0);
      const messages = queues.all.reduce((sum, queue) => sum + queue.count, 0);
      const used = asked === abi.MSG_INFO ? [queues.all.length, messages] : [0, 0];
      const last = asked === abi.MSG_INFO ? bytes : 0;
      putWords(task.memory, address, abi.MSGINFO_SIZE, [...used, LARGEST_MESSAGE, QUEUE_BYTES, MOST_QUEUES, 0, last]);
      return queues.highest;
    }
    default:
      return control(kernel, task, queueControl(kernel, task), id, asked, address);
  }
};

const queueControl = (kernel: Kernel, task: Task): Control<MessageQueue> => ({
  identifiers: kernel.ipc.queues,
  stat: abi.MSG_STAT,
  statAny: abi.MSG_STAT_ANY,
  put: (address, id, queue) => putQueue(kernel, task, address, id, queue),
  set: (address, queue) => {
    const { view, at } = task.memory.struct(address, abi.MSQID_DS.SIZE);
    const limit = view.getUint32(at + abi.MSQID_DS.QBYTES, true);
    if (limit > QUEUE_BYTES && task.process.euid !== 0) throw new Errno(EPERM);
    queue.limit = limit;
    queue.changed.wake();
  },
  remove: (queue) => {
    kernel.ipc.queues.remove(queue);
    queue.remove();
  },
});

export const ipcMessageCalls = { msgget, msgsnd, msgrcv, msgctl };
