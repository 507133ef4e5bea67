/** pidfd_open(2), pidfd_send_signal(2). */

import { PIDFD_NONBLOCK } from '../abi/epoll.js';
import { EBADF, EINVAL, EPERM, Errno, ESRCH } from '../abi/errno.js';
import { O_RDWR } from '../abi/fcntl.js';
import { SI_USER, type SignalInfo } from '../abi/signal.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import { PidFile } from '../process/pid-file.js';
import type { Process } from '../process/process.js';
import type { Task } from '../process/task.js';
import { describe, type Handler, install } from './call.js';
import { alive, mayBeSent, maySend, readInfo } from './signals.js';

const pidfdOpen: Handler = (kernel, task, pid, flags) => {
  if ((flags & ~PIDFD_NONBLOCK) !== 0 || pid <= 0) return -EINVAL;
  const process = kernel.processes.byPid(pid);
  if (!process) return kernel.processes.threads.byTid(pid) ? -EINVAL : -ESRCH;
  const description = kernel.descriptions.create(KIND_KERNEL, O_RDWR | flags, 0, new PidFile(process));
  return description < 0 ? description : install(kernel, task, description, true);
};

/** The process, also when it has been waited for. @throws Errno EBADF */
export function processOf(kernel: Kernel, task: Task, fd: number): Process {
  const operations = kernel.descriptions.operations(describe(task, fd));
  if (!(operations instanceof PidFile)) throw new Errno(EBADF);
  return operations.process;
}

const pidfdSendSignal: Handler = (kernel, task, fd, signal, infoAt, flags) => {
  if (flags !== 0) return -EINVAL;
  const { process: caller, memory } = task;
  const target = processOf(kernel, task, fd);
  let info: SignalInfo = { signal, code: SI_USER, first: caller.pid, second: caller.credentials.ruid };
  if (infoAt !== 0) {
    if (memory.getInt32(infoAt) !== signal) return -EINVAL;
    info = { ...info, ...readInfo(memory, infoAt, signal, target === caller) };
  }
  if (!mayBeSent(signal)) return -EINVAL;
  if (kernel.processes.byPid(target.pid) !== target) return -ESRCH;
  if (!maySend(caller, target, signal)) return -EPERM;
  return signal === 0 || !alive(target) ? 0 : target.signals.send(info);
};

export const pidfdCalls = { pidfdOpen, pidfdSendSignal };
