/** What the kernel asks of its platform to run guests: a worker for each process, and word when one fails. */
import type { Abi } from '../guest/abi.js';

/** Where a worker begins. Addresses are the guest's. */
export type Entry =
  | { readonly kind: 'program' }
  /** At the thread entry of the C library, with a stack and a thread pointer of its own. */
  | { readonly kind: 'thread'; readonly stack: number; readonly threadPointer: number }
  /** Where its parent called fork: the memory is a copy, and holds what asyncify saved at `saved`. */
  | {
      readonly kind: 'fork';
      readonly saved: number;
      readonly stack: number;
      readonly threadStorage: number;
      /** It is not the thread that the program began with. */
      readonly isThread: boolean;
    };

/** All that a process worker needs; it travels by postMessage, so that the module and the memories are shared. */
export interface ProcessStart {
  readonly memory: WebAssembly.Memory;
  /** Address of the process record. */
  readonly process: number;
  readonly channel: SharedArrayBuffer;
  readonly channelDataSize: number;
  readonly source: number;
  readonly module: WebAssembly.Module;
  /** What a posix program imports; pointers in its calls lead into it. null: pointers lead into the channel's buffer. */
  readonly guestMemory: WebAssembly.Memory | null;
  readonly abi: Abi;
  readonly entry: Entry;
  readonly tid: number;
  /** Milliseconds since the epoch at which the kernel's monotonic clock was 0. */
  readonly clockOrigin: number;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
}

/** How a program failed in its worker. A normal end is the exit_group call. */
export interface ProcessFailure {
  readonly type: 'failed';
  readonly message: string;
  /** What it dies of. */
  readonly signal: number;
}

/** What a process worker says. */
export type ProcessMessage =
  | ProcessFailure
  /** It is out of its program, which the kernel has dismissed, and may run another. */
  | { readonly type: 'left' };

/** @param signal that the process dies of: SIGSEGV where nothing is known. */
export type WorkerFailed = (message: string, signal?: number) => void;

export interface GuestWorker {
  /** Ends it whatever it does. */
  terminate(): void;
  /** Its program was dismissed: the worker leaves it by itself, and the platform may use it again. */
  release(): void;
}

export interface GuestWorkers {
  /** @param failed called at most once, when the guest trapped, could not be instantiated, or its worker died. */
  start(start: ProcessStart, failed: WorkerFailed): GuestWorker;
}
