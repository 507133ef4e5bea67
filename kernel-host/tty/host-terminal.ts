/** A terminal of the host, handed through: the host's own line discipline edits and echoes; size and modes are told as they are. */
import { EFAULT, EINVAL, ENOTTY, Errno } from '../abi/errno.js';
import { POLLIN } from '../abi/poll.js';
import { type Attributes, S_IFCHR } from '../abi/stat.js';
import { DEVICE_TTY } from '../device/devices.js';
import { type FileOperations, unsupported } from '../file/file-operations.js';
import type { HostInput, HostOutput } from '../file/host-stream.js';
import type { UserMemory } from '../memory/user-memory.js';

/** asm-generic/ioctls.h */
const TCGETS = 0x5401;
const TIOCGWINSZ = 0x5413;
/** termios of a terminal in its usual state: ICRNL|IXON, OPOST|ONLCR, B38400|CS8|CREAD, ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN. */
const COOKED = [0x500, 0x5, 0xbf, 0x803b] as const;
/** struct termios of musl without the control characters and speeds: four words. */
const TERMIOS_WORDS = 4;

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export class HostTerminal implements FileOperations {
  readonly seekable = false;
  readonly size = unsupported.size;
  readonly truncate = unsupported.truncate;
  readonly sync = unsupported.sync;
  readonly entry = unsupported.entry;
  readonly input: HostInput;
  readonly output: HostOutput;
  readonly #size: () => TerminalSize;

  constructor(input: HostInput, output: HostOutput, size: () => TerminalSize) {
    this.input = input;
    this.output = output;
    this.#size = size;
  }

  get readable() {
    return this.input.readable;
  }

  get writable() {
    return this.output.writable;
  }

  /** The same terminal, opened again by its name. */
  share(): FileOperations {
    return this;
  }

  read(description: number, into: Uint8Array): number {
    return this.input.read(description, into);
  }

  write(description: number, from: Uint8Array): number {
    return this.output.write(description, from);
  }

  poll(): number {
    return this.input.poll() | this.output.poll();
  }

  arm(_description: number, events: number): void {
    if (events & POLLIN) this.input.arm();
  }

  attributes(_description: number, out: Attributes): number {
    out.mode = S_IFCHR | 0o620;
    out.nlink = 1;
    out.rdev = DEVICE_TTY;
    return 0;
  }

  release(): void {}

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    if (argument === 0) throw new Errno(EFAULT);
    switch (request) {
      case TIOCGWINSZ: {
        const { rows, columns } = this.#size();
        memory.setInt16(argument, rows);
        memory.setInt16(argument + 2, columns);
        memory.setInt32(argument + 4, 0);
        return 0;
      }
      case TCGETS:
        for (let i = 0; i < TERMIOS_WORDS; i++) memory.setInt32(argument + i * 4, COOKED[i] ?? 0);
        return 0;
      default:
        // Modes of the host's terminal are not a guest's to change.
        return request >= 0x5402 && request <= 0x5404 ? -EINVAL : -ENOTTY;
    }
  }
}
