/**
 * A machine's kernel: the parts put together. It holds what the parts share and decides nothing itself: system calls are
 * in `syscall/`, each subsystem in its folder.
 */

import { O_RDONLY, O_WRONLY } from './abi/fcntl.js';
import { signaledStatus } from './abi/process.js';
import { SIGSEGV } from './abi/signal.js';
import { Sources } from './channel/sources.js';
import { CharacterDevices } from './device/character-devices.js';
import { Framebuffer } from './device/framebuffer.js';
import { Mouse } from './device/mouse.js';
import { Sound } from './device/sound.js';
import { Descriptions } from './file/descriptions.js';
import { DeviceFile } from './file/device-file.js';
import type { FileOperations } from './file/file-operations.js';
import { InodeFile } from './file/inode-file.js';
import { MappedFiles } from './file/mapped-files.js';
import type { Timestamp } from './fs/file-system.js';
import { MemoryFileSystem } from './fs/memory-file-system.js';
import { type Place, Vfs } from './fs/vfs.js';
import { Ipc } from './ipc/ipc.js';
import { KernelMemory } from './memory/kernel-memory.js';
import { DESCRIPTION, INODE, INODE_LOCKED, KIND_PIPE } from './memory/layout.js';
import { PageAllocator } from './memory/page-allocator.js';
import { ProgramMemories } from './memory/program-memories.js';
import { SlabAllocator } from './memory/slab-allocator.js';
import { layOutSuperblock } from './memory/superblock.js';
import { Datagrams } from './net/datagrams.js';
import { Network } from './net/network.js';
import { RightsInFlight } from './net/rights.js';
import { Watches } from './notify/watches.js';
import { Fifos } from './pipe/fifo.js';
import { HostReader, type HostSink } from './pipe/host-reader.js';
import { createPipe, type PipeEnd } from './pipe/pipe.js';
import { Rings } from './pipe/rings.js';
import type { Clock } from './platform/clock.js';
import type { GuestWorkers } from './platform/guest-workers.js';
import { type Alarm, Timers } from './poll/timers.js';
import { DescriptionLocks } from './process/description-locks.js';
import { Dispatcher } from './process/dispatcher.js';
import { FileLocks } from './process/file-locks.js';
import { Futexes } from './process/futexes.js';
import { LoadAverage } from './process/load-average.js';
import type { Pid, Process } from './process/process.js';
import { ProcessTable } from './process/process-table.js';
import { Programs } from './process/programs.js';
import { SignalDrivenIo } from './process/signal-driven-io.js';
import type { Task } from './process/task.js';
import type { Tracer } from './trace/tracer.js';
import { Terminals } from './tty/terminals.js';

/** 4 MiB: room for the tables of a small machine before memory first grows. */
const INITIAL_PAGES = 64;

export interface Platform {
  readonly clock: Clock;
  readonly alarm: Alarm;
  readonly workers: GuestWorkers;
  /** Runs a callback in a later task of the event loop, as soon as may be, and ahead of timers. */
  readonly defer: (callback: () => void) => void;
  /** How many guests can run at once: the host's logical processors. */
  readonly processors: number;
}

export interface KernelEvents {
  onExit(pid: Pid, status: number): void;
  /**
   * A guest stopped by itself, or its worker died: told before `onExit`.
   * @param signal of the guest's own fault; null where it has none.
   */
  onCrash(pid: Pid, message: string, signal: number | null): void;
}

export class Kernel {
  readonly memory: KernelMemory;
  readonly pages: PageAllocator;
  readonly slabs: SlabAllocator;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly workers: GuestWorkers;
  /** The host's logical processors. */
  readonly processors: number;
  readonly sources = new Sources();
  readonly vfs: Vfs;
  readonly descriptions: Descriptions;
  readonly mappedFiles: MappedFiles;
  readonly watches: Watches;
  readonly locks = new FileLocks();
  readonly futexes = new Futexes();
  readonly ipc = new Ipc();
  readonly rings: Rings;
  readonly descriptionLocks: DescriptionLocks;
  readonly fifos: Fifos;
  readonly signalDrivenIo = new SignalDrivenIo(this);
  readonly network: Network;
  readonly datagrams = new Datagrams();
  readonly rights: RightsInFlight;
  readonly programs = new Programs();
  readonly programMemories = new ProgramMemories();
  readonly processes: ProcessTable;
  readonly loadAverage: LoadAverage;
  readonly devices = new CharacterDevices();
  readonly terminals = new Terminals(this);
  readonly framebuffer = new Framebuffer(this);
  readonly sound = new Sound(this);
  readonly mouse = new Mouse(this);
  readonly events: KernelEvents;
  /** uname(2): sysname, nodename, release, version, machine, domainname. */
  readonly identity: string[] = ['Linux', 'portside', '6.1.0-portside', '#1', 'wasm32', '(none)'];
  /** Whose call is being answered: whom /proc/self means. */
  current: Task | null = null;
  readonly #dispatcher: Dispatcher;
  #tracer: Tracer | null = null;

