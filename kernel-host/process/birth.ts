/** What a process has from its first moment, and what it gives back with its last. */
import { EAGAIN, Errno } from '../abi/errno.js';
import { signaledStatus } from '../abi/process.js';
import { RLIMIT_NPROC } from '../abi/resource.js';
import { SI_KERNEL, SIGXCPU } from '../abi/signal.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Address } from '../memory/kernel-memory.js';
import { limitProcessorTime, processorTimeIsOver } from './cpu-limit.js';
import { hold, letGo } from './held-places.js';
import { IntervalTimers } from './interval-timers.js';
import { resume, stop } from './job-control.js';
import { PosixTimers } from './posix-timers.js';
import { type Image, type Pid, Process } from './process.js';
import { isOrphaned } from './process-groups.js';
import { freeRecord, makeRecord, refillSpares } from './process-record.js';
import { releaseRobustList } from './robust-list.js';
import { Signals } from './signals.js';
import { changeRoot, setDirectory } from './working-directory.js';

export interface Birth {
  readonly pid: Pid;
  readonly parent: Process | null;
  readonly image: Image;
  readonly cwd: Place;
  readonly sharedPort: number | null;
  /** Without a parent: it leads a session. */
  readonly leads: boolean;
}

/** A process without a thread and without descriptors, with holds of its own on what it is given. @throws Errno EAGAIN */
export function createProcess(kernel: Kernel, birth: Birth): Process {
  const { pid, parent, image, cwd } = birth;
  if (parent) checkProcesses(kernel, parent);
  hold(image.executable);
  try {
    hold(cwd);
  } catch (error) {
    letGo(image.executable);
    throw error;
  }
  let record: Address;
  try {
    record = makeRecord(kernel, pid, parent);
  } catch (error) {
    letGo(image.executable);
    letGo(cwd);
    throw error;
  }
  const process = new Process({
    ...birth,
    record,
    memory: kernel.memory,
    started: kernel.clock.monotonic(),
    intervalTimers: (owner) =>
      new IntervalTimers(
        kernel.timers,
        () => kernel.clock.monotonic(),
        (signal) => {
          if (signal === SIGXCPU) processorTimeIsOver(owner);
          else owner.signals.raise(signal, SI_KERNEL);
        },
      ),
    posixTimers: new PosixTimers(kernel.timers),
    signals: (owner) =>
      new Signals({
        tasks: () => owner.tasks.values(),
        end: (signal) => kernel.processes.end(owner, signaledStatus(signal)),
        stop: (signal) => stop(owner, signal),
        resume: () => resume(kernel, owner),
        stopped: () => owner.stopped !== null,
        orphaned: () => isOrphaned(kernel, owner.group),
      }),
  });
  setDirectory(kernel, process, cwd);
  if (parent?.root) changeRoot(kernel, process, parent.root);
  if (parent) {
    process.signals.actions.copyFrom(parent.signals.actions);
    process.credentials.copyFrom(parent.credentials);
    process.limits.copyFrom(parent.limits);
    process.nice = parent.nice;
    process.dumpable = parent.dumpable;
    process.noNewPrivileges = parent.noNewPrivileges;
    limitProcessorTime(process);
  }
  refillSpares(kernel, process);
  return process;
}

/** RLIMIT_NPROC is of threads, and does not count for the superuser (setrlimit(2)). @throws Errno EAGAIN */
export function checkProcesses(kernel: Kernel, { limits, credentials }: Process): void {
  const limit = limits.soft(RLIMIT_NPROC);
  if (limit === Number.POSITIVE_INFINITY || credentials.privileged) return;
  let threads = 0;
  for (const process of kernel.processes.all())
    if (process.credentials.ruid === credentials.ruid) threads += process.tasks.size;
  if (threads >= limit) throw new Errno(EAGAIN);
}

/** Gives back all that a process holds, but for its pid. */
export function releaseProcess(kernel: Kernel, process: Process): void {
  for (const task of [...process.tasks.values()]) {
    // Its robust mutexes may lie in memory that others map.
    releaseRobustList(kernel, task);
    kernel.processes.threads.discard(task);
  }
  process.descriptors.forEach((fd, description) => {
    kernel.closeDescriptor(process, fd, description);
  });
  kernel.locks.releaseAll(kernel.lockOwner(process));
  process.addressSpace?.release(kernel.programMemories);
  kernel.ipc.exited(process.pid);
  letGo(process.executable);
  letGo(process.cwd);
  if (process.root) letGo(process.root);
  freeRecord(kernel, process);
}
