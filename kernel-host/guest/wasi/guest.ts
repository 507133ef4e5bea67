/** What the groups of WASI's functions share: the guest's memory, checked at every access, its system calls and its preopens. */
import { EBADF, EFAULT, Errno } from '../../abi/errno.js';
import { AT_FDCWD, F_DUPFD_CLOEXEC, O_CLOEXEC, O_DIRECTORY } from '../../abi/fcntl.js';
import { type Attributes, emptyAttributes } from '../../abi/stat.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import { Abort } from '../imports.js';
import { GuestMemory } from '../memory.js';

/** Below it are the standard streams: wasi-libc looks for preopened directories from here on. */
const FIRST_PREOPEN = 3;
const ROOT = new Uint8Array([0x2f]);

export class WasiGuest {
  readonly calls: SystemCalls;
  readonly memory = new GuestMemory();
  /** Names of the preopened directories by descriptor. */
  readonly preopens = new Map<number, Uint8Array>();
  /** Filled by the last call of `attributesOf`, or a stat. */
  readonly attributes: Attributes = emptyAttributes();

  constructor(calls: SystemCalls) {
    this.calls = calls;
  }

  attach(exports: WebAssembly.Exports): void {
    const { memory } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new Abort('the program exports no memory');
    this.memory.attach(memory);
  }

  /**
   * The one preopened directory is the root, so that absolute paths mean what they say. WASI knows no working directory: wasi-libc
   * starts in `/` wherever its process does, and takes a directory named `.` beside `/` for the same as `/`. Programs that care
   * read PWD (Go does).
   */
  openRoot(): void {
    const { calls } = this;
    let fd = calls.openat(AT_FDCWD, ROOT, ROOT.length, O_DIRECTORY | O_CLOEXEC, 0);
    if (fd >= 0 && fd < FIRST_PREOPEN) {
      const low = fd;
      fd = calls.fcntl(low, F_DUPFD_CLOEXEC, FIRST_PREOPEN);
      calls.close(low);
    }
    if (fd < 0) throw new Abort(`the root directory cannot be opened: errno ${-fd}`);
    this.preopens.set(fd, ROOT);
  }

  /** The attributes of what a descriptor refers to. @throws Errno EBADF and what fstat gives */
  attributesOf(fd: number): Attributes {
    // A call that crosses to the kernel leaves alone what it does not know.
    Object.assign(this.attributes, emptyAttributes());
    succeed(this.calls.fstat(fd, this.attributes));
    return this.attributes;
  }

  /** @throws Errno EBADF */
  checkOpen(fd: number): void {
    if (this.calls.process.description(fd) < 0) throw new Errno(EBADF);
  }

  /** Pointers arrive signed: the offset in memory of `length` bytes that are all the guest's. @throws Errno EFAULT */
  range(pointer: number, length: number): number {
    const at = pointer >>> 0;
    if (at + (length >>> 0) > this.memory.length) throw new Errno(EFAULT);
    return at;
  }

  /** Valid until the guest runs again. @throws Errno EFAULT */
  bytes(pointer: number, length: number): Uint8Array {
    const at = this.range(pointer, length);
    return this.memory.u8.subarray(at, at + (length >>> 0));
  }

  /** @throws Errno EFAULT */
  getUint32(pointer: number): number {
    return this.memory.view.getUint32(this.range(pointer, 4), true);
  }

  /** @throws Errno EFAULT */
  setUint32(pointer: number, value: number): void {
    this.memory.view.setUint32(this.range(pointer, 4), value, true);
  }

  /** @throws Errno EFAULT */
  setUint64(pointer: number, value: bigint): void {
    this.memory.view.setBigUint64(this.range(pointer, 8), value, true);
  }
}

/** A count as it is. @throws Errno for -errno */
export function succeed(result: number): number {
  if (result < 0) throw new Errno(-result);
  return result;
}
