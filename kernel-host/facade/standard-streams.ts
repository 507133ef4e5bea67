/** Standard streams of processes that the host registered: what it gives them to read, and whom it tells of what they write. */
import { Errno, ESRCH } from '../abi/errno.js';
import { O_RDONLY, O_WRONLY } from '../abi/fcntl.js';
import { HostInput, HostOutput } from '../file/host-stream.js';
import type { Kernel } from '../kernel.js';
import { KIND_KERNEL } from '../memory/layout.js';
import type { Process } from '../process/process.js';
import type { OutputCallbacks } from './callbacks.js';

/** The descriptor refers to this from now on, of which the process gets a reference. */
export function give(kernel: Kernel, process: Process, fd: number, description: number): void {
  const before = process.descriptors.get(fd);
  if (before > 0) kernel.closeDescriptor(process, fd, before);
  kernel.descriptions.retain(description);
  process.descriptors.put(fd, description, false);
}

export class StandardStreams {
  callbacks: OutputCallbacks = {};
  readonly #kernel: Kernel;
  readonly #inputs = new Map<number, HostInput>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Input without an end, and output to the callbacks. */
  connect(process: Process): void {
    this.#read(process, new HostInput());
    const outputs = [
      (bytes: Uint8Array) => this.callbacks.onStdout?.(bytes),
      (bytes: Uint8Array) => this.callbacks.onStderr?.(bytes),
    ];
    for (const [i, tell] of outputs.entries()) {
      const stream = new HostOutput((bytes) => {
        tell(bytes);
        return true;
      });
      this.#give(process, i + 1, this.#kernel.describe(KIND_KERNEL, O_WRONLY, stream));
    }
  }

  /** All that there is to read, and then the end. */
  set(process: Process, bytes: Uint8Array): void {
    const input = new HostInput();
    input.push(bytes.slice());
    input.end();
    this.#read(process, input);
  }

  /** @throws Errno ESRCH for one whose input is another's */
  append(pid: number, bytes: Uint8Array): void {
    const input = this.#inputs.get(pid);
    if (!input) throw new Errno(ESRCH);
    input.push(bytes.slice());
  }

  forget(pid: number): void {
    this.#inputs.delete(pid);
  }

  #read(process: Process, input: HostInput): void {
    this.#inputs.set(process.pid, input);
    this.#give(process, 0, this.#kernel.describe(KIND_KERNEL, O_RDONLY, input));
  }

  #give(process: Process, fd: number, description: number): void {
    give(this.#kernel, process, fd, description);
    this.#kernel.descriptions.release(description);
  }
}
