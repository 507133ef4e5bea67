/** The threads of processes: birth with a worker and a channel each, and end. */
import { EAGAIN, Errno } from '../abi/errno.js';
import { KernelChannel } from '../channel/kernel-channel.js';
import { CHANNEL, COPYING_DATA_SIZE } from '../channel/layout.js';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from '../memory/address-space.js';
import { UserMemory } from '../memory/user-memory.js';
import type { Entry } from '../platform/guest-workers.js';
import { addUsage, usageOfTask } from './accounting.js';
import type { Pid, Process } from './process.js';
import type { Program } from './programs.js';
import { releaseRobustList } from './robust-list.js';
import { Task } from './task.js';

export class Threads {
  readonly #kernel: Kernel;
  readonly #byId = new Map<number, Task>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  byTid(tid: number): Task | null {
    return this.#byId.get(tid) ?? null;
  }

  /**
   * Starts a thread in a process. `prepare` is called before its worker is.
   * @param memory what its program imports; null: its pointers lead into its channel.
   * @throws Errno EAGAIN: the platform has no room for another worker or its channel.
   */
  start(
    process: Process,
    tid: Pid,
    program: Program,
    memory: WebAssembly.Memory | null,
    entry: Entry,
    prepare: (task: Task) => void = () => undefined,
  ): Task {
    const kernel = this.#kernel;
    const dataSize = memory ? 0 : COPYING_DATA_SIZE;
    const buffer = createChannel(dataSize);
    const channel = new KernelChannel(buffer, 0);
    const user = new UserMemory(memory ? () => memory.buffer : () => buffer);
    const task = this.#create(process, tid, channel, user);
    // Emscripten's glue catches what it does not know, in places.
    task.dismissible = program.abi !== 'emscripten';
    const source = kernel.attach(task);
    this.#join(task);
    try {
      prepare(task);
      task.worker = kernel.workers.start(
        {
          memory: kernel.memory.memory,
          process: process.record,
          channel: buffer,
          channelDataSize: dataSize,
          source,
          module: program.module,
          guestMemory: memory,
          abi: program.abi,
          entry,
          tid,
          clockOrigin: kernel.clock.origin,
          arguments: process.arguments,
          environment: process.environment,
        },
        (message, signal) => {
          // A worker that was left behind by exec, or by its thread's end, has nothing to say.
          if (process.tasks.get(tid) === task) kernel.crashed(process, message, signal);
        },
      );
    } catch (error) {
      this.discard(task);
      if (error instanceof Errno) throw error;
      // POSIX fork(), pthread_create(): EAGAIN.
      throw new Errno(EAGAIN, { cause: error });
    }
    return task;
  }

  /** A thread that its process's host runs, and listens to. */
  adopt(process: Process, space: AddressSpace, tid: Pid, channel: KernelChannel): Task {
    const { memory } = space;
    // It may go on when the process is over: nobody else can have the memory.
    space.haunted = true;
    const task = this.#create(process, tid, channel, new UserMemory(() => memory.buffer));
    task.dismissible = true;
    this.#join(task);
    return task;
  }

  /** One thread ends, of several. */
  exit(task: Task): void {
    const { process } = task;
    releaseRobustList(this.#kernel, task);
    this.#clear(task);
    this.discard(task);
    process.signals.settleAll();
  }

  /** Takes a thread from its process, whatever it does. */
  discard(task: Task): void {
    task.unpark();
    task.abandonUnfinished();
    task.channel.close();
    this.#kernel.tracer?.gone(task);
    // One that waits for an answer comes out by itself; whatever else it does, it does no more.
    if (task.dismissible && task.channel.dismiss()) {
      task.worker?.release();
    } else {
      if (task.process.addressSpace) task.process.addressSpace.haunted = true;
      task.worker?.terminate();
    }
    task.worker = null;
    this.#kernel.detach(task);
    task.process.pastUsage = addUsage(task.process.pastUsage, usageOfTask(task));
    task.process.tasks.delete(task.tid);
    this.#byId.delete(task.tid);
  }

  #create(process: Process, tid: Pid, channel: KernelChannel, memory: UserMemory): Task {
    const kernel = this.#kernel;
    const task = new Task(
      tid,
      process,
      channel,
      memory,
      kernel.timers,
      () => kernel.clock.monotonic(),
      kernel.enqueue,
      kernel,
      (error) => kernel.failed(task, error),
    );
    return task;
  }

  #join(task: Task): void {
    task.process.tasks.set(task.tid, task);
    this.#byId.set(task.tid, task);
    task.process.updateAlone(this.#kernel.asked);
  }

  /** CLONE_CHILD_CLEARTID: whoever joins it, or takes its stack, waits for that. */
  #clear(task: Task): void {
    const { clearAddress } = task;
    if (clearAddress === 0) return;
    try {
      task.memory.setInt32(clearAddress, 0);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return;
    }
    this.#kernel.futexes.wake(task.process, clearAddress, 1);
  }
}

/** @throws Errno EAGAIN */
function createChannel(dataSize: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(CHANNEL.DATA + dataSize);
  } catch (cause) {
    throw new Errno(EAGAIN, { cause });
  }
}
