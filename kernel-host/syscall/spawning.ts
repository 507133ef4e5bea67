/**
 * A process that is being spawned (POSIX posix_spawn()): the child is there, and is made what the caller asked for, step by step. It
 * may have to wait for blocks of a file in between; each step is taken once all the same.
 */
import { EBADF, ENOTDIR, Errno } from '../abi/errno.js';
import { O_CLOEXEC } from '../abi/fcntl.js';
import * as abi from '../abi/spawn.js';
import type { Kernel } from '../kernel.js';
import { executableAt, search } from '../process/executables.js';
import type { Pid, Process } from '../process/process.js';
import { joinGroup, startSession } from '../process/process-groups.js';
import type { Task } from '../process/task.js';
import { changeDirectory } from '../process/working-directory.js';
import { placeOrNull } from './call.js';
import { openPath } from './opening.js';

export type FileAction =
  | { readonly kind: 'close'; readonly fd: number }
  | { readonly kind: 'dup2'; readonly from: number; readonly fd: number }
  | {
      readonly kind: 'open';
      readonly fd: number;
      readonly path: Uint8Array;
      readonly flags: number;
      readonly mode: number;
    }
  | { readonly kind: 'chdir'; readonly path: Uint8Array }
  | { readonly kind: 'fchdir'; readonly fd: number };

export interface SpawnRequest {
  readonly path: string;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** null: the path is one as any other. */
  readonly searchPath: string | null;
  /** POSIX_SPAWN_ flags: which of the attributes count. */
  readonly flags: number;
  readonly group: number;
  readonly defaultSignals: readonly number[];
  readonly signalMask: bigint;
  readonly actions: readonly FileAction[];
}

export class Spawning {
  readonly #kernel: Kernel;
  readonly #request: SpawnRequest;
  readonly #child: Process;
  readonly #signalMask: bigint;
  #done = 0;

  /** @throws Errno EAGAIN, EPERM, EINVAL */
  constructor(kernel: Kernel, task: Task, request: SpawnRequest) {
    this.#kernel = kernel;
    this.#request = request;
    this.#signalMask = (request.flags & abi.POSIX_SPAWN_SETSIGMASK) !== 0 ? request.signalMask : task.signals.mask;
    this.#child = kernel.processes.bear(task.process);
    try {
      this.#inherit(task.process);
      this.#setAttributes();
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** The child's pid: it runs. @throws Errno; AbsentBlocks, to be called again */
  finish(): Pid {
    const { actions, path, searchPath, environment } = this.#request;
    for (let action = actions[this.#done]; action; action = actions[++this.#done]) this.#act(action);
    const { cwd, pid } = this.#child;
    const argv = this.#request.arguments;
    const executable =
      searchPath === null
        ? executableAt(this.#kernel, cwd, path, argv)
        : search(this.#kernel, cwd, path, argv, searchPath);
    this.#kernel.processes.begin(this.#child, executable, environment, (first) => {
      this.#child.signals.setMask(first, this.#signalMask);
    });
    return pid;
  }

  abandon(): void {
    this.#kernel.processes.abandon(this.#child);
  }

  /** Descriptors that close on exec are inherited where an action may still look at them. */
  #inherit({ descriptors }: Process): void {
    const named = new Set(
      this.#request.actions.map((action) =>
        action.kind === 'dup2' ? action.from : action.kind === 'fchdir' ? action.fd : -1,
      ),
    );
    descriptors.forEach((fd, description) => {
      const closes = descriptors.closesOnExec(fd);
      if (closes && !named.has(fd)) return;
      this.#kernel.descriptions.share(description);
      this.#child.descriptors.put(fd, description, closes);
    });
  }

  #setAttributes(): void {
    const { flags, group, defaultSignals } = this.#request;
    const child = this.#child;
    if ((flags & abi.POSIX_SPAWN_SETSIGDEF) !== 0)
      for (const signal of defaultSignals) child.signals.actions.reset(signal);
    if ((flags & abi.POSIX_SPAWN_RESETIDS) !== 0) child.credentials.resetIds();
    if ((flags & abi.POSIX_SPAWN_SETSID) !== 0) startSession(this.#kernel, child);
    if ((flags & abi.POSIX_SPAWN_SETPGROUP) !== 0) joinGroup(this.#kernel, child, group);
  }

  #act(action: FileAction): void {
    const kernel = this.#kernel;
    const child = this.#child;
    switch (action.kind) {
      case 'close':
        // What is not open need not be closed (POSIX posix_spawn(): no error from a close that failed).
        this.#close(action.fd);
        break;
      case 'dup2':
        this.#duplicate(action.from, action.fd);
        break;
      case 'open': {
        const { fd, path, flags, mode } = action;
        if (fd < 0 || fd >= child.descriptors.limit) throw new Errno(EBADF);
        this.#close(fd);
        const description = this.#checked(openPath(kernel, child, child.cwd, path, flags, mode));
        child.descriptors.put(fd, description, (flags & O_CLOEXEC) !== 0);
        break;
      }
      case 'chdir':
        this.#checked(changeDirectory(kernel, child, kernel.vfs.lookup(child.cwd, action.path, true)));
        break;
      case 'fchdir': {
        const place = placeOrNull(kernel, this.#checked(child.descriptors.get(action.fd)));
        if (!place) throw new Errno(ENOTDIR);
        this.#checked(changeDirectory(kernel, child, place));
      }
    }
  }

  #duplicate(from: number, to: number): void {
    const { descriptors } = this.#child;
    const description = this.#checked(descriptors.get(from));
    if (to < 0 || to >= descriptors.limit) throw new Errno(EBADF);
    if (from === to) {
      // It is handed on all the same (POSIX posix_spawn_file_actions_adddup2()).
      descriptors.setClosesOnExec(to, false);
      return;
    }
    this.#kernel.descriptions.retain(description);
    this.#close(to);
    descriptors.put(to, description, false);
  }

  #close(fd: number): void {
    const description = this.#child.descriptors.get(fd);
    if (description >= 0) this.#kernel.closeDescriptor(this.#child, fd, description);
  }

  #checked(result: number): number {
    if (result < 0) throw new Errno(-result);
    return result;
  }
}
