/** A terminal of a machine: a pair of master and slave, and the file by which the slave is opened. */
import { type Attributes, emptyAttributes, S_IFCHR } from '../abi/stat.js';
import { deviceNumber } from '../device/devices.js';
import type { Brand } from '../memory/brand.js';
import { PseudoTerminal } from './pseudo-terminal.js';

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

  constructor(number: TerminalNumber, attributes: Partial<Attributes>) {
    this.number = number;
    this.pair = new PseudoTerminal(() => {});
    const rdev = deviceNumber(SLAVE_MAJOR, number);
    // devpts' default mode; an emulator gives it to the user's group `tty` by its own mount options.
    this.attributes = { ...emptyAttributes(), mode: S_IFCHR | 0o620, nlink: 1, rdev, ...attributes };
  }
}
