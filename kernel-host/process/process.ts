/** A process: what the kernel knows of it beyond the record that its own worker reads. */
import { DescriptorTable } from '../file/descriptor-table.js';
import type { Place } from '../fs/vfs.js';
import type { AddressSpace } from '../memory/address-space.js';
import type { Brand } from '../memory/brand.js';
import type { KernelMemory } from '../memory/kernel-memory.js';
import { PROCESS } from '../memory/layout.js';
import type { GuestWorker } from '../platform/guest-workers.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { IntervalTimers } from './interval-timers.js';
import type { Signals } from './signals.js';
import type { Task } from './task.js';

export type Pid = Brand<number, 'Pid'>;

export class Process {
  readonly pid: Pid;
  /** Address of its record in kernel memory. */
  readonly record: number;
  readonly descriptors: DescriptorTable;
  readonly arguments: readonly string[];
  /** The program that it runs, and the name that this was found by. */
  readonly executable: Place;
  readonly name: string;
  /** A port that it shares, when it listens there, with others that do, as with SO_REUSEPORT; its children do not. */
  readonly sharedPort: number | null;
  readonly environment: readonly string[];
  readonly children = new Map<Pid, Process>();
  /** Woken when a child changes state. */
  readonly childChanged = new WaitQueue();
  readonly started: number;
  readonly intervalTimers: IntervalTimers;
  readonly signals: Signals;
  /** Of a program whose memory the kernel shares. */
  addressSpace: AddressSpace | null = null;
  parent: Process | null;
  cwd: Place;
  task: Task | null = null;
  worker: GuestWorker | null = null;
  /** wait(2) status that it ends with, from when that is certain: what it has may still be in use by its worker. */
  ending: number | null = null;
  /** wait(2) status once it has ended: a zombie until its parent asks. */
  status: number | null = null;
  readonly #memory: KernelMemory;

  constructor(options: {
    pid: Pid;
    record: number;
    memory: KernelMemory;
    parent: Process | null;
    arguments: readonly string[];
    environment: readonly string[];
    cwd: Place;
    executable: Place;
    name: string;
    sharedPort: number | null;
    started: number;
    intervalTimers: (process: Process) => IntervalTimers;
    signals: (process: Process) => Signals;
  }) {
    this.pid = options.pid;
    this.record = options.record;
    this.#memory = options.memory;
    this.parent = options.parent;
    this.arguments = options.arguments;
    this.environment = options.environment;
    this.cwd = options.cwd;
    this.executable = options.executable;
    this.name = options.name;
    this.sharedPort = options.sharedPort;
    this.started = options.started;
    this.intervalTimers = options.intervalTimers(this);
    this.signals = options.signals(this);
    this.descriptors = new DescriptorTable(options.memory, options.record);
  }

  get umask(): number {
    return this.#word(PROCESS.UMASK_W);
  }

  set umask(mask: number) {
    this.#memory.u32[(this.record >>> 2) + PROCESS.UMASK_W] = mask & 0o777;
  }

  get euid(): number {
    return this.#word(PROCESS.EUID_W);
  }

  get egid(): number {
    return this.#word(PROCESS.EGID_W);
  }

  /** System calls that its program has made; those that its own worker could not answer are its task's. */
  get calls(): number {
    return this.#memory.f64[(this.record >>> 3) + PROCESS.CALLS_F64] as number;
  }

  #word(field: number): number {
    return this.#memory.u32[(this.record >>> 2) + field] as number;
  }
}
