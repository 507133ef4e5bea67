/** A descriptor that signals are read from (signalfd(2)): those of whoever reads, which its set holds. */
import { EAGAIN, EINVAL } from '../abi/errno.js';
import { POLLIN, POLLRDNORM } from '../abi/poll.js';
import { putSignalFileInfo, SIGNALFD_SIGINFO_SIZE } from '../abi/signalfd.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { Answering } from './task.js';

const NOBODY = new WaitQueue();

export class SignalFile extends AnonymousFile {
  readonly #caller: Answering;
  wanted: bigint;

  constructor(caller: Answering, wanted: bigint) {
    super('signalfd');
    this.#caller = caller;
    this.wanted = wanted;
  }

  /** Of the caller's process: another that has the descriptor, by fork, hears of its own signals. */
  get readable(): WaitQueue {
    return this.#caller.current?.process.signals.arrived ?? NOBODY;
  }

  /** As many signals as there are, and as there is room for. */
  override read(_description: number, into: Uint8Array): number {
    const task = this.#caller.current;
    if (into.length < SIGNALFD_SIGINFO_SIZE) return -EINVAL;
    let at = 0;
    while (task && at + SIGNALFD_SIGINFO_SIZE <= into.length) {
      const info = task.process.signals.accept(task, this.wanted);
      if (!info) break;
      putSignalFileInfo(new DataView(into.buffer, into.byteOffset + at, SIGNALFD_SIGINFO_SIZE), info);
      at += SIGNALFD_SIGINFO_SIZE;
    }
    return at === 0 ? -EAGAIN : at;
  }

  poll(): number {
    const task = this.#caller.current;
    if (!task) return 0;
    return (task.process.signals.pendingFor(task) & this.wanted) === 0n ? 0 : POLLIN | POLLRDNORM;
  }

  release(): void {}
}
