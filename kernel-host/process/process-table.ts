/** The processes of a machine: pids, birth, end, and who waits for whom. */
import { E2BIG, EACCES, EAGAIN, ENOENT, ENOEXEC, ENOTDIR, Errno } from '../abi/errno.js';
import { ARG_MAX, signaledStatus } from '../abi/process.js';
import { S_IFDIR, S_IFMT } from '../abi/stat.js';
import { KernelChannel } from '../channel/kernel-channel.js';
import { CHANNEL, COPYING_DATA_SIZE } from '../channel/layout.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Address } from '../memory/kernel-memory.js';
import { PROCESS, PROCESS_SIZE, SPARES } from '../memory/layout.js';
import { PAGE } from '../memory/page-allocator.js';
import { UserMemory } from '../memory/user-memory.js';
import { createGuestMemory } from './guest-memory.js';
import { hold, letGo } from './held-places.js';
import { IntervalTimers } from './interval-timers.js';
import { type Pid, Process } from './process.js';
import type { Program } from './programs.js';
import { Signals } from './signals.js';
import { Task } from './task.js';

/** A page of entries: RLIMIT_NOFILE's usual soft limit. */
const DESCRIPTORS = PAGE / 4;
/** confstr(_CS_PATH) */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** kernel.pid_max of Linux on 32 bits. */
export const PID_MAX = 32768;
const INIT_PID = 1;

export interface SpawnOptions {
  /** With a slash: the program itself; without: looked for in the environment's PATH. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  readonly cwd: Place;
  /** Descriptions by descriptor: the child gets a reference of its own to each. */
  readonly descriptors: ReadonlyMap<number, number>;
  readonly parent: Process | null;
  readonly sharedPort: number | null;
}

interface Found {
  readonly program: Program;
  readonly place: Place;
}

