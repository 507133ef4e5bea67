/** A kernel whose processes are played by the test: calls go through channel, doorbell and dispatcher, as a worker's would. */

import { SPAWN, SPAWN_ACTION } from '../../../kernel-host/abi/spawn.js';
import { installProgram } from '../../../kernel-host/boot/install-program.js';
import { plantRootTree } from '../../../kernel-host/boot/root-tree.js';
import { ring } from '../../../kernel-host/channel/doorbell.js';
import { CHANNEL, STATUS_COMPLETE, STATUS_IDLE, STATUS_PENDING } from '../../../kernel-host/channel/layout.js';
import { Kernel } from '../../../kernel-host/kernel.js';
import { systemClock } from '../../../kernel-host/platform/clock.js';
import type { ProcessStart } from '../../../kernel-host/platform/guest-workers.js';
import type { Process } from '../../../kernel-host/process/process.js';
import type { Terminal } from '../../../kernel-host/tty/terminal.js';

const PROGRAM = '/bin/program';
/** The smallest module there is: its header. */
const EMPTY_MODULE = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const text = (from: Uint8Array): string => new TextDecoder().decode(from);

export class TestMachine {
  readonly kernel: Kernel;
  /** What guests died of. */
  readonly crashes: string[] = [];
  readonly exits: { readonly pid: number; readonly status: number }[] = [];
  readonly #starts = new Map<number, ProcessStart>();
  #waiting: (() => void)[] = [];
  /** The platform has no room for another worker. */
  refusesWorkers = false;

  constructor() {
    this.kernel = new Kernel(
      {
        clock: systemClock,
        alarm: (callback, milliseconds) => {
          const timeout = setTimeout(callback, milliseconds);
          return () => clearTimeout(timeout);
        },
        workers: {
          start: (start) => {
            if (this.refusesWorkers) throw new RangeError('no more workers');
            this.#starts.set(start.process, start);
            return { terminate() {}, release() {} };
          },
        },
        defer: setImmediate,
        processors: 2,
      },
      {
        onExit: (pid, status) => {
          this.exits.push({ pid, status });
          const waiting = this.#waiting;
          this.#waiting = [];
          for (const resolve of waiting) resolve();
        },
        onCrash: (_pid, message) => void this.crashes.push(message),
      },
    );
    plantRootTree(this.kernel);
    this.kernel.terminals.mount();
    this.install(PROGRAM);
  }

  /** Puts a program there, which does nothing by itself. */
  install(path: string): void {
    installProgram(this.kernel, path, { abi: 'wasi', module: EMPTY_MODULE });
  }

  /** The next process that ends, from now on. */
  async nextExit(): Promise<{ readonly pid: number; readonly status: number }> {
    const before = this.exits.length;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const exit = this.exits[before];
    if (!exit) throw new Error('no process ended');
    return exit;
  }

  spawn(
    options: {
      readonly sharedPort?: number;
      readonly parent?: Process;
      readonly terminal?: Terminal;
      readonly descriptors?: ReadonlyMap<number, number>;
    } = {},
  ): TestGuest {
    const { root } = this.kernel.vfs;
    const pid = this.kernel.processes.spawn({
      path: PROGRAM,
      arguments: ['program'],
      environment: [],
      cwd: { fileSystem: root, node: root.root },
      descriptors: options.descriptors ?? new Map(),
      parent: options.parent ?? null,
      terminal: options.terminal ?? null,
      sharedPort: options.sharedPort ?? null,
    });
    return this.guest(pid);
  }

  /** A process that some guest spawned. */
  guest(pid: number): TestGuest {
    const process = this.kernel.processes.byPid(pid);
    const start = process && this.#starts.get(process.record);
    if (!process || !start) throw new Error(`no process ${pid}`);
    return new TestGuest(this.kernel, process, start);
  }
}

export class TestGuest {
  readonly process: Process;
  /** All of the buffer that pointers lead into. */
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly #kernel: Kernel;
  /** What a worker of its own would be given. */
  readonly start: ProcessStart;
  readonly #words: Int32Array;
  #end: number = CHANNEL.DATA;

  constructor(kernel: Kernel, process: Process, start: ProcessStart) {
    this.process = process;
    this.#kernel = kernel;
    this.start = start;
    this.#words = new Int32Array(start.channel);
    this.memory = new Uint8Array(start.channel);
    this.view = new DataView(start.channel);
  }

  /** Room in the guest's memory until the next `clear`; its address. */
  room(length: number): number {
    const at = (this.#end + 7) & ~7;
    this.#end = at + length;
    if (this.#end > this.memory.length) throw new RangeError('the data area is full');
    this.memory.fill(0, at, this.#end);
    return at;
  }

  /** A NUL-terminated string. */
  string(value: string): number {
    const at = this.room(bytes(value).length + 1);
    this.memory.set(bytes(value), at);
    return at;
  }

  bytes(value: Uint8Array): number {
    const at = this.room(value.length);
    this.memory.set(value, at);
    return at;
  }

  /** What posix_spawn() asks of the kernel: a program without arguments, and file actions (command, fd, source). */
  spawnRequest(path: string, argv = this.room(8), actions: readonly (readonly number[])[] = []): number {
    const list = this.room(actions.length * SPAWN_ACTION.SIZE);
    for (const [i, words] of actions.entries())
      for (const [j, word] of words.entries()) this.view.setInt32(list + i * SPAWN_ACTION.SIZE + j * 4, word, true);
    const [name, request] = [this.string(path), this.room(SPAWN.SIZE)];
    this.view.setInt32(request + SPAWN.PATH, name, true);
    this.view.setInt32(request + SPAWN.ARGUMENTS, argv, true);
    this.view.setInt32(request + SPAWN.ACTIONS, list, true);
    this.view.setInt32(request + SPAWN.ACTION_COUNT, actions.length, true);
    return request;
  }

  clear(): void {
    this.#end = CHANNEL.DATA;
  }

  /** A system call's result, or -errno, once it has one. */
  async call(number: number, ...parameters: readonly number[]): Promise<number> {
    const words = this.#words;
    words[CHANNEL.NUMBER / 4] = number;
    for (let i = 0; i < 6; i++) {
      words[CHANNEL.ARGUMENTS / 4 + i * 2] = parameters[i] ?? 0;
      words[CHANNEL.ARGUMENTS / 4 + i * 2 + 1] = (parameters[i] ?? 0) < 0 ? -1 : 0;
    }
    Atomics.store(words, 0, STATUS_PENDING);
    ring(this.#kernel.memory, this.start.source);
    while (Atomics.load(words, 0) === STATUS_PENDING) await Atomics.waitAsync(words, 0, STATUS_PENDING).value;
    const done = Atomics.load(words, 0) === STATUS_COMPLETE;
    Atomics.store(words, 0, STATUS_IDLE);
    if (!done) return -(words[CHANNEL.ERRNO / 4] as number);
    return (words[CHANNEL.RESULT / 4 + 1] as number) * 2 ** 32 + ((words[CHANNEL.RESULT / 4] as number) >>> 0);
  }
}

/** Whether a promise is still open once the kernel has done all it had to do. */
export async function isPending(machine: TestMachine, promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  // A call by another process is answered behind whatever was on the way.
  const other = machine.spawn();
  for (let i = 0; i < 3; i++) await other.call(172);
  machine.kernel.processes.end(other.process, 0);
  return !settled;
}
