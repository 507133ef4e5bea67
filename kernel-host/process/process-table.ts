/** The processes of a machine: pids, birth, exec, end, and who waits for whom. */
import { EAGAIN, EEXIST, ENOSYS, ENOTDIR, Errno } from '../abi/errno.js';
import { MS_NOSUID } from '../abi/mount.js';
import { signaledStatus } from '../abi/process.js';
import { searchPath } from '../abi/search-path.js';
import { SI_USER, SIGKILL } from '../abi/signal.js';
import { S_IFDIR } from '../abi/stat.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from '../memory/address-space.js';
import { controlByOpening, leaderEnded } from '../tty/controlling-terminal.js';
import type { Terminal } from '../tty/terminal.js';
import { usageOf } from './accounting.js';
import { type Birth, createProcess, releaseProcess } from './birth.js';
import { checkSize, type Executable, search } from './executables.js';
import { createAddressSpace } from './guest-memory.js';
import { hold, letGo } from './held-places.js';
import { tellParent } from './parent-notice.js';
import { type Image, INIT_PID, type Pid, type Process } from './process.js';
import { guardedGroups, isUnused, releaseOrphaned } from './process-groups.js';
import type { ProgramHost } from './program-host.js';
import type { Task } from './task.js';
import { Threads } from './threads.js';

