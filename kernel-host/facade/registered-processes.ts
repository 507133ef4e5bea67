/** Processes whose programs the host runs in workers of its own: their channels, and what becomes of them by fork, exec and clone. */
import { EAGAIN, EINVAL, ENOSYS, Errno, ESRCH } from '../abi/errno.js';
import type { ChannelListener } from '../channel/channel-listener.js';
import { KernelChannel } from '../channel/kernel-channel.js';
import type { Kernel } from '../kernel.js';
import { AddressSpace } from '../memory/address-space.js';
import { WASM_PAGE } from '../memory/kernel-memory.js';
import { bearCopy } from '../process/fork.js';
import type { Image, Pid, Process } from '../process/process.js';
import { type ProgramHost, parkUntil } from '../process/program-host.js';
import type { Task } from '../process/task.js';
import type { KernelCallbacks, RegisterProcessOptions } from './callbacks.js';

/** (module): what the kernel knows of a program that it does not run. */
const NOTHING = new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
/** Address space of 32 bits. */
const MOST_PAGES = 65536;

interface Listened {
  readonly task: Task;
  readonly channel: KernelChannel;
  readonly offset: number;
}

export class RegisteredProcesses implements ProgramHost {
  readonly #kernel: Kernel;
  readonly #listener: ChannelListener;
  readonly #callbacks: KernelCallbacks;
  readonly #listened = new Map<Task, Listened>();

  constructor(kernel: Kernel, listener: ChannelListener, callbacks: KernelCallbacks) {
    this.#kernel = kernel;
    this.#listener = listener;
    this.#callbacks = callbacks;
  }

  /** @throws Errno ESRCH, EEXIST, EAGAIN */
  register(
    pid: number,
    memory: WebAssembly.Memory,
    offsets: readonly number[],
    options: RegisterProcessOptions = {},
  ): Process {
    const space = new AddressSpace(memory, MOST_PAGES * WASM_PAGE);
    const { brkBase: heap, brkLimit: breakLimit, mmapBase: floor, maxAddr: ceiling } = options;
    for (const [name, value] of Object.entries({ heap, breakLimit, floor, ceiling }))
      if (value !== undefined) space.confine({ [name]: value });
    const process = options.skipKernelCreate ? this.#existing(pid) : this.#create(pid, space, options.argv ?? []);
    if (options.skipKernelCreate) {
      process.addressSpace = space;
      process.host = this;
      if (options.argv) process.image = { ...process.image, name: nameOf(options.argv), arguments: options.argv };
    }
    for (const [i, offset] of offsets.entries()) this.addChannel(process, offset, i === 0 ? process.pid : undefined);
    return process;
  }

