/**
 * The kernel's loop: sleeps on the doorbell, takes who rang, answers their calls. Nothing a guest passes can throw out of
 * it: an Errno becomes the call's result, anything else ends the guest that met it and is told to the host.
 */
import { EIO, ENOSYS, Errno } from '../abi/errno.js';
import { takeReady } from '../channel/doorbell.js';
import { AbsentBlocks, type BlockLoad } from '../fs/block-cache.js';
import type { Kernel } from '../kernel.js';
import { FIRST_CHANNEL_SOURCE, SUPERBLOCK } from '../memory/layout.js';
import { callTable } from '../syscall/table.js';
import { RunQueue } from './run-queue.js';
import { PARKED, type Task } from './task.js';

/** Rounds of calls answered before messages and timers of the event loop get their turn: 64 is the reference kernel's batch. */
const BATCH = 64;

export class Dispatcher {
  readonly #kernel: Kernel;
  readonly #defer: (callback: () => void) => void;
  readonly #queue: RunQueue;
  readonly #sources = new WeakMap<Task, number>();
  #scheduled = false;
  #sleeping = false;

  constructor(kernel: Kernel, defer: (callback: () => void) => void) {
    this.#kernel = kernel;
    this.#defer = defer;
    this.#queue = new RunQueue(() => this.#schedule());
    this.#sleep();
  }

  get enqueue(): (callback: () => void) => void {
    return this.#queue.enqueue;
  }

  attach(task: Task): number {
    const source = this.#kernel.sources.allocate(() => this.answer(task), 'channel');
    if (source < 0) throw new Errno(-source);
    this.#sources.set(task, source);
    return source;
  }

  detach(task: Task): void {
    const source = this.#sources.get(task);
    if (source !== undefined) this.#kernel.sources.free(source);
    this.#sources.delete(task);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#defer(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  readonly #run = (): void => {
    const { memory, sources } = this.#kernel;
    Atomics.store(memory.i32, SUPERBLOCK.ASLEEP_W, 0);
    let idle = false;
    try {
      for (let round = 0; round < BATCH && !idle; round++) {
        this.#queue.run();
        idle = takeReady(memory, sources.serve) === 0 && this.#queue.empty;
      }
    } finally {
      // A callback of the host's that threw is told by the platform, as any error; the kernel goes on.
      if (idle) this.#sleep();
      else this.#schedule();
    }
  };

  /** Arms one wait for the doorbell, and looks once more at who rang before it was armed. */
  #sleep(): void {
    const { i32 } = this.#kernel.memory;
    const rung = Atomics.load(i32, SUPERBLOCK.DOORBELL_W);
    Atomics.store(i32, SUPERBLOCK.ASLEEP_W, 1);
    if (this.#sleeping) {
      // The wait of an earlier sleep still stands: it was for an older value, and ends at the next ring all the same.
      if (takeReady(this.#kernel.memory, this.#kernel.sources.serve) > 0 || !this.#queue.empty) this.#schedule();
      return;
    }
    const result = Atomics.waitAsync(i32, SUPERBLOCK.DOORBELL_W, rung);
    if (result.async) {
      this.#sleeping = true;
      result.value.then(() => {
        this.#sleeping = false;
        this.#run();
      });
    }
    // Whoever rang between the last look and the load above did not notify.
    if (!result.async || takeReady(this.#kernel.memory, this.#kernel.sources.serve) > 0 || !this.#queue.empty)
      this.#schedule();
  }

  answer(task: Task): void {
    const { channel, process } = task;
    if (process.addressSpace) this.#hearRings();
    if (process.ending !== null) {
      // Its worker has left its records.
      this.#kernel.processes.end(process, process.ending);
      return;
    }
    if (!channel.pending || task.parked) return;
    // It is answered when the process goes on.
    if (process.stopped !== null) return;
    task.calls++;
    this.#kernel.tracer?.entered(task);
    let result: number;
    try {
      result = this.#call(task);
    } catch (error) {
      if (!(error instanceof Errno)) {
        this.#kernel.failed(task, error);
        return;
      }
      result = -error.errno;
    }
    if (result !== PARKED && process.status === null) task.complete(result);
  }

  /** What a worker did in pipes and connections by itself before a call is known to all when the call looks at them. */
  #hearRings(): void {
    const { memory, sources } = this.#kernel;
    takeReady(memory, sources.serve, FIRST_CHANNEL_SOURCE);
    // Heard just now, or as this call was: who hears of it at second hand (an epoll of epolls) does so before. Within another's call,
    // which has this process go on, what is to be done after that waits for its end.
    if (this.#kernel.current === null) this.#queue.run();
  }

  /** @throws Errno, and what a fault of the kernel throws */
  #call(task: Task): number {
    const { channel } = task;
    const handler = callTable[channel.number];
    if (!handler) return -ENOSYS;
    const before = this.#kernel.current;
    this.#kernel.current = task;
    try {
      task.process.addressSpace?.synchronize();
      return handler(
        this.#kernel,
        task,
        channel.argument(0),
        channel.argument(1),
        channel.argument(2),
        channel.argument(3),
        channel.argument(4),
        channel.argument(5),
      );
    } catch (error) {
      if (!(error instanceof AbsentBlocks)) throw error;
      return this.#whenLoaded(task, error.load);
    } finally {
      this.#kernel.current = before;
    }
  }

  /** The call has changed nothing yet: it is made anew when the blocks have come (Linux: VM_FAULT_RETRY). */
  #whenLoaded(task: Task, load: BlockLoad): number {
    return task.park({
      queues: [load.ended],
      retry: () => (load.failed ? -EIO : this.#call(task)),
      deadline: null,
      expired: () => -EIO,
      interrupted: null,
    });
  }
}
