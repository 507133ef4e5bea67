/** sock_*: connections on sockets that the guest was given. */
import { EINVAL, Errno } from '../../abi/errno.js';
import { MSG_PEEK, MSG_WAITALL, SHUT_RD, SHUT_RDWR, SHUT_WR, SOCK_NONBLOCK } from '../../abi/socket.js';
import * as number from '../../abi/syscall.js';
import type { Imports } from '../imports.js';
import { readsAtOnce, type Transfer, transferVectors } from '../vectors.js';
import { FDFLAGS_NONBLOCK, RIFLAGS_PEEK, RIFLAGS_WAITALL, SDFLAGS_RD, SDFLAGS_WR } from './abi.js';
import { succeed, type WasiGuest } from './guest.js';

export function socketImports(guest: WasiGuest): Imports {
  const { calls, memory } = guest;

  const vectors = (at: number, count: number, goesOn: () => boolean, transfer: Transfer): number => {
    const list = guest.range(at, (count >>> 0) * 8);
    return succeed(
      transferVectors(memory.view, list, count >>> 0, goesOn, (buffer, length, done) =>
        transfer(guest.range(buffer, length), length, done),
      ),
    );
  };

  return {
    sock_accept: (fd: number, flags: number, result: number) => {
      if ((flags & ~FDFLAGS_NONBLOCK) !== 0) throw new Errno(EINVAL);
      guest.range(result, 4);
      const nonBlocking = (flags & FDFLAGS_NONBLOCK) !== 0 ? SOCK_NONBLOCK : 0;
      guest.setUint32(result, succeed(calls.plain(number.SYS_accept4, fd, 0, 0, nonBlocking)));
      return 0;
    },
    sock_recv: (fd: number, at: number, count: number, flags: number, result: number, resultFlags: number) => {
      if ((flags & ~(RIFLAGS_PEEK | RIFLAGS_WAITALL)) !== 0) throw new Errno(EINVAL);
      guest.range(result, 4);
      const resultAt = guest.range(resultFlags, 2);
      const peek = (flags & RIFLAGS_PEEK) !== 0;
      const whole = (flags & RIFLAGS_WAITALL) !== 0;
      const linux = (peek ? MSG_PEEK : 0) | (whole ? MSG_WAITALL : 0);
      // A second look at the same bytes is of no use: only the first buffer is filled.
      const goesOn = (): boolean => !peek && (whole || readsAtOnce(calls, fd));
      const total = vectors(at, count, goesOn, (buffer, length) =>
        calls.receive(fd, memory.u8, buffer, length, linux, peek && !whole),
      );
      guest.setUint32(result, total);
      // RECV_DATA_TRUNCATED is for messages: a stream has none.
      memory.view.setUint16(resultAt, 0, true);
      return 0;
    },
    sock_send: (fd: number, at: number, count: number, flags: number, result: number) => {
      if (flags !== 0) throw new Errno(EINVAL);
      guest.range(result, 4);
      const total = vectors(
        at,
        count,
        () => true,
        (buffer, length) => calls.send(fd, memory.u8, buffer, length, 0),
      );
      guest.setUint32(result, total);
      return 0;
    },
    sock_shutdown: (fd: number, how: number) => {
      const directions: Readonly<Record<number, number>> = {
        [SDFLAGS_RD]: SHUT_RD,
        [SDFLAGS_WR]: SHUT_WR,
        [SDFLAGS_RD | SDFLAGS_WR]: SHUT_RDWR,
      };
      const direction = directions[how];
      if (direction === undefined) throw new Errno(EINVAL);
      return succeed(calls.shutdown(fd, direction));
    },
  };
}
