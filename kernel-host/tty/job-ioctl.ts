/** ioctl(2) about whose terminal it is (tcgetpgrp(), tcsetpgrp(), tcgetsid(), TIOCSCTTY, TIOCNOTTY). */
import { EIO, ENOTTY, Errno } from '../abi/errno.js';
import { TIOCGPGRP, TIOCGSID, TIOCNOTTY, TIOCSCTTY, TIOCSPGRP } from '../abi/ioctl.js';
import type { Kernel } from '../kernel.js';
import type { UserMemory } from '../memory/user-memory.js';
import type { Task } from '../process/task.js';
import {
  checkChanging,
  controlByRequest,
  foregroundOf,
  giveUp,
  sessionOf,
  setForeground,
} from './controlling-terminal.js';
import type { Terminal } from './terminal.js';

/** @throws Errno */
export function jobIoctl(
  kernel: Kernel,
  terminal: Terminal,
  task: Task,
  byMaster: boolean,
  request: number,
  argument: number,
  memory: UserMemory,
): number {
  const { process } = task;
  switch (request) {
    case TIOCSCTTY:
      controlByRequest(kernel, terminal, process, argument === 1);
      return 0;
    case TIOCNOTTY:
      giveUp(kernel, terminal, process);
      return 0;
    case TIOCGPGRP:
      memory.setInt32(argument, foregroundOf(terminal, process, byMaster));
      return 0;
    case TIOCSPGRP: {
      checkPlaced(kernel, terminal, task);
      setForeground(kernel, terminal, process, memory.getInt32(argument));
      return 0;
    }
    case TIOCGSID:
      memory.setInt32(argument, sessionOf(terminal, process, byMaster));
      return 0;
    default:
      return -ENOTTY;
  }
}

/** As `checkChanging`, but that nobody could let an orphaned group go on is told as if the terminal were another's (Linux: tiocspgrp()). */
function checkPlaced(kernel: Kernel, terminal: Terminal, task: Task): void {
  try {
    checkChanging(kernel, terminal, task);
  } catch (error) {
    throw error instanceof Errno && error.errno === EIO ? new Errno(ENOTTY) : error;
  }
}
