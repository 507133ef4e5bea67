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
  TIOCGDEV,
  TIOCGETD,
  TIOCGEXCL,
  TIOCGWINSZ,
  TIOCNXCL,
  TIOCOUTQ,
  TIOCSBRK,
  TIOCSTI,
  TIOCSWINSZ,
} from '../abi/ioctl.js';
import { VSTART, VSTOP } from '../abi/termios.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import { checkChanging } from './controlling-terminal.js';
import { jobIoctl } from './job-ioctl.js';
import { getModes, putModes } from './struct-termios.js';
import type { Terminal } from './terminal.js';

/** Queue selectors of tcflush(), actions of tcflow(). */
const TCIFLUSH = 0;
const TCOFLUSH = 1;
const TCIOFLUSH = 2;
const TCOOFF = 0;
const TCOON = 1;
const TCIOFF = 2;
const TCION = 3;
/** What a job in the background is stopped for (tty_ioctl(4), POSIX 11.1.4). */
const CHANGES: ReadonlySet<number> = new Set([TCSETS, TCSETSW, TCSETSF, TCXONC, TCSBRK, TCSBRKP]);
/** The only line discipline. */
const N_TTY = 0;

/** @param byMaster whether it is asked by way of the master. */
export function terminalIoctl(
  kernel: Kernel,
  terminal: Terminal,
  byMaster: boolean,
  request: number,
  argument: number,
  memory: UserMemory,
): number {
  const { pair } = terminal;
  const task = kernel.current;
  if (task && CHANGES.has(request)) checkChanging(kernel, terminal, task);
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
      terminal.resize({ rows: word(0), columns: word(1), width: word(2), height: word(3) });
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
    case TIOCGDEV:
      memory.setInt32(argument, terminal.attributes.rdev);
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
    case TIOCSTI:
      pair.simulate(memory.bytes(argument, 1)[0] ?? 0);
      return 0;
    default:
      return task ? jobIoctl(kernel, terminal, task, byMaster, request, argument, memory) : -ENOTTY;
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
