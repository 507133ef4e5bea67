/** A process: what the kernel knows of it beyond the record that its own worker reads. */
import { DescriptorTable } from '../file/descriptor-table.js';
import type { Place } from '../fs/vfs.js';
import type { AddressSpace } from '../memory/address-space.js';
import type { Brand } from '../memory/brand.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { PROCESS } from '../memory/layout.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { Terminal } from '../tty/terminal.js';
import { NOTHING_USED, type Usage } from './accounting.js';
import { Credentials } from './credentials.js';
import type { IntervalTimers } from './interval-timers.js';
import { Limits } from './limits.js';
import type { PosixTimers } from './posix-timers.js';
import type { ProgramHost } from './program-host.js';
import type { Program } from './programs.js';
import type { Signals } from './signals.js';
import type { Task } from './task.js';

export type Pid = Brand<number, 'Pid'>;

/** TASK_COMM_LEN: names of threads, with their NUL. */
export const COMM_LENGTH = 16;

/** Who has adopted whoever has no parent: no process of this kernel's, which waits for orphans itself. */
export const INIT_PID = 1;

/** What exec replaces. */
export interface Image {
  readonly program: Program;
  /** The program that it runs, and the name that this was found by. */
  readonly executable: Place;
  readonly name: string;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
}

export class Process {
  readonly pid: Pid;
  /** Address of its record in kernel memory. */
  readonly record: number;
  readonly descriptors: DescriptorTable;
  /** A port that it shares, when it listens there, with others that do, as with SO_REUSEPORT; its children do not. */
  readonly sharedPort: number | null;
  readonly children = new Map<Pid, Process>();
  /** Woken when a child changes state. */
  readonly childChanged = new WaitQueue();
  /** Woken when it is over. */
  readonly ended = new WaitQueue();
  readonly started: number;
  readonly intervalTimers: IntervalTimers;
  readonly posixTimers: PosixTimers;
  readonly signals: Signals;
  readonly credentials = new Credentials();
  readonly limits = new Limits();
  /** Nice value, -20 to 19 (POSIX nice()). The host schedules workers as it likes: it is kept, and told. */
  nice = 0;
  /** What it is sent when its parent ends; 0: nothing (prctl(2), PR_SET_PDEATHSIG). */
  parentDeathSignal = 0;
  /** Told, and kept: there are no core dumps, and programs do not raise who runs them. */
  dumpable = true;
  noNewPrivileges = false;
  /** Its threads by id; none of a zombie. */
  readonly tasks = new Map<Pid, Task>();
  image: Image;
  /** Who runs its program, when not the kernel's own workers do. */
  host: ProgramHost | null = null;
  /** Children that it made by fork. */
  forks = 0;
  /** Of a program whose memory the kernel shares. */
  addressSpace: AddressSpace | null = null;
  parent: Process | null;
  cwd: Place;
  /** Where its paths begin (chroot(2)); null: where the machine's do. */
  root: Place | null = null;
  /** Its controlling terminal, which the other processes of its session have as well, or had. */
  terminal: Terminal | null;
  /** It runs another program than its parent made it with, by which its parent cannot move it to another group any more. */
  executed = true;
  /** Ids of its process group and its session: pids of their first members, or below 0 (`process-groups.ts`). */
  group: number;
  session: number;
  /** The signal that stopped it; null: it runs. */
  stopped: number | null = null;
  /** What its parent has not waited for yet: that it stopped, or goes on. */
  unreported: 'stopped' | 'continued' | null = null;
  /** wait(2) status that it ends with, from when that is certain: what it has may still be in use by its workers. */
  ending: number | null = null;
  /** wait(2) status once it has ended: a zombie until its parent asks. */
  status: number | null = null;
  /** Used by its threads that have ended. */
  pastUsage: Usage = NOTHING_USED;
  /** Used by its children that it has waited for, and by those that these waited for. */
  childrenUsage: Usage = NOTHING_USED;
  readonly #memory: KernelMemory;

  constructor(options: {
    pid: Pid;
    record: number;
    memory: KernelMemory;
    parent: Process | null;
    /** Without a parent: it leads a session. */
    leads: boolean;
    image: Image;
    cwd: Place;
    sharedPort: number | null;
    started: number;
    intervalTimers: (process: Process) => IntervalTimers;
    posixTimers: PosixTimers;
    signals: (process: Process) => Signals;
  }) {
    this.pid = options.pid;
    this.record = options.record;
    this.#memory = options.memory;
    this.parent = options.parent;
    // Who is given a terminal leads a session, as a login shell does; who is not is in one of its host's, as any command.
    const group = options.leads ? options.pid : -options.pid;
    this.group = options.parent?.group ?? group;
    this.session = options.parent?.session ?? group;
    this.terminal = options.parent?.terminal ?? null;
    this.image = options.image;
    this.cwd = options.cwd;
    this.sharedPort = options.sharedPort;
    this.started = options.started;
    this.intervalTimers = options.intervalTimers(this);
    this.posixTimers = options.posixTimers;
    this.signals = options.signals(this);
    this.descriptors = new DescriptorTable(options.memory, options.record);
  }

  /** What it is told of its parent (POSIX getppid()): 1, when that is the host, or gone. */
  get parentPid(): number {
    return this.parent?.pid ?? INIT_PID;
  }

  /** Tells its worker whether it may answer calls by itself (PROCESS.ALONE_W): not where somebody watches them. */
  updateAlone(watched: boolean): void {
    const { addressSpace } = this;
    if (!addressSpace) return;
    const alone =
      !watched &&
      this.tasks.size === 1 &&
      this.stopped === null &&
      !addressSpace.shares &&
      // It opens files by itself, and asks nobody whether it may.
      this.credentials.privileged &&
      this.root === null;
    Atomics.store(this.#memory.u32, (this.record >>> 2) + PROCESS.ALONE_W, alone ? 1 : 0);
  }

  get executable(): Place {
    return this.image.executable;
  }

  get name(): string {
    return this.image.name;
  }

  /** As much of the name as the names of threads have room for. */
  get programName(): Uint8Array {
    return new TextEncoder().encode(this.name).subarray(0, COMM_LENGTH - 1);
  }

  get arguments(): readonly string[] {
    return this.image.arguments;
  }

  get environment(): readonly string[] {
    return this.image.environment;
  }

  /** The thread that it began with, or the first of those that are left; null for a zombie. */
  get task(): Task | null {
    return this.tasks.get(this.pid) ?? this.tasks.values().next().value ?? null;
  }

  get umask(): number {
    return this.#word(PROCESS.UMASK_W);
  }

  set umask(mask: number) {
    this.#memory.u32[(this.record >>> 2) + PROCESS.UMASK_W] = mask & 0o777;
  }

  get euid(): number {
    return this.credentials.user.effective;
  }

  get egid(): number {
    return this.credentials.group.effective;
  }

  /** System calls that its program has made; those that its own worker could not answer are its tasks'. */
  get calls(): number {
    return this.#memory.f64[(this.record >>> 3) + PROCESS.CALLS_F64] as number;
  }

  /** System calls of its threads that reached the kernel. */
  get crossings(): number {
    let sum = 0;
    for (const { calls } of this.tasks.values()) sum += calls;
    return sum;
  }

  #word(field: number): number {
    return this.#memory.u32[(this.record >>> 2) + field] as number;
  }
}
