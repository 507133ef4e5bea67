/** Which process takes the next connection to a port. */
import type { Kernel } from '../kernel.js';
import { Socket } from '../net/socket.js';
import type { Process } from '../process/process.js';

export interface ListenerTarget {
  readonly pid: number;
  readonly fd: number;
}

export class ListenerTargets {
  readonly #kernel: Kernel;
  readonly #turns = new Map<number, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Each in its turn: children of those that listen before these, as the master of a pre-forking server never accepts. */
  next(port: number): ListenerTarget | null {
    const all = this.#listening(port);
    const parents = new Set(all.map(({ process }) => process));
    const children = all.filter(({ process }) => process.parent && parents.has(process.parent));
    const targets = children.length > 0 ? children : all;
    const turn = this.#turns.get(port) ?? 0;
    const target = targets[turn % targets.length];
    if (!target) return null;
    this.#turns.set(port, turn + 1);
    return { pid: target.process.pid, fd: target.fd };
  }

  #listening(port: number): readonly { readonly process: Process; readonly fd: number }[] {
    const { processes, descriptions } = this.#kernel;
    const found: { process: Process; fd: number }[] = [];
    for (const process of processes.all()) {
      if (process.status !== null) continue;
      process.descriptors.forEach((fd, description) => {
        const socket = descriptions.kernelObject(description);
        if (!(socket instanceof Socket) || socket.state.kind !== 'listening') return;
        if (socket.bound?.family === 'inet' && socket.bound.port === port) found.push({ process, fd });
      });
    }
    return found;
  }
}
