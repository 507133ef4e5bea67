/**
 * What a program does without the kernel while its process has one thread (PROCESS.ALONE_W says so): files in kernel memory, and the
 * rings of pipes and connections, are read and written from its own worker. What the worker cannot do, or not by itself, is CROSS.
 */
import {
  AT_SYMLINK_NOFOLLOW,
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_LARGEFILE,
  O_NOFOLLOW,
  O_NONBLOCK,
  PATH_MAX,
} from '../../abi/fcntl.js';
import { emptyAttributes, STAT_SIZE, writeStat } from '../../abi/stat.js';
import * as number from '../../abi/syscall.js';
import { CROSS } from '../../fs/path-walk.js';
import type { SystemCalls } from '../../vdso/system-calls.js';

/** Others mean something that only the kernel does. */
const OPEN_FLAGS = O_ACCMODE | O_APPEND | O_CLOEXEC | O_CREAT | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE;
/** sizeof(struct iovec) */
const IOVEC_SIZE = 8;
/** Vectors and bytes of a call that is worth putting together here: what stdio makes of a line. */
const MOST_VECTORS = 16;
const GATHERED = 65536;

export class LocalCalls {
  readonly #memory: WebAssembly.Memory;
  readonly #calls: SystemCalls;
  readonly #attributes = emptyAttributes();
  #gathered: Uint8Array | null = null;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(memory: WebAssembly.Memory, calls: SystemCalls) {
    this.#memory = memory;
    this.#calls = calls;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** The call's result, -errno, or CROSS: nothing has happened, and the kernel is to be asked. */
  answer(call: number, a: number, b: number, c: number, d: number, e: number): number {
    switch (call) {
      case number.SYS_read:
      case number.SYS_write:
      case number.SYS_readv:
      case number.SYS_writev:
      case number.SYS_pread64:
      case number.SYS_llseek:
      case number.SYS_openat:
      case number.SYS_close:
      case number.SYS_fstat64:
      case number.SYS_fstatat64:
        break;
      default:
        return CROSS;
    }
    const { channel, process } = this.#calls;
    channel.enter();
    let result = CROSS;
    if (process.alone) {
      result = this.#answer(call, a, b, c, d, e);
      if (result !== CROSS) process.countCall();
    }
    channel.leave();
    return result;
  }

  #answer(call: number, a: number, b: number, c: number, d: number, e: number): number {
    switch (call) {
      case number.SYS_read:
        return this.#read(a, b, c);
      case number.SYS_write:
        return this.#reaches(b, c) ? this.#write(a, this.#bytes, b >>> 0, c) : CROSS;
      case number.SYS_readv:
        return this.#readVectors(a, b, c);
      case number.SYS_writev:
        return this.#writeVectors(a, b, c);
      case number.SYS_pread64:
        if (!this.#reaches(b, c)) return CROSS;
        return this.#calls.files.pread(a, this.#bytes, b >>> 0, c, e * 2 ** 32 + (d >>> 0));
      case number.SYS_llseek: {
        if (!this.#reaches(d, 8)) return CROSS;
        const offset = this.#calls.files.lseek(a, b * 2 ** 32 + (c >>> 0), e);
        if (offset < 0) return offset;
        this.#view.setUint32(d >>> 0, offset >>> 0, true);
        this.#view.setUint32((d >>> 0) + 4, Math.floor(offset / 2 ** 32), true);
        return 0;
      }
      case number.SYS_openat: {
        if ((c & ~OPEN_FLAGS) !== 0) return CROSS;
        const path = this.#path(b);
        return path ? this.#calls.files.openat(a, path, path.length, c) : CROSS;
      }
      case number.SYS_close:
        return this.#calls.files.close(a);
      case number.SYS_fstat64:
        if (!this.#reaches(b, STAT_SIZE)) return CROSS;
        return this.#told(this.#calls.files.fstat(a, this.#attributes), b);
      case number.SYS_fstatat64: {
        const path = this.#path(b);
        if (!path || !this.#reaches(c, STAT_SIZE) || (d & ~AT_SYMLINK_NOFOLLOW) !== 0) return CROSS;
        return this.#told(this.#calls.files.stat(a, path, path.length, d === 0, this.#attributes), c);
      }
    }
    return CROSS;
  }

  #read(fd: number, pointer: number, length: number): number {
    if (!this.#reaches(pointer, length)) return CROSS;
    const { files, streams } = this.#calls;
    const count = files.read(fd, this.#bytes, pointer >>> 0, length);
    return count === CROSS ? streams.receive(fd, this.#bytes, pointer >>> 0, length, false) : count;
  }

  #write(fd: number, from: Uint8Array, at: number, length: number): number {
    const { files, streams } = this.#calls;
    const count = files.write(fd, length);
    return count === CROSS ? streams.send(fd, from, at, length) : count;
  }

  /** What has been read when the next vector would have to wait, or fails, is the result. */
  #readVectors(fd: number, vectors: number, count: number): number {
    if (count <= 0 || count > MOST_VECTORS || !this.#reaches(vectors, count * IOVEC_SIZE)) return CROSS;
    let done = 0;
    for (let i = 0; i < count; i++) {
      const at = (vectors >>> 0) + i * IOVEC_SIZE;
      const length = this.#view.getInt32(at + 4, true);
      if (length === 0) continue;
      const result = this.#read(fd, this.#view.getInt32(at, true), length);
      if (result < 0) return done > 0 ? done : result;
      done += result;
      if (result < length) return done;
    }
    return done > 0 ? done : CROSS;
  }

  /** In one piece, as no other writer may come between (POSIX writev(), PIPE_BUF). */
  #writeVectors(fd: number, vectors: number, count: number): number {
    if (count <= 0 || count > MOST_VECTORS || !this.#reaches(vectors, count * IOVEC_SIZE)) return CROSS;
    this.#gathered ??= new Uint8Array(GATHERED);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = (vectors >>> 0) + i * IOVEC_SIZE;
      const [from, length] = [this.#view.getUint32(at, true), this.#view.getInt32(at + 4, true)];
      if (length === 0) continue;
      if (!this.#reaches(from, length) || total + length > GATHERED) return CROSS;
      this.#gathered.set(this.#bytes.subarray(from, from + length), total);
      total += length;
    }
    return total > 0 ? this.#write(fd, this.#gathered, 0, total) : CROSS;
  }

  #told(result: number, at: number): number {
    if (result === 0) writeStat(this.#view, at >>> 0, this.#attributes);
    return result;
  }

  /** Bytes of a path that is not empty; null where the kernel has something to say of it. */
  #path(pointer: number): Uint8Array | null {
    if (!this.#reaches(pointer, 1)) return null;
    const from = pointer >>> 0;
    const end = this.#bytes.indexOf(0, from);
    return end <= from || end - from >= PATH_MAX ? null : this.#bytes.subarray(from, end);
  }

  /** Whether so many bytes lie there; there may be more memory than there was. */
  #reaches(pointer: number, length: number): boolean {
    const from = pointer >>> 0;
    if (from === 0 || length <= 0) return false;
    if (from + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(this.#memory.buffer);
      this.#view = new DataView(this.#memory.buffer);
    }
    return from + length <= this.#bytes.length;
  }
}