  #create(pid: number, space: AddressSpace, argv: readonly string[]): Process {
    const { root } = this.#kernel.vfs;
    const place = { fileSystem: root, node: root.root };
    const image: Image = {
      program: { abi: 'posix', module: new WebAssembly.Module(NOTHING) },
      executable: place,
      name: nameOf(argv),
      arguments: argv,
      environment: [],
    };
    return this.#kernel.processes.adopt(pid, image, place, space, this);
  }

  /** @throws Errno ESRCH, EAGAIN, EINVAL for memory that is not shared */
  addChannel(process: Process, offset: number, tid?: number): Task {
    const kernel = this.#kernel;
    const space = process.addressSpace;
    if (!space) throw new Errno(ESRCH);
    const buffer: ArrayBufferLike = space.memory.buffer;
    if (!(buffer instanceof SharedArrayBuffer)) throw new Errno(EINVAL);
    const channel = new KernelChannel(buffer, offset);
    const id = (tid as Pid | undefined) ?? kernel.processes.allocatePid();
    const task = kernel.processes.threads.adopt(process, space, id, channel);
    this.#listened.set(task, { task, channel, offset });
    this.#listener.add(channel, () => {
      kernel.answer(task);
      if (process.tasks.get(task.tid) !== task) this.#over(task);
    });
    return task;
  }

  /** A thread is over; with its last one the process goes on to be one, until it ends or execs. */
  removeChannel(process: Process, offset: number): void {
    for (const listened of this.#of(process)) if (listened.offset === offset) this.#discard(listened.task);
  }

  removeThread(process: Process, tid: number): void {
    const task = process.tasks.get(tid as Pid);
    if (task) this.#discard(task);
  }

  /** What its threads ask is heard no more. */
  stopListening(process: Process): void {
    for (const { task, channel } of this.#of(process)) {
      this.#listener.remove(channel);
      this.#listened.delete(task);
    }
  }

  /** Its program and its memory are gone, and it is there still. */
  leaveProgram(process: Process): void {
    for (const task of [...process.tasks.values()]) this.#kernel.processes.threads.discard(task);
    this.stopListening(process);
    process.addressSpace?.release(this.#kernel.programMemories);
    process.addressSpace = null;
    process.executed = true;
  }

  fork(task: Task): number {
    const kernel = this.#kernel;
    const { process: parent } = task;
    const memory = parent.addressSpace?.memory;
    const { onFork } = this.#callbacks;
    if (!onFork || !memory) return -ENOSYS;
    const child = bearCopy(kernel, parent);
    const born = async (): Promise<number> => {
      try {
        await onFork.call(this.#callbacks, parent.pid, child.pid, memory);
      } catch {
        // What it registered, if it did, goes as well.
        this.stopListening(child);
        kernel.processes.abandon(child);
        return -EAGAIN;
      }
      const first = child.task;
      if (!first && child.status === null) {
        kernel.processes.abandon(child);
        return -EAGAIN;
      }
      first?.signals.copyFrom(task.signals);
      kernel.processes.forked(parent, child);
      return child.pid;
    };
    return parkUntil(task, born());
  }

  exec(task: Task, path: string, argv: readonly string[], environment: readonly string[]): number | null {
    const { onExec } = this.#callbacks;
    if (!onExec) return null;
    return parkUntil(task, onExec.call(this.#callbacks, task.process.pid, path, argv, environment));
  }

  clone(task: Task, stack: number, threadPointer: number, childTid: number): number {
    const { process, memory } = task;
    const space = process.addressSpace;
    const { onClone } = this.#callbacks;
    if (!onClone || !space) return -ENOSYS;
    const tid = this.#kernel.processes.allocatePid();
    // The C library puts them there (guest/musl/overlay/src/thread/wasm32/clone.c).
    const [routine, argument] = [memory.getInt32(stack), memory.getInt32(stack + 4)];
    const started = async (): Promise<number> => {
      const result = await onClone.call(
        this.#callbacks,
        ...([process.pid, tid, routine, argument, stack, threadPointer, childTid, space.memory] as const),
      );
      const thread = process.tasks.get(tid);
      if (result < 0 || !thread) return result < 0 ? result : -EAGAIN;
      thread.signals.mask = task.signals.mask;
      thread.clearAddress = childTid;
      return tid;
    };
    return parkUntil(task, started());
  }

  #existing(pid: number): Process {
    const process = this.#kernel.processes.byPid(pid);
    if (!process) throw new Errno(ESRCH);
    return process;
  }

  #of(process: Process): readonly Listened[] {
    return [...this.#listened.values()].filter(({ task }) => task.process === process);
  }

  #discard(task: Task): void {
    const { process } = task;
    this.#kernel.processes.threads.discard(task);
    process.signals.settleAll();
    this.#over(task);
  }

  #over(task: Task): void {
    const listened = this.#listened.get(task);
    if (!listened) return;
    this.#listener.remove(listened.channel);
    this.#listened.delete(task);
    const { process, tid } = task;
    if (process.status === null) this.#callbacks.onThreadExit?.(process.pid, tid, listened.offset);
  }
}

const nameOf = (argv: readonly string[]): string => argv[0]?.split('/').at(-1) ?? '';
