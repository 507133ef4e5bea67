/** Pipes by number, for a host that works on them: the number of the ring that both ends share. */
import { EBADF, Errno } from '../abi/errno.js';
import type { Kernel } from '../kernel.js';
import { FIRST_CHANNEL_SOURCE, RING } from '../memory/layout.js';
import { PipeEnd } from '../pipe/pipe.js';
import type { Process } from '../process/process.js';

export class HostPipes {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @throws Errno EBADF where the descriptor is no pipe's */
  indexOf(process: Process, fd: number): number {
    const description = process.descriptors.get(fd);
    const end = description > 0 ? this.#kernel.descriptions.kernelObject(description) : null;
    if (!(end instanceof PipeEnd)) throw new Errno(EBADF);
    return this.#kernel.memory.u32[(end.ring >>> 2) + RING.SOURCE_W] as number;
  }

  /** Who waits for bytes in the pipe, or for room, looks again. */
  wake(index: number): void {
    if (index >= 0 && index < FIRST_CHANNEL_SOURCE) this.#kernel.sources.serve(index);
  }
}
