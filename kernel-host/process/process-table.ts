/** The processes of a machine: pids, birth, exec, end, and who waits for whom. */
import { EAGAIN, ENOSYS, ENOTDIR, Errno } from '../abi/errno.js';
import { signaledStatus, statusExitCode, statusSignal } from '../abi/process.js';
import { CLD_EXITED, CLD_KILLED, SA_NOCLDWAIT, SI_KERNEL, SIGCHLD, SIGKILL } from '../abi/signal.js';
import { S_IFDIR } from '../abi/stat.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { Address } from '../memory/kernel-memory.js';
import { PROCESS } from '../memory/layout.js';
import { controlByOpening, leaderEnded } from '../tty/controlling-terminal.js';
import type { Terminal } from '../tty/terminal.js';
import { checkSize, type Executable, search } from './executables.js';
import { createGuestMemory } from './guest-memory.js';
import { hold, letGo } from './held-places.js';
import { IntervalTimers } from './interval-timers.js';
import { resume, stop } from './job-control.js';
import { type Image, type Pid, Process } from './process.js';
import { guardedGroups, isOrphaned, isUnused, releaseOrphaned } from './process-groups.js';
import { freeRecord, makeRecord, refillSpares } from './process-record.js';
import { Signals } from './signals.js';
import type { Task } from './task.js';
import { Threads } from './threads.js';

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
  /** Of a process without parent: a session of its own begins with it there. */
  readonly terminal?: Terminal | null;
  readonly sharedPort: number | null;
  /** Called before the program begins. */
  readonly prepare?: (child: Task) => void;
}

export class ProcessTable {
  readonly threads: Threads;
  readonly #kernel: Kernel;
  readonly #processes = new Map<number, Process>();
  #lastPid = INIT_PID;
  #spawned = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.threads = new Threads(kernel);
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
   * @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP, E2BIG, EAGAIN, ENOMEM
   */
  spawn(options: SpawnOptions): Pid {
    const kernel = this.#kernel;
    checkSize(options.arguments, options.environment);
    if (kernel.vfs.type(options.cwd) !== S_IFDIR) throw new Errno(ENOTDIR);
    const executable = search(kernel, options.cwd, options.path, options.arguments, options.environment);
    const process = this.#create(options, imageOf(executable, options.environment));
    try {
      const { program } = executable;
      const memory = program.abi === 'posix' ? createGuestMemory(process, program.module) : null;
      this.threads.start(process, process.pid, program, memory, { kind: 'program' }, options.prepare);
    } catch (error) {
      this.#release(process);
      this.#remove(process);
      if (error instanceof Errno) throw error;
      throw new Errno(EAGAIN, { cause: error });
    }
    this.#spawned++;
    options.parent?.children.set(process.pid, process);
    return process.pid;
  }

  /**
   * Another program in the same process (POSIX exec): nothing of the old one runs any more when it is there, and all of it
   * is as it was when there is none.
   * @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP, E2BIG, ENOMEM; AbsentBlocks, to be called again
   */
  exec(task: Task, executable: Executable, environment: readonly string[]): void {
    const { process } = task;
    const { program } = executable;
    checkSize(executable.arguments, environment);
    // The worker of another kind of program uses the process's records by itself: it would have to leave them first.
    if (!process.addressSpace) throw new Errno(ENOSYS);
    const before = { image: process.image, space: process.addressSpace };
    const memory = program.abi === 'posix' ? createGuestMemory(process, program.module) : null;
    if (!memory) process.addressSpace = null;
    hold(executable.place);
    process.image = imageOf(executable, environment);
    process.executed = true;
    for (const other of [...process.tasks.values()]) this.threads.discard(other);
    before.space.release();
    letGo(before.image.executable);
    process.descriptors.forEach((fd, description) => {
      if (process.descriptors.closesOnExec(fd)) this.#kernel.closeDescriptor(process, fd, description);
    });
    process.signals.actions.forgetHandlers();
    try {
      this.threads.start(process, process.pid, program, memory, { kind: 'program' }, (next) => {
        next.signals.inherit(task.signals);
      });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      // There is no program to go back to (Linux: begin_new_exec(), the point of no return).
      this.end(process, signaledStatus(SIGKILL));
    }
  }

  /**
   * Ends a process: now, or as soon as its workers have left its records. Nothing happens to one that is over already.
   * @param failed a worker has ended by itself, whatever it was at.
   */
  end(process: Process, status: number, failed = false): void {
    if (process.ending === null) {
      process.ending = status;
      for (const task of process.tasks.values()) {
        task.unpark();
        task.channel.close();
      }
      process.intervalTimers.clear();
    }
    const inside = [...process.tasks.values()].some(({ channel }) => channel.inside);
    if (failed || !inside) this.#finish(process, process.ending);
  }