  /** @throws RangeError when the platform grants no memory. */
  constructor(platform: Platform, events: KernelEvents) {
    this.memory = KernelMemory.create(INITIAL_PAGES);
    this.clock = platform.clock;
    this.workers = platform.workers;
    this.processors = platform.processors;
    this.events = events;
    this.pages = new PageAllocator(this.memory, layOutSuperblock(this.memory));
    this.slabs = new SlabAllocator(this.memory, this.pages);
    this.timers = new Timers(platform.alarm, () => platform.clock.monotonic());
    const root = new MemoryFileSystem(this.memory, this.pages, platform.clock);
    this.vfs = new Vfs(this.memory, root, () => this.current?.process ?? null);
    this.watches = new Watches(root, () => this.#updateAlone());
    this.descriptions = new Descriptions(
      this.memory,
      this.slabs,
      new InodeFile(this.memory, root, this.watches),
      new DeviceFile(this.memory, root),
    );
    this.mappedFiles = new MappedFiles(this.descriptions, this.enqueue);
    root.mapped = this.mappedFiles;
    this.#dispatcher = new Dispatcher(this, platform.defer);
    this.rings = new Rings(this.memory, this.pages, this.slabs, this.sources);
    this.descriptionLocks = new DescriptionLocks(this.descriptions, this.locks);
    this.fifos = new Fifos(this.memory, this.rings);
    this.network = new Network(this.memory, this.slabs, this.rings, this.enqueue);
    this.rights = new RightsInFlight(this.descriptions);
    this.processes = new ProcessTable(this);
    this.loadAverage = new LoadAverage(
      () => platform.clock.monotonic(),
      () => this.processes.processorTime,
    );
  }

  /** Runs a callback once the kernel is done with what it does now. */
  readonly enqueue = (callback: () => void): void => this.#dispatcher.enqueue(callback);

  now(): Timestamp {
    const milliseconds = this.clock.realtime();
    const seconds = Math.floor(milliseconds / 1000);
    return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1e6) };
  }

  /** Somebody has to hear of everything that programs do: their workers answer nothing themselves. */
  get asked(): boolean {
    return this.#tracer !== null || this.watches.active;
  }

  /** Who watches the system calls, if anybody does. */
  get tracer(): Tracer | null {
    return this.#tracer;
  }

  /** Tells of system calls from now on; null: no more. */
  trace(tracer: Tracer | null): void {
    this.#tracer = tracer;
    this.#updateAlone();
  }

  #updateAlone(): void {
    for (const process of this.processes.all()) process.updateAlone(this.asked);
  }

  /** Begins to serve a task's channel: its number in the ready set. */
  attach(task: Task): number {
    return this.#dispatcher.attach(task);
  }

  /** Looks at a task's channel again: its process was stopped. */
  answer(task: Task): void {
    this.#dispatcher.answer(task);
  }

  detach(task: Task): void {
    this.#dispatcher.detach(task);
  }

  /** A call met a fault of the kernel: that ends its process, and nothing else. */
  failed(task: Task, error: unknown): void {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.crashed(task.process, `system call ${task.channel.number}: ${what}`);
  }

  /** @param signal of the guest's own fault; null where it has none. */
  crashed(process: Process, message: string, signal: number | null = null): void {
    if (process.status !== null) return;
    if (process.ending === null) this.events.onCrash(process.pid, message, signal);
    this.processes.end(process, signaledStatus(signal ?? SIGSEGV), true);
  }

  /** Takes a descriptor out of a table; POSIX close() also ends the process's record locks on the file. */
  closeDescriptor(process: Process, fd: number, description: number): void {
    const place = this.#lockedPlace(description);
    if (place) this.locks.release(this.lockKey(place), this.lockOwner(process));
    process.descriptors.clear(fd);
    this.descriptions.release(description);
  }

  /** A host's own object as a description with one reference, to hand to processes. @throws RangeError when there is no room */
  describe(kind: number, flags: number, operations: FileOperations): number {
    const description = this.descriptions.create(kind, flags, 0, operations);
    if (description < 0) throw new RangeError('no room for another open file description');
    return description;
  }

  /** A description of a pipe's end with one reference, or -errno. */
  describePipe(end: PipeEnd, flags: number): number {
    const description = this.descriptions.create(KIND_PIPE, (end.writes ? O_WRONLY : O_RDONLY) | flags, end.ring, end);
    if (description >= 0) this.memory.u32[(description >>> 2) + DESCRIPTION.END_W] = end.writes ? 1 : 0;
    return description;
  }

  /** A pipe whose other end the host reads: the description of its writing end. @throws RangeError when there is no room */
  pipeToHost(sink: HostSink): { readonly description: number; readonly reader: HostReader } {
    const ends = createPipe(this.memory, this.rings);
    const description = typeof ends === 'number' ? ends : this.describePipe(ends[1], 0);
    if (typeof ends === 'number' || description < 0) throw new RangeError('no room for another pipe');
    const reader = new HostReader(ends[0], this.timers, () => this.clock.monotonic(), sink);
    return { description, reader };
  }

  /** Names a file for the lock table and the program table. */
  lockKey(place: Place): string {
    return `${place.fileSystem.device}:${place.node}`;
  }

  lockOwner(process: Process): string {
    return `process ${process.pid}`;
  }

  /** From now on closing this file is the kernel's business. */
  markLocked(place: Place): void {
    if (place.fileSystem === this.vfs.root)
      Atomics.or(this.memory.u32, (place.node >>> 2) + INODE.FLAGS_W, INODE_LOCKED);
  }

  #lockedPlace(description: number): Place | null {
    const place = this.descriptions.place(description, this.vfs.root);
    if (!place) return null;
    if (place.fileSystem !== this.vfs.root) return place;
    return (this.memory.u32[(place.node >>> 2) + INODE.FLAGS_W] as number) & INODE_LOCKED ? place : null;
  }
}
