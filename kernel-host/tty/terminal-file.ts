/** What both ends of a terminal have in common as open files. */
import type { Attributes } from '../abi/stat.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { Place } from '../fs/vfs.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { WaitQueue } from '../poll/wait-queue.js';
import { hold, letGo } from '../process/held-places.js';
import type { PseudoTerminal } from './pseudo-terminal.js';
import type { Terminal } from './terminal.js';

export abstract class TerminalFile implements FileOperations {
  readonly seekable = false;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly terminal: Terminal;
  /** Null where no file leads to it. */
  readonly place: Place | null;
  protected readonly kernel: Kernel;

  /** @throws Errno when its file is gone */
  constructor(kernel: Kernel, terminal: Terminal, place: Place | null) {
    this.kernel = kernel;
    this.terminal = terminal;
    this.place = place;
    if (place) hold(place);
  }

  protected get pair(): PseudoTerminal {
    return this.terminal.pair;
  }

  abstract readonly readable: WaitQueue;
  abstract readonly writable: WaitQueue;
  abstract read(description: number, into: Uint8Array): number;
  abstract write(description: number, from: Uint8Array): number;
  abstract poll(): number;
  abstract ioctl(description: number, request: number, argument: number, memory: UserMemory): number;
  abstract attributes(description: number, out: Attributes): number;

  arm(): void {}

  release(): void {
    if (this.place) letGo(this.place);
    this.closed();
  }

  /** A description of this end is gone. */
  protected abstract closed(): void;
}
