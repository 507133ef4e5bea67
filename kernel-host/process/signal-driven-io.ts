/** Signals that tell of input and output (fcntl(2), F_SETOWN and O_ASYNC; Linux: struct fasync_struct). */
import { ENOTTY } from '../abi/errno.js';
import { O_ASYNC } from '../abi/fcntl.js';
import { SI_KERNEL, SIGIO } from '../abi/signal.js';
import type { FileOperations } from '../file/file-operations.js';
import type { Kernel } from '../kernel.js';
import type { Waiter } from '../poll/wait-queue.js';

/** Waits for whatever happens to one description, for as long as it has O_ASYNC. */
class Watch implements Waiter {
  /** Nobody's wake is taken by it. */
  readonly observes = true;
  readonly #kernel: Kernel;
  readonly #description: number;
  readonly #operations: FileOperations;
  readonly #tell: () => void;
  #told = false;

  constructor(kernel: Kernel, description: number, operations: FileOperations, tell: () => void) {
    this.#kernel = kernel;
    this.#description = description;
    this.#operations = operations;
    this.#tell = tell;
    operations.readable?.add(this);
    operations.writable?.add(this);
    this.#arm();
  }

  wake(): void {
    if (this.#told) return;
    this.#told = true;
    this.#kernel.enqueue(() => {
      if (!this.#told) return;
      this.#told = false;
      this.#arm();
      if (this.#operations.poll(this.#description) !== 0) this.#tell();
    });
  }

  leave(): void {
    this.#told = false;
    this.#operations.readable?.remove(this);
    this.#operations.writable?.remove(this);
  }

  /** Who works on the object outside the kernel rings for what may be read: room is told by those inside. */
  #arm(): void {
    this.#operations.arm(this.#description, 0);
  }
}

export class SignalDrivenIo {
  readonly #kernel: Kernel;
  /** A pid, or less than 0 for a process group. */
  readonly #owners = new Map<number, number>();
  readonly #watches = new Map<number, Watch>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** 0 when there is none. */
  owner(description: number): number {
    return this.#owners.get(description) ?? 0;
  }

  setOwner(description: number, owner: number): void {
    if (!this.#owners.has(description)) this.#kernel.descriptions.whenGone(description, () => this.#gone(description));
    this.#owners.set(description, owner);
  }

  /** Sets or clears O_ASYNC: 0, or -ENOTTY for what nobody waits for. */
  enable(description: number, enabled: boolean): number {
    const { descriptions } = this.#kernel;
    const flags = descriptions.flags(description);
    if (enabled === ((flags & O_ASYNC) !== 0)) return 0;
    const operations = descriptions.operations(description);
    if (!operations.readable && !operations.writable) return -ENOTTY;
    if (enabled) {
      if (!this.#owners.has(description)) this.setOwner(description, 0);
      this.#watches.set(description, new Watch(this.#kernel, description, operations, () => this.#tell(description)));
    } else this.#leave(description);
    descriptions.setFlags(description, enabled ? flags | O_ASYNC : flags & ~O_ASYNC);
    return 0;
  }

  #tell(description: number): void {
    const owner = this.owner(description);
    if (owner === 0) return;
    for (const process of this.#kernel.processes.all()) {
      const owns = owner > 0 ? process.pid === owner : process.group === -owner;
      if (owns && process.ending === null)
        process.signals.send({ signal: SIGIO, code: SI_KERNEL, first: 0, second: 0 });
    }
  }

  #leave(description: number): void {
    this.#watches.get(description)?.leave();
    this.#watches.delete(description);
  }

  #gone(description: number): void {
    this.#leave(description);
    this.#owners.delete(description);
  }
}
