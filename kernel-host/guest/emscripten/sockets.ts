/** Emscripten's imports for pipes, sockets, polls and sleeps. */
import { EFAULT, EMSGSIZE } from '../../abi/errno.js';
import { MSG_PEEK } from '../../abi/socket.js';
import * as number from '../../abi/syscall.js';
import type { PollEntry } from '../../vdso/system-calls.js';
import type { Imports } from '../imports.js';
import { guestErrno, guestResult } from './errno.js';
import type { Guest } from './guest.js';

/** sizeof(struct sockaddr_storage) */
const ADDRESS_SIZE = 128;
const LENGTH_AT = 256;
const POLLFD_SIZE = 8;

export function socketImports(guest: Guest): Imports {
  const { memory, calls } = guest;
  const { channel } = calls;

  /** A call that reads a socket address from the guest. */
  const withAddress = (call: number, fd: number, address: number, length: number): number => {
    if (address + length > memory.length) return -guestErrno(EFAULT);
    channel.data.set(memory.u8.subarray(address, address + Math.min(length, ADDRESS_SIZE)));
    return guestResult(calls.plain(call, fd, channel.dataAddress, length));
  };
  /** A call that gives a socket address back. */
  const givingAddress = (call: number, fd: number, address: number, lengthAt: number, flags: number): number => {
    const wanted = address !== 0 && lengthAt !== 0;
    const room = wanted ? Math.min(memory.view.getUint32(lengthAt, true), ADDRESS_SIZE) : 0;
    channel.dataView.setUint32(LENGTH_AT, room, true);
    const result = calls.plain(
      call,
      fd,
      wanted ? channel.dataAddress : 0,
      wanted ? channel.dataAddress + LENGTH_AT : 0,
      flags,
    );
    if (result >= 0 && wanted) {
      const length = channel.dataView.getUint32(LENGTH_AT, true);
      memory.u8.set(channel.data.subarray(0, Math.min(room, length)), address);
      memory.view.setUint32(lengthAt, length, true);
    }
    return guestResult(result);
  };

  const setsockopt = (fd: number, level: number, name: number, value: number, length: number): number => {
    channel.data.set(memory.u8.subarray(value, value + Math.min(length, 16)));
    return calls.plain(number.SYS_setsockopt, fd, level, name, channel.dataAddress, length);
  };

  return {
    __syscall_socket: (domain: number, type: number, protocol: number) =>
      guestResult(calls.plain(number.SYS_socket, domain, type, protocol)),
    __syscall_socketpair: (domain: number, type: number, protocol: number, result: number) => {
      const done = calls.plain(number.SYS_socketpair, domain, type, protocol, channel.dataAddress);
      if (done === 0) memory.u8.set(channel.data.subarray(0, 8), result);
      return guestResult(done);
    },
    __syscall_bind: (fd: number, address: number, length: number) => withAddress(number.SYS_bind, fd, address, length),
    __syscall_connect: (fd: number, address: number, length: number) =>
      withAddress(number.SYS_connect, fd, address, length),
    __syscall_listen: (fd: number, backlog: number) => guestResult(calls.plain(number.SYS_listen, fd, backlog)),
    __syscall_accept4: (fd: number, address: number, lengthAt: number, flags: number) => {
      return givingAddress(number.SYS_accept4, fd, address, lengthAt, flags);
    },
    __syscall_getsockname: (fd: number, address: number, lengthAt: number) =>
      givingAddress(number.SYS_getsockname, fd, address, lengthAt, 0),
    __syscall_getpeername: (fd: number, address: number, lengthAt: number) =>
      givingAddress(number.SYS_getpeername, fd, address, lengthAt, 0),
    __syscall_recvfrom: (
      fd: number,
      buffer: number,
      length: number,
      flags: number,
      address: number,
      lengthAt: number,
    ) => {
      if (buffer + length > memory.length) return -guestErrno(EFAULT);
      if (address !== 0 && lengthAt !== 0) {
        const { data, dataView, dataAddress } = channel;
        const room = Math.min(memory.view.getUint32(lengthAt, true), ADDRESS_SIZE);
        const bytes = LENGTH_AT + 8;
        dataView.setUint32(LENGTH_AT, room, true);
        const most = Math.min(length, data.length - bytes);
        const lengthAddress = dataAddress + LENGTH_AT;
        const got = calls.plain(number.SYS_recvfrom, fd, dataAddress + bytes, most, flags, dataAddress, lengthAddress);
        if (got < 0) return guestResult(got);
        const named = dataView.getUint32(LENGTH_AT, true);
        memory.u8.set(data.subarray(bytes, bytes + Math.min(got, most)), buffer);
        memory.u8.set(data.subarray(0, Math.min(room, named)), address);
        memory.view.setUint32(lengthAt, named, true);
        return got;
      }
      return guestResult(
        calls.receive(fd, memory.u8, buffer, length, flags, (flags & MSG_PEEK) !== 0 && (flags & ~MSG_PEEK) === 0),
      );
    },
    __syscall_sendto: (
      fd: number,
      buffer: number,
      length: number,
      flags: number,
      address: number,
      addressLength: number,
    ) => {
      if (buffer + length > memory.length || address + addressLength > memory.length) return -guestErrno(EFAULT);
      if (address !== 0) {
        const { data, dataAddress } = channel;
        // A message goes whole or not at all.
        if (length > data.length - ADDRESS_SIZE) return -guestErrno(EMSGSIZE);
        data.set(memory.u8.subarray(address, address + Math.min(addressLength, ADDRESS_SIZE)));
        data.set(memory.u8.subarray(buffer, buffer + length), ADDRESS_SIZE);
        const bytes = dataAddress + ADDRESS_SIZE;
        return guestResult(calls.plain(number.SYS_sendto, fd, bytes, length, flags, dataAddress, addressLength));
      }
      return guestResult(calls.send(fd, memory.u8, buffer, length, flags));
    },
    /** struct msghdr: name, namelen, iov, iovlen, control, controllen, flags. A stream takes the buffers one after another. */
    __syscall_sendmsg: (fd: number, message: number, flags: number) => {
      const vectors = memory.view.getUint32(message + 8, true);
      const count = memory.view.getUint32(message + 12, true);
      let total = 0;
      for (let i = 0; i < count; i++) {
        const buffer = memory.view.getUint32(vectors + i * 8, true);
        const length = memory.view.getUint32(vectors + i * 8 + 4, true);
        const sent = calls.send(fd, memory.u8, buffer, length, flags);
        if (sent < 0) return total > 0 ? total : guestResult(sent);
        total += sent;
        if (sent < length) break;
      }
      return total;
    },
    __syscall_getsockopt: (fd: number, level: number, name: number, value: number, lengthAt: number) => {
      channel.dataView.setUint32(LENGTH_AT, memory.view.getUint32(lengthAt, true), true);
      const done = calls.plain(
        number.SYS_getsockopt,
        fd,
        level,
        name,
        channel.dataAddress,
        channel.dataAddress + LENGTH_AT,
      );
      if (done === 0) {
        const length = channel.dataView.getUint32(LENGTH_AT, true);
        memory.u8.set(channel.data.subarray(0, length), value);
        memory.view.setUint32(lengthAt, length, true);
      }
      return guestResult(done);
    },
    __syscall_setsockopt: (fd: number, level: number, name: number, value: number, length: number) =>
      guestResult(setsockopt(fd, level, name, value, length)),
    wasm_setsockopt: (fd: number, level: number, name: number, value: number, length: number) =>
      guest.libcResult(setsockopt(fd, level, name, value, length)),
    wasm_shutdown: (fd: number, how: number) => guest.libcResult(calls.shutdown(fd, how)),
    wasm_close: (fd: number) => guest.libcResult(calls.close(fd)),
    __syscall_pipe: (result: number) => {
      const done = calls.plain(number.SYS_pipe2, channel.dataAddress, 0);
      if (done === 0) memory.u8.set(channel.data.subarray(0, 8), result);
      return guestResult(done);
    },
    __syscall_poll: (fds: number, count: number, timeout: number) => {
      const entries: PollEntry[] = [];
      for (let i = 0; i < count; i++) {
        const at = fds + i * POLLFD_SIZE;
        entries.push({ fd: memory.view.getInt32(at, true), events: memory.view.getInt16(at + 4, true), revents: 0 });
      }
      const ready = calls.poll(entries, timeout);
      if (ready >= 0)
        for (const [i, entry] of entries.entries())
          memory.view.setInt16(fds + i * POLLFD_SIZE + 6, entry.revents, true);
      return guestResult(ready);
    },
    /** PHP's wait for one descriptor: the events that hold. */
    __asyncjs__wasm_poll_socket: (fd: number, events: number, timeout: number) => {
      const entry: PollEntry = { fd, events, revents: 0 };
      const ready = calls.poll([entry], timeout);
      return ready < 0 ? guestResult(ready) : entry.revents;
    },
    emscripten_sleep: (milliseconds: number) => {
      calls.sleep(milliseconds);
      return undefined;
    },
  };
}
