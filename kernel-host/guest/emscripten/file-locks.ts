/**
 * flock(2) for PHP's web builds: their libc pretends that it succeeds, and the linker inlined that, so no import is called. With
 * several server processes, sessions would then lose what two requests write at a time. So the two places where PHP locks files
 * are made to: the option by which a stream is locked, and the opening of a session's file.
 */
import { F_SETFD, FD_CLOEXEC, LOCK_EX, O_CREAT, O_RDWR } from '../../abi/fcntl.js';
import * as number from '../../abi/syscall.js';
import { Abort } from '../imports.js';
import type { Guest } from './guest.js';

/** main/php_streams.h: the operations of plain files, eight pointers in front of `set_option`. */
const STDIO_OPERATIONS = 'php_stream_stdio_ops';
const SET_OPTION = 32;
const PHP_STREAM_OPTION_LOCKING = 6;
/** The option's pointer: 0 to lock; anything else asks whether locks are supported. */
const LOCK = 0;
/** struct _php_stream: `ops`, then `abstract`, which for plain files begins with `FILE *file` (if any) and `int fd`. */
const ABSTRACT = 4;
const DESCRIPTOR = 4;

type SetOption = (stream: number, option: number, value: number, pointer: number) => number;

/** Makes `flock()`, `file_put_contents(…, LOCK_EX)` and their like lock. Does nothing to a program without PHP's streams. */
export function lockStreams(guest: Guest, exports: WebAssembly.Exports): void {
  const { [STDIO_OPERATIONS]: operations } = exports;
  // The builds for Node have an import for it.
  if (!(operations instanceof WebAssembly.Global)) return;
  const { calls, memory } = guest;
  const slot = memory.view.getUint32(Number(operations.value) + SET_OPTION, true);
  const table = guest.table();
  const original: SetOption | null = table.get(slot);
  if (!original) throw new Abort(`${STDIO_OPERATIONS} has no set_option`);
  table.set(
    slot,
    tableFunction((stream, option, value, pointer) => {
      if (option === PHP_STREAM_OPTION_LOCKING && pointer === LOCK) {
        const file = memory.view.getUint32(stream + ABSTRACT, true);
        const fd = memory.view.getInt32(file + DESCRIPTOR, true);
        const locked = fd < 0 ? 0 : guest.libcResult(calls.plain(number.SYS_flock, fd, value));
        if (locked < 0) return locked;
      }
      return original(stream, option, value, pointer);
    }),
  );
}

/**
 * A function table takes none of JavaScript's functions, but one that a module has imported and exports again:
 * `(module (import "" "f" (func (param i32 i32 i32 i32) (result i32))) (export "f" (func 0)))`.
 */
function tableFunction(target: SetOption): unknown {
  const [I32, FUNCTION] = [0x7f, 0x60];
  const bytes = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 9, 1, FUNCTION, 4, I32, I32, I32, I32, 1, I32],
    ...[2, 6, 1, 0, 1, 0x66, 0, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
  );
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { '': { f: target } }).exports.f;
}

/** ext/session/mod_files.c: FILE_PREFIX. */
const SESSION_PREFIX = new TextEncoder().encode('sess_');

/**
 * Locks sessions' files. ext/session/mod_files.c, ps_files_open(): behind open() it calls flock(), which is not there any more, and
 * then fcntl(F_SETFD), which is, before it reads.
 */
export class SessionLocks {
  readonly #guest: Guest;
  #opened = -1;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** @param fd what openat gave */
  opened(fd: number, path: Uint8Array, flags: number): void {
    if ((flags & (O_CREAT | O_RDWR)) === (O_CREAT | O_RDWR) && isSession(path)) this.#opened = fd;
  }

  /** Waits for the lock where the call is the one that follows it. 0 or -errno. */
  beforeFcntl(fd: number, command: number, argument: number): number {
    if (fd !== this.#opened || command !== F_SETFD || argument !== FD_CLOEXEC) return 0;
    this.#opened = -1;
    return this.#guest.calls.plain(number.SYS_flock, fd, LOCK_EX);
  }
}

function isSession(path: Uint8Array): boolean {
  const name = path.lastIndexOf(0x2f) + 1;
  return SESSION_PREFIX.every((byte, index) => path[name + index] === byte);
}
