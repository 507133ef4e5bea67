/** An open master, by way of /dev/ptmx. */
import { O_CLOEXEC } from '../abi/fcntl.js';
import { FIONREAD, TCFLSH, TIOCGPKT, TIOCGPTLCK, TIOCGPTN, TIOCGPTPEER, TIOCPKT, TIOCSPTLCK } from '../abi/ioctl.js';
import type { Attributes } from '../abi/stat.js';
import type { UserMemory } from '../memory/user-memory.js';
import { TerminalFile } from './terminal-file.js';
import { flushQueues, terminalIoctl } from './terminal-ioctl.js';

export class MasterFile extends TerminalFile {
  get readable() {
    return this.pair.masterReadable;
  }

  get writable() {
    return this.pair.masterWritable;
  }

  read(_description: number, into: Uint8Array): number {
    return this.pair.take(into);
  }

  write(_description: number, from: Uint8Array): number {
    return this.pair.type(from);
  }

  poll(): number {
    return this.pair.pollMaster();
  }

  attributes(_description: number, out: Attributes): number {
    return this.place ? this.place.fileSystem.attributes(this.place.node, out) : 0;
  }

  protected closed(): void {
    this.kernel.terminals.remove(this.terminal);
  }

  ioctl(_description: number, request: number, argument: number, memory: UserMemory): number {
    const { pair, terminal } = this;
    switch (request >>> 0) {
      case TIOCGPTN:
        memory.setInt32(argument, terminal.number);
        return 0;
      case TIOCSPTLCK:
        pair.locked = memory.getInt32(argument) !== 0;
        return 0;
      case TIOCGPTLCK:
        memory.setInt32(argument, pair.locked ? 1 : 0);
        return 0;
      case TIOCGPTPEER:
        return this.#openPeer(argument);
      case TIOCPKT:
        pair.packets = memory.getInt32(argument) !== 0;
        return 0;
      case TIOCGPKT:
        memory.setInt32(argument, pair.packets ? 1 : 0);
        return 0;
      case FIONREAD:
        memory.setInt32(argument, pair.shown);
        return 0;
      case TCFLSH:
        return flushQueues(argument, {
          input: () => pair.flushMaster('input'),
          output: () => pair.flushMaster('output'),
        });
      default:
        return terminalIoctl(this.kernel, terminal, true, request, argument, memory);
    }
  }

  /** The slave, whatever /dev/pts leads to where the caller looks (ioctl_tty(2)). */
  #openPeer(flags: number): number {
    const process = this.kernel.current?.process;
    const description = this.kernel.terminals.openSlave(this.terminal, flags);
    if (description < 0 || !process) return description;
    const fd = process.descriptors.allocate(description, (flags & O_CLOEXEC) !== 0);
    if (fd < 0) this.kernel.descriptions.release(description);
    return fd;
  }
}
