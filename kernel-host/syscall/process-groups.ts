/** setpgid, getpgid, setsid and getsid. */
import { EACCES, EINVAL, EPERM, Errno, ESRCH } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import { joinGroup, startSession, visibleId } from '../process/process-groups.js';
import type { Task } from '../process/task.js';
import type { Handler } from './call.js';

/** @throws Errno ESRCH */
function processAt(kernel: Kernel, task: Task, pid: number): Process {
  const process = pid === 0 ? task.process : kernel.processes.byPid(pid);
  if (!process) throw new Errno(ESRCH);
  return process;
}

const setpgid: Handler = (kernel, task, pid, id) => {
  if (id < 0) return -EINVAL;
  const target = processAt(kernel, task, pid);
  const caller = task.process;
  if (target !== caller) {
    if (target.parent !== caller) return -ESRCH;
    if (target.session !== caller.session) return -EPERM;
    if (target.executed) return -EACCES;
  }
  joinGroup(kernel, target, id);
  return 0;
};

const getpgid: Handler = (kernel, task, pid) => visibleId(processAt(kernel, task, pid).group);

const getsid: Handler = (kernel, task, pid) => visibleId(processAt(kernel, task, pid).session);

const setsid: Handler = (kernel, { process }) => {
  startSession(kernel, process);
  return process.pid;
};

export const processGroupCalls = { setpgid, getpgid, getsid, setsid };