  /** The process is over: its descriptors close, its parent hears of it. */
  #finish(process: Process, status: number): void {
    if (process.status !== null) return;
    const guarded = guardedGroups(this.#kernel, process);
    process.status = status;
    this.#release(process);
    for (const child of process.children.values()) {
      child.parent = null;
      if (child.status !== null) this.#remove(child);
    }
    process.children.clear();
    leaderEnded(this.#kernel, process);
    releaseOrphaned(this.#kernel, guarded);
    const { parent } = process;
    this.#kernel.events.onExit(process.pid, status);
    // Orphans belong to init, which waits for everyone.
    if (!parent) {
      this.#remove(process);
      return;
    }
    const { actions } = parent.signals;
    const unwanted = actions.ignoresByChoice(SIGCHLD) || (actions.get(SIGCHLD).flags & SA_NOCLDWAIT) !== 0;
    const signal = statusSignal(status);
    const value = signal === 0 ? statusExitCode(status) : signal;
    parent.signals.send({ signal: SIGCHLD, code: signal === 0 ? CLD_EXITED : CLD_KILLED, first: process.pid, value });
    if (unwanted) this.reap(process);
    parent.childChanged.wake();
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

  /** For a process or a thread. @throws Errno EAGAIN */
  allocatePid(): Pid {
    for (let tries = 0; tries < PID_MAX; tries++) {
      this.#lastPid = this.#lastPid + 1 >= PID_MAX ? INIT_PID + 1 : this.#lastPid + 1;
      if (
        !this.threads.byTid(this.#lastPid) &&
        !this.#processes.has(this.#lastPid) &&
        isUnused(this.#kernel, this.#lastPid)
      )
        return this.#lastPid as Pid;
    }
    throw new Errno(EAGAIN);
  }

  /** A process without a thread, with references of its own to what it is given. @throws Errno EAGAIN and others */
  #create(options: SpawnOptions, image: Image): Process {
    const kernel = this.#kernel;
    const pid = this.allocatePid();
    hold(image.executable);
    try {
      hold(options.cwd);
    } catch (error) {
      letGo(image.executable);
      throw error;
    }
    let record: Address;
    try {
      record = makeRecord(kernel, pid, options.parent?.umask ?? 0o022);
    } catch (error) {
      letGo(image.executable);
      letGo(options.cwd);
      throw error;
    }
    const process = new Process({
      pid,
      record,
      memory: kernel.memory,
      parent: options.parent,
      leads: (options.terminal ?? null) !== null,
      image,
      cwd: options.cwd,
      sharedPort: options.sharedPort,
      started: kernel.clock.monotonic(),
      intervalTimers: (owner) =>
        new IntervalTimers(
          kernel.timers,
          () => kernel.clock.monotonic(),
          (signal) => owner.signals.raise(signal, SI_KERNEL),
        ),
      signals: (owner) =>
        new Signals({
          tasks: () => owner.tasks.values(),
          end: (signal) => this.end(owner, signaledStatus(signal)),
          stop: (signal) => stop(owner, signal),
          resume: () => resume(kernel, owner),
          orphaned: () => isOrphaned(kernel, owner.group),
        }),
    });
    this.#setDirectory(process, options.cwd);
    for (const [fd, description] of options.descriptors) {
      // A host keeps no hand on what it gives its first process.
      if (options.parent) kernel.descriptions.share(description);
      else kernel.descriptions.retain(description);
      process.descriptors.put(fd, description, false);
    }
    if (options.parent) process.signals.actions.copyFrom(options.parent.signals.actions);
    process.signals.actions.forgetHandlers();
    refillSpares(kernel, process);
    this.#processes.set(pid, process);
    if (options.terminal) controlByOpening(options.terminal, process, true);
    return process;
  }

  /** Gives back all that a process holds, but for its pid. */
  #release(process: Process): void {
    const kernel = this.#kernel;
    for (const task of [...process.tasks.values()]) this.threads.discard(task);
    process.descriptors.forEach((fd, description) => {
      kernel.closeDescriptor(process, fd, description);
    });
    kernel.locks.releaseAll(kernel.lockOwner(process));
    process.addressSpace?.release();
    kernel.ipc.exited(process.pid);
    letGo(process.executable);
    letGo(process.cwd);
    freeRecord(kernel, process);
  }

  #remove(process: Process): void {
    this.#processes.delete(process.pid);
  }
}

const imageOf = (executable: Executable, environment: readonly string[]): Image => ({
  program: executable.program,
  executable: executable.place,
  name: executable.path.split('/').at(-1) ?? '',
  arguments: executable.arguments,
  environment,
});
