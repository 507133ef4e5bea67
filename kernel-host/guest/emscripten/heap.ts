/** Growth of the guest's heap, and files mapped into it (POSIX mmap()): copies, written back when they are shared. */
import { EFAULT, EINVAL, ENOMEM } from '../../abi/errno.js';
import { SYS_fsync } from '../../abi/syscall.js';
import type { Imports } from '../imports.js';
import { guestErrno, guestResult } from './errno.js';
import type { Guest } from './guest.js';

const WASM_PAGE = 65536;
/** Grown by a tenth more than was asked for: the program asks for a little at a time. */
const GENEROSITY = 1.1;
/** What this build was linked with as its maximum: 2 GiB. */
const HEAP_MAX = 0x80000000;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

export function heapImports(guest: Guest): Imports {
  const { memory, calls } = guest;

  return {
    emscripten_get_heap_max: () => HEAP_MAX | 0,
    emscripten_resize_heap: (size: number) => {
      const wanted = size >>> 0;
      if (wanted > HEAP_MAX) return 0;
      for (const target of [Math.min(wanted * GENEROSITY, HEAP_MAX), wanted]) {
        if (memory.grow(Math.ceil(Math.max(0, target - memory.length) / WASM_PAGE))) return 1;
      }
      return 0;
    },
    /** Anonymous maps are the libc's own business; this is for files. */
    _mmap_js: (
      length: number,
      _protection: number,
      _flags: number,
      fd: number,
      offset: bigint,
      allocated: number,
      result: number,
    ) => {
      if (length <= 0) return -guestErrno(EINVAL);
      const at = guest.call('emscripten_builtin_memalign', WASM_PAGE, length);
      if (at === 0) return -guestErrno(ENOMEM);
      memory.u8.fill(0, at, at + length);
      for (let done = 0; done < length; ) {
        const count = calls.pread(fd, memory.u8, at + done, length - done, Number(offset) + done);
        if (count < 0) {
          guest.call('free', at);
          return guestResult(count);
        }
        if (count === 0) break;
        done += count;
      }
      memory.view.setInt32(allocated, 1, true);
      memory.view.setUint32(result, at, true);
      return 0;
    },
    _munmap_js: (address: number, length: number, protection: number, flags: number, fd: number, offset: bigint) => {
      if ((protection & PROT_WRITE) === 0 || (flags & MAP_SHARED) === 0) return 0;
      return writeBack(address, length, fd, Number(offset));
    },
    _msync_js: (address: number, length: number, _protection: number, flags: number, fd: number, offset: bigint) =>
      (flags & MAP_SHARED) === 0 ? 0 : synchronize(address, length, fd, Number(offset)),
  };

  /** The guest's libc keeps msync's own flags to itself: what may be MS_SYNC is taken for that. */
  function synchronize(address: number, length: number, fd: number, offset: number): number {
    const written = writeBack(address, length, fd, offset);
    return written < 0 ? written : guestResult(calls.plain(SYS_fsync, fd));
  }

  function writeBack(address: number, length: number, fd: number, offset: number): number {
    if (address + length > memory.length) return -guestErrno(EFAULT);
    for (let done = 0; done < length; ) {
      const count = calls.pwrite(fd, memory.u8, address + done, length - done, offset + done);
      if (count < 0) return guestResult(count);
      if (count === 0) break;
      done += count;
    }
    return 0;
  }
}
