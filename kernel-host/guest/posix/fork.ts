/**
 * `kernel.fork`, for programs that went through Binaryen's asyncify when they were linked (`src/passes/Asyncify.cpp` says how its
 * exports work): the frames of the thread are unwound into memory, the kernel copies that, and parent and child
 * rewind them, each with its own result.
 */
import { ENOMEM, ENOSYS } from '../../abi/errno.js';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../../abi/memory.js';
import * as number from '../../abi/syscall.js';
import type { Entry } from '../../platform/guest-workers.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort } from '../imports.js';

const NORMAL = 0;
const UNWINDING = 1;
const REWINDING = 2;

/** Room for what is unwound: some hundred bytes for a shell (measured), and for recursion as deep as the stack of 1 MiB may be. */
const SAVED_SIZE = 1024 * 1024;
/** struct asyncify_data: where the next frame goes, and the end. */
const HEADER = 16;

interface Asyncify {
  state(): number;
  startUnwind(saved: number): void;
  stopUnwind(): void;
  startRewind(saved: number): void;
  stopRewind(): void;
}

export class Fork {
  readonly #memory: WebAssembly.Memory;
  readonly #calls: SystemCalls;
  readonly #isThread: boolean;
  #asyncify: Asyncify | null = null;
  #stackPointer: WebAssembly.Global | null = null;
  #threadStorage: WebAssembly.Global | null = null;
  #saved = 0;
  #result = 0;

  constructor(memory: WebAssembly.Memory, calls: SystemCalls, isThread: boolean) {
    this.#memory = memory;
    this.#calls = calls;
    this.#isThread = isThread;
  }

  attach({ exports }: WebAssembly.Instance, stackPointer: WebAssembly.Global): void {
    this.#stackPointer = stackPointer;
    const { __tls_base: threadStorage } = exports;
    if (threadStorage instanceof WebAssembly.Global) this.#threadStorage = threadStorage;
    this.#asyncify = asyncifyOf(exports);
  }

  /** The import: called once by the program, and once more by each of the two that rewind. */
  readonly call = (): number => {
    const asyncify = this.#asyncify;
    if (!asyncify) return -ENOSYS;
    if (asyncify.state() === REWINDING) {
      asyncify.stopRewind();
      this.#calls.plain(number.SYS_munmap, this.#saved, SAVED_SIZE);
      return this.#result;
    }
    const access = PROT_READ | PROT_WRITE;
    const saved = this.#calls.plain(number.SYS_mmap2, 0, SAVED_SIZE, access, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (saved < 0) return -ENOMEM;
    this.#saved = saved;
    const view = new DataView(this.#memory.buffer);
    view.setUint32(saved, saved + HEADER, true);
    view.setUint32(saved + 4, saved + SAVED_SIZE, true);
    asyncify.startUnwind(saved);
    return 0;
  };

  /** Calls the program, and again each time it has forked. */
  run(begin: () => void): void {
    begin();
    const asyncify = this.#asyncify;
    while (asyncify?.state() === UNWINDING) {
      asyncify.stopUnwind();
      this.#result = this.#calls.plain(
        number.SYS_portside_fork,
        this.#saved,
        this.#stackPointer?.value ?? 0,
        this.#threadStorage?.value ?? 0,
        this.#isThread ? 1 : 0,
      );
      asyncify.startRewind(this.#saved);
      begin();
    }
  }

  /** Goes on as the child. */
  resume(entry: Extract<Entry, { kind: 'fork' }>, begin: () => void): void {
    const asyncify = this.#asyncify;
    if (!asyncify || asyncify.state() !== NORMAL) throw new Abort('the program cannot be rewound');
    if (this.#stackPointer) this.#stackPointer.value = entry.stack;
    if (this.#threadStorage) this.#threadStorage.value = entry.threadStorage;
    this.#saved = entry.saved;
    this.#result = 0;
    asyncify.startRewind(entry.saved);
    this.run(begin);
  }
}

function asyncifyOf(exports: WebAssembly.Exports): Asyncify | null {
  const {
    asyncify_get_state: state,
    asyncify_start_unwind: startUnwind,
    asyncify_stop_unwind: stopUnwind,
    asyncify_start_rewind: startRewind,
    asyncify_stop_rewind: stopRewind,
  } = exports;
  if (
    typeof state !== 'function' ||
    typeof startUnwind !== 'function' ||
    typeof stopUnwind !== 'function' ||
    typeof startRewind !== 'function' ||
    typeof stopRewind !== 'function'
  )
    return null;
  return {
    state: () => Number(state()),
    startUnwind: (saved) => void startUnwind(saved),
    stopUnwind: () => void stopUnwind(),
    startRewind: (saved) => void startRewind(saved),
    stopRewind: () => void stopRewind(),
  };
}