/** kernel.pid_max of Linux on 32 bits. */
export const PID_MAX = 32768;

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
  /** Used by processes that are over. */
  #pastTime = 0;

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

  get lastPid(): number {
    return this.#lastPid;
  }

  /** Milliseconds of processor time that all processes have used since the machine was. */
  get processorTime(): number {
    return this.all().reduce(
      (time, process) => (process.status === null ? time + usageOf(process).time : time),
      this.#pastTime,
    );
  }

  all(): readonly Process[] {
    return [...this.#processes.values()];
  }

  /**
   * Starts a program as a new process; its pid.
   * @throws Errno ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP, E2BIG, EAGAIN, ENOMEM
   */
  spawn(options: SpawnOptions): Pid {
    const { parent, cwd, path, environment, terminal = null, sharedPort } = options;
    const kernel = this.#kernel;
    if (kernel.vfs.type(cwd) !== S_IFDIR) throw new Errno(ENOTDIR);
    const executable = search(kernel, cwd, path, options.arguments, searchPath(environment));
    const image = imageOf(executable, environment);
    const process = this.#create({ parent, image, cwd, sharedPort, leads: terminal !== null });
    for (const [fd, description] of options.descriptors) {
      // A host keeps no hand on what it gives its first process.
      if (parent) kernel.descriptions.share(description);
      else kernel.descriptions.retain(description);
      process.descriptors.put(fd, description, false);
    }
    if (terminal) controlByOpening(terminal, process, true);
    try {
      this.begin(process, executable, environment, options.prepare);
    } catch (error) {
      this.abandon(process);
      throw error;
    }
    return process.pid;
  }

  /**
   * A child without a thread, as its parent is but for the descriptors: it begins, or is abandoned.
   * @throws Errno EAGAIN
   */
  bear(parent: Process): Process {
    const { image, cwd } = parent;
    return this.#create({ parent, image, cwd, sharedPort: null, leads: false });
  }

  /** A process whose host runs its program, in a session of its own, without a thread yet. @throws Errno EEXIST, EAGAIN */
  adopt(pid: number, image: Image, cwd: Place, space: AddressSpace, host: ProgramHost): Process {
    if (pid <= INIT_PID || this.#processes.has(pid) || this.threads.byTid(pid)) throw new Errno(EEXIST);
    const process = this.#create({ parent: null, image, cwd, sharedPort: null, leads: true }, pid as Pid);
    process.addressSpace = space;
    process.host = host;
    this.#spawned++;
    return process;
  }

  /** As if it had never been: its parent is not told, and finds no child when it waits. */
  vanish(process: Process): void {
    if (process.status === null) {
      process.status = 0;
      releaseProcess(this.#kernel, process);
      for (const child of process.children.values()) child.parent = null;
      process.children.clear();
      process.ended.wake();
    }
    const { parent } = process;
    this.reap(process);
    parent?.childChanged.wake();
  }

  abandon(process: Process): void {
    if (process.status === null) releaseProcess(this.#kernel, process);
    this.#remove(process);
  }

  /** A process without a thread begins with a program. @throws Errno E2BIG, ENOEXEC, EAGAIN: it is to be abandoned */
  begin(
    process: Process,
    executable: Executable,
    environment: readonly string[],
    prepare?: (child: Task) => void,
  ): void {
    const { program } = executable;
    checkSize(executable.arguments, environment);
    hold(executable.place);
    letGo(process.executable);
    process.image = imageOf(executable, environment);
    this.leaveOldProgram(process);
    this.#takeOn(process, executable.place);
    process.addressSpace = createAddressSpace(program, this.#kernel.programMemories);
    const memory = process.addressSpace?.memory ?? null;
    this.threads.start(process, process.pid, program, memory, { kind: 'program' }, prepare);
    this.#spawned++;
    process.parent?.children.set(process.pid, process);
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
    const space = createAddressSpace(program, this.#kernel.programMemories);
    hold(executable.place);
    process.executed = true;
    for (const other of [...process.tasks.values()]) this.threads.discard(other);
    process.addressSpace = space;
    process.image = imageOf(executable, environment);
    before.space.release(this.#kernel.programMemories);
    letGo(before.image.executable);
    this.leaveOldProgram(process);
    this.#takeOn(process, executable.place);
    process.host = null;
    try {
      this.threads.start(process, process.pid, program, space?.memory ?? null, { kind: 'program' }, (next) => {
        next.signals.inherit(task.signals);
      });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      // There is no program to go back to (Linux: begin_new_exec(), the point of no return).
      this.end(process, signaledStatus(SIGKILL));
    }
  }

  /** A copy of a process has its thread. */
  forked(parent: Process, child: Process): void {
    this.#spawned++;
    parent.forks++;
    // A host takes its time for it: either may be over by now.
    if (this.#processes.get(child.pid) !== child) return;
    if (parent.status === null) parent.children.set(child.pid, child);
    else {
      child.parent = null;
      if (child.status !== null) this.#remove(child);
    }
  }

  /** Nobody becomes another by a program where prctl(2), PR_SET_NO_NEW_PRIVS, or the mount that it is in, forbids it. */
  #takeOn(process: Process, place: Place): void {
    const forbidden = process.noNewPrivileges || ((place.fileSystem.restrictions ?? 0) & MS_NOSUID) !== 0;
    if (!forbidden) process.credentials.takeOn(this.#kernel.vfs.attributes(place));
  }

  /** What exec does away with. */
  leaveOldProgram(process: Process): void {
    process.descriptors.forEach((fd, description) => {
      if (process.descriptors.closesOnExec(fd)) this.#kernel.closeDescriptor(process, fd, description);
    });
    process.signals.actions.forgetHandlers();
    process.posixTimers.clear();
    process.credentials.execute();
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
      process.posixTimers.clear();
    }
    const inside = [...process.tasks.values()].some(({ channel }) => channel.inside);
    if (failed || !inside) this.#finish(process, process.ending);
  }

  /** The process is over: its descriptors close, its parent hears of it. */
  #finish(process: Process, status: number): void {
    if (process.status !== null) return;
    const guarded = guardedGroups(this.#kernel, process);
    process.status = status;
    releaseProcess(this.#kernel, process);
    this.#pastTime += process.pastUsage.time;
    for (const child of process.children.values()) {
      child.parent = null;
      if (child.status !== null) this.#remove(child);
      else if (child.parentDeathSignal !== 0) child.signals.raise(child.parentDeathSignal, SI_USER);
    }
    process.children.clear();
    leaderEnded(this.#kernel, process);
    releaseOrphaned(this.#kernel, guarded);
    process.ended.wake();
    const { parent } = process;
    this.#kernel.events.onExit(process.pid, status);
    // Orphans belong to init, which waits for everyone.
    if (!parent) {
      this.#remove(process);
      return;
    }
    tellParent(parent, process, status, () => this.reap(process));
  }

  /** A zombie was waited for. */
  reap(process: Process): void {
    process.parent?.children.delete(process.pid);
    this.#remove(process);
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

  /** The next process or thread has this id, or the next one that is free. */
  set nextPid(pid: number) {
    this.#lastPid = pid - 1;
  }

  /** @throws Errno EAGAIN and others */
  #create(birth: Omit<Birth, 'pid'>, pid: Pid = this.allocatePid()): Process {
    const process = createProcess(this.#kernel, { ...birth, pid });
    this.#processes.set(process.pid, process);
    return process;
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
