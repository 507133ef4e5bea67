/** A terminal of a machine: a pair of master and slave, and the file by which the slave is opened. */
import { SIGWINCH } from '../abi/signal.js';
import { type Attributes, emptyAttributes, S_IFCHR } from '../abi/stat.js';
import { deviceNumber } from '../device/devices.js';
import type { Brand } from '../memory/brand.js';
import { PseudoTerminal, type WindowSize } from './pseudo-terminal.js';

/** N of /dev/pts/N. */
export type TerminalNumber = Brand<number, 'TerminalNumber'>;

/** UNIX98_PTY_SLAVE_MAJOR (Linux, admin-guide/devices.txt). */
const SLAVE_MAJOR = 136;

export class Terminal {
  readonly number: TerminalNumber;
  readonly pair: PseudoTerminal;
  /** Of /dev/pts/N. */
  readonly attributes: Attributes;
  /** TIOCEXCL: nobody but root may open it, and everyone is root. */
  exclusive = false;
  /** Whose controlling terminal it is, and the job that the keyboard belongs to. */
  session: number | null = null;
  foreground: number | null = null;
  readonly #signal: (group: number, signal: number) => void;

  /** @param signal sends one to a process group. */
  constructor(
    number: TerminalNumber,
    attributes: Partial<Attributes>,
    signal: (group: number, signal: number) => void,
  ) {
    this.#signal = signal;
    this.number = number;
    this.pair = new PseudoTerminal((one) => this.#interrupt(one));
    const rdev = deviceNumber(SLAVE_MAJOR, number);
    // devpts' default mode; an emulator gives it to the user's group `tty` by its own mount options.
    this.attributes = { ...emptyAttributes(), mode: S_IFCHR | 0o620, nlink: 1, rdev, ...attributes };
  }

  resize(size: WindowSize): void {
    const { rows, columns, width, height } = this.pair.size;
    this.pair.size = size;
    if (rows === size.rows && columns === size.columns && width === size.width && height === size.height) return;
    this.#interrupt(SIGWINCH);
  }

  #interrupt(signal: number): void {
    if (this.foreground !== null) this.#signal(this.foreground, signal);
  }
}
