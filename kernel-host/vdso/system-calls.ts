/**
 * The system calls as an adapter makes them for a guest whose memory the kernel does not see: answered in the guest's own
 * thread where that can be, else carried to the kernel through the channel's data area. Buffers are given as a view of the guest's
 * memory and an offset in it; results are counts or -errno.
 */
import { EINVAL, ENAMETOOLONG } from '../abi/errno.js';
import { AT_SYMLINK_NOFOLLOW, F_GETFL, O_ACCMODE, PATH_MAX } from '../abi/fcntl.js';
import { type Attributes, readStat } from '../abi/stat.js';
import * as number from '../abi/syscall.js';
import type { GuestChannel } from '../channel/guest-channel.js';
import { CROSS } from '../fs/path-walk.js';
import { LocalFiles, type VisitEntry } from './files.js';
import type { ProcessView } from './process-view.js';
import { LocalStreams } from './streams.js';

/** Where a second path, or a struct, goes in the data area: behind the longest first path. */
const SECOND = 2 * PATH_MAX;
const POLLFD_SIZE = 8;

export interface PollEntry {
  fd: number;
  events: number;
  revents: number;
}

export class SystemCalls {
  readonly channel: GuestChannel;
  readonly process: ProcessView;
  readonly files: LocalFiles;
  readonly streams: LocalStreams;

  constructor(channel: GuestChannel, process: ProcessView) {
    this.channel = channel;
    this.process = process;
    this.files = new LocalFiles(process);
    this.streams = new LocalStreams(process);
  }

  openat(fd: number, path: Uint8Array, length: number, flags: number, mode: number): number {
    this.#enter();
    const local = this.files.openat(fd, path, length, flags);
    this.channel.leave();
    return local === CROSS ? this.#onPath(number.SYS_openat, fd, path, length, flags, mode) : local;
  }

  close(fd: number): number {
    this.#enter();
    const local = this.files.close(fd);
    this.channel.leave();
    return local === CROSS ? this.channel.call(number.SYS_close, fd) : local;
  }

  read(fd: number, into: Uint8Array, at: number, length: number): number {
    this.#enter();
    let local = this.files.read(fd, into, at, length);
    if (local === CROSS) local = this.streams.receive(fd, into, at, length, false);
    this.channel.leave();
    return local === CROSS ? this.#readThrough(number.SYS_read, fd, into, at, length, 0, 0) : local;
  }

  pread(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
    this.#enter();
    const local = this.files.pread(fd, into, at, length, position);
    this.channel.leave();
    if (local !== CROSS) return local;
    return this.#readThrough(number.SYS_pread64, fd, into, at, length, position | 0, Math.floor(position / 2 ** 32));
  }

  write(fd: number, from: Uint8Array, at: number, length: number): number {
    this.#enter();
    let local = this.files.write(fd, length);
    if (local === CROSS) local = this.streams.send(fd, from, at, length);
    this.channel.leave();
    return local === CROSS ? this.#writeThrough(number.SYS_write, fd, from, at, length, null) : local;
  }

  pwrite(fd: number, from: Uint8Array, at: number, length: number, position: number): number {
    this.#enter();
    this.channel.leave();
    return this.#writeThrough(number.SYS_pwrite64, fd, from, at, length, position);
  }

  lseek(fd: number, distance: number, whence: number): number {
    this.#enter();
    const local = this.files.lseek(fd, distance, whence);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const result = channel.call(
      number.SYS_llseek,
      fd,
      Math.floor(distance / 2 ** 32),
      distance | 0,
      channel.dataAddress,
      whence,
    );
    if (result < 0) return result;
    return channel.dataView.getInt32(4, true) * 2 ** 32 + channel.dataView.getUint32(0, true);
  }

