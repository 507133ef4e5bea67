/** An open slave: what a program takes for its terminal. */
import { EIO, ENOTTY } from '../abi/errno.js';
import { FIONREAD, TCFLSH, TIOCSPGRP } from '../abi/ioctl.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../abi/poll.js';
import type { Attributes } from '../abi/stat.js';
import { TOSTOP } from '../abi/termios.js';
import type { UserMemory } from '../memory/user-memory.js';
import { hold } from '../process/held-places.js';
import type { Task } from '../process/task.js';
import { checkChanging, checkReading } from './controlling-terminal.js';
import { readSlave } from './slave-reading.js';
import { TerminalFile } from './terminal-file.js';
import { flushQueues, terminalIoctl } from './terminal-ioctl.js';

/** Of a terminal that was hung up (Linux: hung_up_tty_poll()). */
const HUNG_UP = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;

export class SlaveFile extends TerminalFile {
  get readable() {
    return this.pair.readable;
  }

  get writable() {
    return this.pair.writable;
  }

  read(_description: number, into: Uint8Array): number {
    return this.pair.hungUp ? 0 : this.pair.read(into);
  }

  readWaiting(task: Task, into: Uint8Array, mayWait: boolean, took: (count: number) => void): number {
    checkReading(this.kernel, this.terminal, task);
    return readSlave(this.kernel, task, this.pair, into, mayWait, took);
  }

  write(_description: number, from: Uint8Array): number {
    if (this.pair.hungUp) return -EIO;
    const task = this.kernel.current;
    if (task && this.pair.discipline.modes.local(TOSTOP)) checkChanging(this.kernel, this.terminal, task);
    return this.pair.write(from);
  }

  poll(): number {
    return this.pair.hungUp ? HUNG_UP : this.pair.poll();
  }

  attributes(_description: number, out: Attributes): number {
    const { place, terminal } = this;
    // /dev/tty is a file of its own.
    if (place && place.node !== terminal.attributes.ino) return place.fileSystem.attributes(place.node, out);
    Object.assign(out, terminal.attributes);
    return 0;
  }

  share(): this {
    if (this.place) hold(this.place);
    this.pair.openSlave();
    return this;
  }

  protected closed(): void {
    this.pair.closeSlave();
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    const { pair } = this;
    if (pair.hungUp) return request === TIOCSPGRP ? -ENOTTY : -EIO;
    const task = this.kernel.current;
    switch (request) {
      case FIONREAD:
        memory.setInt32(argument, pair.discipline.available);
        return 0;
      case TCFLSH:
        if (task) checkChanging(this.kernel, this.terminal, task);
        return flushQueues(argument, { input: () => pair.flushInput(), output: () => pair.flushOutput() });
      default:
        return terminalIoctl(this.kernel, this.terminal, false, request, argument, memory);
    }
  }
}