export class ProcessTable {
  readonly #kernel: Kernel;
  readonly #processes = new Map<number, Process>();
  #lastPid = INIT_PID;
  #spawned = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  byPid(pid: number): Process | null {
    return this.#processes.get(pid) ?? null;
  }

  /** Processes begun since the machine was. */
  get spawned(): number {
    return this.#spawned;
  }

  all(): readonly Process[] {
    return [...this.#processes.values()];
  }

  /**
   * Starts a program as a new process; its pid.
   * @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, E2BIG, EAGAIN, ENOMEM
   */
  spawn(options: SpawnOptions): Pid {
    const kernel = this.#kernel;
    const size = [...options.arguments, ...options.environment].reduce((sum, text) => sum + text.length + 5, 0);
    if (size > ARG_MAX) throw new Errno(E2BIG);
    if (kernel.vfs.type(options.cwd) !== S_IFDIR) throw new Errno(ENOTDIR);
    const { program, place: executable } = this.#find(options);
    const pid = this.#allocatePid();
    hold(executable);
    try {
      hold(options.cwd);
    } catch (error) {
      letGo(executable);
      throw error;
    }
    const record = kernel.slabs.allocate(PROCESS_SIZE);
    const table = kernel.pages.allocateZeroed((DESCRIPTORS * 4) / PAGE);
    if (record === null || table === null) {
      if (record !== null) kernel.slabs.free(record, PROCESS_SIZE);
      if (table !== null) kernel.pages.free(table, 1);
      letGo(executable);
      letGo(options.cwd);
      throw new Errno(EAGAIN);
    }
    const { u32 } = kernel.memory;
    const word = record >>> 2;
    u32[word + PROCESS.PID_W] = pid;
    u32[word + PROCESS.ROOT_W] = kernel.vfs.root.root;
    u32[word + PROCESS.UMASK_W] = options.parent?.umask ?? 0o022;
    u32[word + PROCESS.TABLE_W] = table;
    u32[word + PROCESS.TABLE_SIZE_W] = DESCRIPTORS;
    const process = new Process({
      pid,
      record,
      memory: kernel.memory,
      parent: options.parent,
      arguments: options.arguments,
      environment: options.environment,
      cwd: options.cwd,
      executable,
      name: options.path.split('/').at(-1) ?? '',
      sharedPort: options.sharedPort,
      started: kernel.clock.monotonic(),
      intervalTimers: (owner) =>
        new IntervalTimers(
          kernel.timers,
          () => kernel.clock.monotonic(),
          (signal) => owner.signals.raise(signal),
        ),
      signals: (owner) => new Signals((signal) => this.end(owner, signaledStatus(signal))),
    });
    this.#setDirectory(process, options.cwd);
    for (const [fd, description] of options.descriptors) {
      // A host keeps no hand on what it gives its first process.
      if (options.parent) kernel.descriptions.share(description);
      else kernel.descriptions.retain(description);
      process.descriptors.put(fd, description, false);
    }
    this.refillSpares(process);
    this.#processes.set(pid, process);
    try {
      this.#start(process, program);
    } catch (error) {
      this.#release(process);
      this.#remove(process);
      if (error instanceof Errno) throw error;
      // The platform has no room for another worker or its channel (POSIX posix_spawn() fails as fork() does).
      throw new Errno(EAGAIN, { cause: error });
    }
    this.#spawned++;
    options.parent?.children.set(pid, process);
    return pid;
  }

  /**
   * Ends a process: now, or as soon as its worker has left its records. Nothing happens to one that is over already.
   * @param failed the worker has ended by itself, whatever it was at.
   */
  end(process: Process, status: number, failed = false): void {
    if (process.ending === null) {
      process.ending = status;
      process.task?.unpark();
      process.intervalTimers.clear();
      process.task?.channel.close();
    }
    if (failed || !process.task?.channel.inside) this.#finish(process, process.ending);
  }

  /** The process is over: its descriptors close, its parent hears of it. */
  #finish(process: Process, status: number): void {
    if (process.status !== null) return;
    process.status = status;
    process.worker?.terminate();
    process.worker = null;
    this.#release(process);
    for (const child of process.children.values()) {
      child.parent = null;
      if (child.status !== null) this.#remove(child);
    }
    process.children.clear();
    process.parent?.childChanged.wake();
    this.#kernel.events.onExit(process.pid, status);
    // Orphans belong to init, which waits for everyone.
    if (!process.parent) this.#remove(process);
  }

  /** A zombie was waited for. */
  reap(process: Process): void {
    process.parent?.children.delete(process.pid);
    this.#remove(process);
  }

  changeDirectory(process: Process, place: Place): number {
    if (this.#kernel.vfs.type(place) !== S_IFDIR) return -ENOTDIR;
    hold(place);
    letGo(process.cwd);
    this.#setDirectory(process, place);
    return 0;
  }

  #setDirectory(process: Process, place: Place): void {
    process.cwd = place;
    // 0 where its own worker cannot go on from: it asks the kernel about relative paths then.
    this.#kernel.memory.u32[(process.record >>> 2) + PROCESS.CWD_W] =
      place.fileSystem === this.#kernel.vfs.root ? place.node : 0;
  }

  /** Hands over blank descriptions, for the process to open files with on its own. */
  refillSpares(process: Process): void {
    const { u32 } = this.#kernel.memory;
    const word = process.record >>> 2;
    let count = u32[word + PROCESS.SPARE_COUNT_W] as number;
    while (count < SPARES) {
      const spare = this.#kernel.descriptions.spare();
      if (spare < 0) break;
      this.#kernel.memory.u32[word + PROCESS.SPARES_W + count++] = spare;
    }
    this.#kernel.memory.u32[word + PROCESS.SPARE_COUNT_W] = count;
  }

  #start(process: Process, program: Program): void {
    const kernel = this.#kernel;
    const buffer = new SharedArrayBuffer(CHANNEL.DATA + COPYING_DATA_SIZE);
    const channel = new KernelChannel(buffer, 0);
    const memory = program.abi === 'posix' ? createGuestMemory(process, program.module) : null;
    const user = new UserMemory(memory ? () => memory.buffer : () => buffer);
    const task = new Task(process, channel, user, kernel.timers, kernel.enqueue, (error) => kernel.failed(task, error));
    process.task = task;
    const source = kernel.attach(task);
    process.worker = kernel.workers.start(
      {
        memory: kernel.memory.memory,
        process: process.record,
        channel: buffer,
        channelDataSize: COPYING_DATA_SIZE,
        source,
        module: program.module,
        guestMemory: memory,
        abi: program.abi,
        arguments: process.arguments,
        environment: process.environment,
      },
      (message) => kernel.crashed(process, message),
    );
  }

  #find(options: SpawnOptions): Found {
    if (options.path === '') throw new Errno(ENOENT);
    if (options.path.includes('/')) return this.#program(options.path, options.cwd);
    const path = options.environment.find((entry) => entry.startsWith('PATH='))?.slice(5) ?? DEFAULT_PATH;
    let failure = ENOENT;
    for (const directory of path.split(':')) {
      try {
        return this.#program(`${directory || '.'}/${options.path}`, options.cwd);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        // execvp: EACCES is remembered, and told when nothing better is found.
        if (error.errno === EACCES) failure = EACCES;
        else if (error.errno !== ENOENT && error.errno !== ENOTDIR) throw error;
      }
    }
    throw new Errno(failure);
  }

  #program(path: string, cwd: Place): Found {
    const { vfs, programs } = this.#kernel;
    const place = vfs.lookup(cwd, new TextEncoder().encode(path), true);
    const { mode } = vfs.attributes(place);
    if ((mode & S_IFMT) === S_IFDIR || (mode & 0o111) === 0) throw new Errno(EACCES);
    const program = programs.at(this.#kernel.lockKey(place));
    if (!program) throw new Errno(ENOEXEC);
    return { program, place };
  }

  #allocatePid(): Pid {
    for (let tries = 0; tries < PID_MAX; tries++) {
      this.#lastPid = this.#lastPid + 1 >= PID_MAX ? INIT_PID + 1 : this.#lastPid + 1;
      if (!this.#processes.has(this.#lastPid)) return this.#lastPid as Pid;
    }
    throw new Errno(EAGAIN);
  }

  /** Gives back all that a process holds, but for its pid. */
  #release(process: Process): void {
    const kernel = this.#kernel;
    process.descriptors.forEach((fd, description) => {
      kernel.closeDescriptor(process, fd, description);
    });
    kernel.locks.releaseAll(kernel.lockOwner(process));
    if (process.task) kernel.detach(process.task);
    process.addressSpace?.release();
    kernel.ipc.exited(process.pid);
    letGo(process.executable);
    letGo(process.cwd);
    const { u32 } = kernel.memory;
    const word = process.record >>> 2;
    for (let i = u32[word + PROCESS.SPARE_COUNT_W] as number; i > 0; i--)
      kernel.descriptions.freeSpare(u32[word + PROCESS.SPARES_W + i - 1] as number);
    kernel.pages.free(u32[word + PROCESS.TABLE_W] as Address, (DESCRIPTORS * 4) / PAGE);
    kernel.slabs.free(process.record as Address, PROCESS_SIZE);
  }

  #remove(process: Process): void {
    this.#processes.delete(process.pid);
  }
}
