/** ioctl(2) on terminals (ioctl_tty(2)): what either end may ask. Modes and size are the slave's, whoever asks. */
import { EINVAL, ENOTTY } from '../abi/errno.js';
import {
  TCGETS,
  TCSBRK,
  TCSBRKP,
  TCSETS,
  TCSETSF,
  TCSETSW,
  TCXONC,
  TIOCCBRK,
  TIOCEXCL,
  TIOCGETD,
  TIOCGEXCL,
  TIOCGWINSZ,
  TIOCNXCL,
  TIOCOUTQ,
  TIOCSBRK,
  TIOCSWINSZ,
} from '../abi/ioctl.js';
import { CREAD, CS8, CSIZE, PARENB, TERMIOS_SIZE, VSTART, VSTOP } from '../abi/termios.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { Terminal } from './terminal.js';
import { Termios } from './termios.js';

/** Queue selectors of tcflush(), actions of tcflow(). */
const TCIFLUSH = 0;
const TCOFLUSH = 1;
const TCIOFLUSH = 2;
const TCOOFF = 0;
const TCOON = 1;
const TCIOFF = 2;
const TCION = 3;
/** The only line discipline. */
const N_TTY = 0;
/** Where c_line and c_cc lie behind four words of flags. */
const LINE = 16;
const CHARACTERS = 17;

export function terminalIoctl(
  _kernel: Kernel,
  terminal: Terminal,
  request: number,
  argument: number,
  memory: UserMemory,
): number {
  const { pair } = terminal;
  switch (request >>> 0) {
    case TCGETS:
      putModes(memory, argument, pair.discipline.modes);
      return 0;
    case TCSETS:
    // What was written has reached the master already: there is nothing to drain.
    case TCSETSW:
    case TCSETSF: {
      const modes = getModes(memory, argument);
      if (request === TCSETSF) pair.flushInput();
      pair.setModes(modes);
      return 0;
    }
    case TIOCGWINSZ: {
      const { rows, columns, width, height } = pair.size;
      const { view, at } = memory.struct(argument, 8);
      for (const [i, value] of [rows, columns, width, height].entries()) view.setUint16(at + i * 2, value, true);
      return 0;
    }
    case TIOCSWINSZ: {
      const { view, at } = memory.struct(argument, 8);
      const word = (i: number): number => view.getUint16(at + i * 2, true);
      pair.size = { rows: word(0), columns: word(1), width: word(2), height: word(3) };
      return 0;
    }
    case TCXONC:
      return controlFlow(terminal, argument);
    // A pair has no line that a break could be sent on, and nothing to drain (tcsendbreak(), tcdrain()).
    case TCSBRK:
    case TCSBRKP:
    case TIOCSBRK:
    case TIOCCBRK:
      return 0;
    case TIOCOUTQ:
      memory.setInt32(argument, 0);
      return 0;
    case TIOCGETD:
      memory.setInt32(argument, N_TTY);
      return 0;
    case TIOCEXCL:
    case TIOCNXCL:
      terminal.exclusive = request === TIOCEXCL;
      return 0;
    case TIOCGEXCL:
      memory.setInt32(argument, terminal.exclusive ? 1 : 0);
      return 0;
    default:
      return -ENOTTY;
  }
}

/** tcflush(). */
export function flushQueues(which: number, flush: { readonly input: () => void; readonly output: () => void }): number {
  if (which !== TCIFLUSH && which !== TCOFLUSH && which !== TCIOFLUSH) return -EINVAL;
  if (which !== TCOFLUSH) flush.input();
  if (which !== TCIFLUSH) flush.output();
  return 0;
}

function controlFlow({ pair }: Terminal, action: number): number {
  switch (action) {
    case TCOOFF:
    case TCOON:
      pair.discipline.suspend(action === TCOOFF);
      return 0;
    case TCIOFF:
    case TCION:
      pair.send(action === TCIOFF ? VSTOP : VSTART);
      return 0;
    default:
      return -EINVAL;
  }
}

function putModes(memory: UserMemory, address: number, modes: Termios): void {
  const { view, at } = memory.struct(address, TERMIOS_SIZE);
  view.setUint32(at, modes.inputFlags, true);
  view.setUint32(at + 4, modes.outputFlags, true);
  view.setUint32(at + 8, modes.controlFlags, true);
  view.setUint32(at + 12, modes.localFlags, true);
  view.setUint8(at + LINE, modes.line);
  for (const [i, character] of modes.characters.entries()) view.setUint8(at + CHARACTERS + i, character);
}

function getModes(memory: UserMemory, address: number): Termios {
  const { view, at } = memory.struct(address, TERMIOS_SIZE);
  const modes = new Termios();
  modes.inputFlags = view.getUint32(at, true);
  modes.outputFlags = view.getUint32(at + 4, true);
  // A pair has no line to set a width or a parity of (Linux: pty_set_termios()).
  modes.controlFlags = (view.getUint32(at + 8, true) & ~(CSIZE | PARENB)) | CS8 | CREAD;
  modes.localFlags = view.getUint32(at + 12, true);
  modes.line = view.getUint8(at + LINE);
  for (let i = 0; i < modes.characters.length; i++) modes.characters[i] = view.getUint8(at + CHARACTERS + i);
  return modes;
}
