/** The modes of one terminal. */
import {
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IUTF8,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
} from '../abi/termios.js';

/** INIT_C_CC of Linux: ^C ^\ DEL ^U ^D, TIME 0, MIN 1, no swtch, ^Q ^S ^Z, no EOL, ^R ^O ^W ^V. */
const CHARACTERS = [3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16];

export class Termios {
  inputFlags = ICRNL | IXON;
  outputFlags = OPOST | ONLCR;
  controlFlags = B38400 | CS8 | CREAD;
  localFlags = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
  line = 0;
  readonly characters = new Uint8Array(NCCS);

  constructor() {
    this.characters.set(CHARACTERS);
  }

  input(flag: number): boolean {
    return (this.inputFlags & flag) !== 0;
  }

  output(flag: number): boolean {
    return (this.outputFlags & flag) !== 0;
  }

  local(flag: number): boolean {
    return (this.localFlags & flag) !== 0;
  }

  /** Whether lines are edited and read whole. */
  get canonical(): boolean {
    return this.local(ICANON);
  }

  get utf8(): boolean {
    return this.input(IUTF8);
  }

  /** The special character at a place of c_cc (VINTR and its like). */
  character(place: number): number {
    return this.characters[place] ?? 0;
  }

  assign(other: Termios): void {
    this.inputFlags = other.inputFlags;
    this.outputFlags = other.outputFlags;
    this.controlFlags = other.controlFlags;
    this.localFlags = other.localFlags;
    this.line = other.line;
    this.characters.set(other.characters);
  }
}