  stat(fd: number, path: Uint8Array, length: number, follow: boolean, out: Attributes): number {
    this.#enter();
    const local = this.files.stat(fd, path, length, follow, out);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const result = this.#onPath(
      number.SYS_fstatat64,
      fd,
      path,
      length,
      channel.dataAddress + SECOND,
      follow ? 0 : AT_SYMLINK_NOFOLLOW,
    );
    if (result === 0) readStat(channel.dataView, SECOND, out);
    return result;
  }

  fstat(fd: number, out: Attributes): number {
    this.#enter();
    const local = this.files.fstat(fd, out);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const result = channel.call(number.SYS_fstat64, fd, channel.dataAddress);
    if (result === 0) readStat(channel.dataView, 0, out);
    return result;
  }

  access(fd: number, path: Uint8Array, length: number, mode: number): number {
    this.#enter();
    const local = this.files.access(fd, path, length, mode);
    this.channel.leave();
    return local === CROSS ? this.#onPath(number.SYS_faccessat, fd, path, length, mode, 0) : local;
  }

  readlink(fd: number, path: Uint8Array, length: number, into: Uint8Array, at: number, room: number): number {
    this.#enter();
    const local = this.files.readlink(fd, path, length, into, at, room);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const count = this.#onPath(
      number.SYS_readlinkat,
      fd,
      path,
      length,
      channel.dataAddress + SECOND,
      Math.min(room, PATH_MAX),
    );
    if (count > 0) into.set(channel.data.subarray(SECOND, SECOND + count), at);
    return count;
  }

  /**
   * Directory entries from the description's position on. `restart` is called before each attempt: what was visited
   * before it counts no more.
   */
  entries(fd: number, visit: VisitEntry, restart: () => void): number {
    restart();
    this.#enter();
    let local: number;
    try {
      local = this.files.entries(fd, visit);
    } finally {
      // `visit` writes to the guest's memory, by a pointer of the guest's.
      this.channel.leave();
    }
    return local === CROSS ? this.#entriesThrough(fd, visit, restart) : local;
  }

  getcwd(into: Uint8Array, at: number, room: number): number {
    this.#enter();
    const local = this.files.getcwd(into, at, room);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const count = channel.call(number.SYS_getcwd, channel.dataAddress, Math.min(room >>> 0, channel.data.length));
    if (count > 0) into.set(channel.data.subarray(0, count), at);
    return count;
  }

  fcntl(fd: number, command: number, argument: number): number {
    this.#enter();
    const local = this.files.fcntl(fd, command, argument);
    this.channel.leave();
    return local === CROSS ? this.channel.call(number.SYS_fcntl64, fd, command, argument) : local;
  }

  dup(fd: number): number {
    this.#enter();
    const duplicate = this.files.duplicate(fd, 0, false);
    this.channel.leave();
    return duplicate;
  }

  receive(fd: number, into: Uint8Array, at: number, length: number, flags: number, peek: boolean): number {
    this.#enter();
    const local = flags === 0 || peek ? this.streams.receive(fd, into, at, length, peek) : CROSS;
    this.channel.leave();
    return local === CROSS ? this.#readThrough(number.SYS_recvfrom, fd, into, at, length, flags, 0) : local;
  }

  send(fd: number, from: Uint8Array, at: number, length: number, flags: number): number {
    this.#enter();
    const local = this.streams.send(fd, from, at, length);
    this.channel.leave();
    if (local !== CROSS) return local;
    const { channel } = this;
    const count = Math.min(length, channel.data.length);
    channel.data.set(from.subarray(at, at + count));
    return channel.call(number.SYS_sendto, fd, channel.dataAddress, count, flags);
  }

  shutdown(fd: number, how: number): number {
    this.#enter();
    const local = this.streams.shutdown(fd, how);
    this.channel.leave();
    return local === CROSS ? this.channel.call(number.SYS_shutdown, fd, how) : local;
  }

  /** Fills `revents`; the count of entries that have any. A timeout in milliseconds, below 0 for ever. */
  poll(entries: readonly PollEntry[], timeout: number): number {
    this.#enter();
    const { channel } = this;
    let ready = 0;
    let known = true;
    for (const entry of entries) {
      entry.revents = 0;
      if (entry.fd < 0) continue;
      const revents = this.streams.poll(entry.fd, entry.events);
      if (revents === CROSS) known = false;
      else if (revents !== 0) {
        entry.revents = revents;
        ready++;
      }
    }
    if (known && ready > 1) ready = this.#leaveToOthers(entries, ready);
    channel.leave();
    if (known && (ready > 0 || timeout === 0)) return ready;
    if (entries.length * POLLFD_SIZE > channel.data.length - 16) return -EINVAL;
    const fds = 16;
    for (const [index, entry] of entries.entries()) {
      channel.dataView.setInt32(fds + index * POLLFD_SIZE, entry.fd, true);
      channel.dataView.setInt32(fds + index * POLLFD_SIZE + 4, entry.events & 0xffff, true);
    }
    if (timeout >= 0) this.putTimespec(0, timeout);
    const result = channel.call(
      number.SYS_ppoll_time64,
      channel.dataAddress + fds,
      entries.length,
      timeout >= 0 ? channel.dataAddress : 0,
    );
    if (result >= 0)
      for (const [index, entry] of entries.entries())
        entry.revents = channel.dataView.getInt16(fds + index * POLLFD_SIZE + 6, true);
    return result;
  }

  /**
   * Who has requests to serve takes no further connection of a port that others listen on too: it would wait behind those, while
   * one of the others, which the kernel has just woken for it, finds nothing. If nobody takes it, the next poll tells of it.
   */
  #leaveToOthers(entries: readonly PollEntry[], ready: number): number {
    for (const entry of entries) {
      if (ready === 1) break;
      if (entry.revents === 0 || !this.streams.sharesListener(entry.fd)) continue;
      entry.revents = 0;
      ready--;
    }
    return ready;
  }

  /** Milliseconds. */
  sleep(duration: number): number {
    this.#enter();
    this.channel.leave();
    this.putTimespec(0, duration);
    return this.channel.call(number.SYS_clock_nanosleep_time64, 1, 0, this.channel.dataAddress, 0);
  }

  /** A call on one path: `fd`, the path, then two numbers. */
  onPath(call: number, fd: number, path: Uint8Array, length: number, a = 0, b = 0, c = 0): number {
    this.#enter();
    this.channel.leave();
    return this.#onPath(call, fd, path, length, a, b, c);
  }

  /** A call on two paths, each with its directory: renameat2, linkat. */
  onTwoPaths(
    call: number,
    fromFd: number,
    from: Uint8Array,
    fromLength: number,
    toFd: number,
    to: Uint8Array,
    toLength: number,
    flags: number,
  ): number {
    this.#enter();
    this.channel.leave();
    const first = this.#putPath(from, fromLength, 0);
    const second = this.#putPath(to, toLength, SECOND);
    if (first < 0 || second < 0) return -ENAMETOOLONG;
    return this.channel.call(call, fromFd, first, toFd, second, flags);
  }

  symlink(target: Uint8Array, targetLength: number, fd: number, path: Uint8Array, length: number): number {
    this.#enter();
    this.channel.leave();
    const first = this.#putPath(target, targetLength, 0);
    const second = this.#putPath(path, length, SECOND);
    if (first < 0 || second < 0) return -ENAMETOOLONG;
    return this.channel.call(number.SYS_symlinkat, first, fd, second);
  }

  /** A call of numbers only, answered by the kernel. */
  plain(call: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
    this.#enter();
    this.channel.leave();
    return this.channel.call(call, a, b, c, d, e, f);
  }

  /** struct timespec (i64 seconds, i32 nanoseconds) at an offset of the data area. */
  putTimespec(at: number, milliseconds: number): void {
    const seconds = Math.floor(milliseconds / 1000);
    const { dataView } = this.channel;
    dataView.setUint32(at, seconds >>> 0, true);
    dataView.setInt32(at + 4, Math.floor(seconds / 2 ** 32), true);
    dataView.setInt32(at + 8, Math.floor((milliseconds - seconds * 1000) * 1e6), true);
    dataView.setInt32(at + 12, 0, true);
  }

  isWritable(fd: number): boolean {
    const flags = this.fcntl(fd, F_GETFL, 0);
    return flags >= 0 && (flags & O_ACCMODE) !== 0;
  }

  /** Begins a system call: what the process's records are needed for comes next, and then `leave`. */
  #enter(): void {
    this.channel.enter();
    this.process.countCall();
  }

  #onPath(call: number, fd: number, path: Uint8Array, length: number, a = 0, b = 0, c = 0): number {
    const address = this.#putPath(path, length, 0);
    return address < 0 ? address : this.channel.call(call, fd, address, a, b, c);
  }

  /** The path's address with its NUL, or -ENAMETOOLONG. */
  #putPath(path: Uint8Array, length: number, at: number): number {
    if (length >= PATH_MAX) return -ENAMETOOLONG;
    const { channel } = this;
    channel.data.set(path.subarray(0, length), at);
    channel.data[at + length] = 0;
    return channel.dataAddress + at;
  }

  #readThrough(call: number, fd: number, into: Uint8Array, at: number, length: number, a: number, b: number): number {
    const { channel } = this;
    const count = channel.call(call, fd, channel.dataAddress, Math.min(length, channel.data.length), a, b);
    if (count > 0) into.set(channel.data.subarray(0, count), at);
    return count;
  }

  /** As many trips as the data area needs; what was written before an error counts. */
  #writeThrough(
    call: number,
    fd: number,
    from: Uint8Array,
    at: number,
    length: number,
    position: number | null,
  ): number {
    const { channel } = this;
    let done = 0;
    do {
      const count = Math.min(length - done, channel.data.length);
      channel.data.set(from.subarray(at + done, at + done + count));
      const where = position === null ? 0 : position + done;
      const result = channel.call(call, fd, channel.dataAddress, count, where | 0, Math.floor(where / 2 ** 32));
      if (result < 0) return done > 0 ? done : result;
      done += result;
      if (result < count) break;
    } while (done < length);
    return done;
  }

  #entriesThrough(fd: number, visit: VisitEntry, restart: () => void): number {
    const { channel } = this;
    restart();
    const from = this.lseek(fd, 0, 1);
    if (from < 0) return from;
    const count = channel.call(number.SYS_getdents64, fd, channel.dataAddress, channel.data.length);
    if (count <= 0) return count;
    let position = from;
    for (let at = 0; at < count; ) {
      const length = channel.dataView.getUint16(at + 16, true);
      const end = channel.data.indexOf(0, at + 19);
      const ino = channel.dataView.getUint32(at, true);
      const next = channel.dataView.getUint32(at + 8, true);
      if (!visit(channel.data.subarray(at + 19, end), ino, channel.data[at + 18] ?? 0, next)) break;
      position = next;
      at += length;
    }
    // What found no room is read again.
    const back = this.lseek(fd, position, 0);
    return Math.min(back, 0);
  }
}
