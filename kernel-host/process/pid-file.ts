/** A descriptor of a process (pidfd_open(2)): readable when that has ended. */
import { POLLIN, POLLRDNORM } from '../abi/poll.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import type { Process } from './process.js';

export class PidFile extends AnonymousFile {
  readonly process: Process;

  constructor(process: Process) {
    super('pidfd');
    this.process = process;
  }

  get readable() {
    return this.process.ended;
  }

  poll(): number {
    return this.process.status === null ? 0 : POLLIN | POLLRDNORM;
  }

  release(): void {}
}
