/** fd_prestat_* and fd_readdir. */
import { EBADF, ENAMETOOLONG, Errno } from '../../abi/errno.js';
import { SEEK_SET } from '../../abi/fcntl.js';
import { S_IFMT } from '../../abi/stat.js';
import type { Imports } from '../imports.js';
import { fileTypeOf, PREOPENTYPE_DIR } from './abi.js';
import { succeed, type WasiGuest } from './guest.js';

/** u64 next, u64 inode, u32 length of the name, u8 type: behind it the name, without a NUL or padding between entries. */
const DIRENT_SIZE = 24;
/** No type that preview1 has: libcs go on to the next descriptor. */
const PREOPENTYPE_OTHER = 0xff;

export function directoryImports(guest: WasiGuest): Imports {
  const { calls, memory } = guest;
  const dirent = new Uint8Array(DIRENT_SIZE);
  const direntView = new DataView(dirent.buffer);

  return {
    fd_prestat_get: (fd: number, buffer: number) => {
      guest.checkOpen(fd);
      const at = guest.range(buffer, 8);
      const name = guest.preopens.get(fd);
      // What was inherited lies before a preopened directory: EBADF would end the libc's search for one.
      if (!name && ![...guest.preopens.keys()].some((preopen) => preopen > fd)) throw new Errno(EBADF);
      memory.view.setUint32(at, name ? PREOPENTYPE_DIR : PREOPENTYPE_OTHER, true);
      memory.view.setUint32(at + 4, name?.length ?? 0, true);
      return 0;
    },
    fd_prestat_dir_name: (fd: number, buffer: number, room: number) => {
      const name = guest.preopens.get(fd);
      if (!name) throw new Errno(EBADF);
      if (room >>> 0 < name.length) throw new Errno(ENAMETOOLONG);
      guest.bytes(buffer, name.length).set(name);
      return 0;
    },
    /** Fills the buffer to its last byte, if need be with a part of an entry: a buffer that is not full says that all were read. */
    fd_readdir: (fd: number, buffer: number, room: number, cookie: bigint, result: number) => {
      const into = guest.bytes(buffer, room);
      guest.range(result, 4);
      succeed(calls.lseek(fd, Number(BigInt.asUintN(53, cookie)), SEEK_SET));
      let used = 0;
      const append = (bytes: Uint8Array): void => {
        const count = Math.min(bytes.length, into.length - used);
        into.set(bytes.subarray(0, count), used);
        used += count;
      };
      for (;;) {
        const before = used;
        const outcome = calls.entries(
          fd,
          (name, ino, type, next) => {
            direntView.setUint32(0, next, true);
            direntView.setUint32(8, ino, true);
            direntView.setUint32(16, name.length, true);
            // DT_* are the type's bits of a mode, shifted (glibc's IFTODT).
            dirent[20] = fileTypeOf((type << 12) & S_IFMT);
            append(dirent);
            append(name);
            return used < into.length;
          },
          () => {
            used = before;
          },
        );
        succeed(outcome);
        if (used === before || used === into.length) break;
      }
      guest.setUint32(result, used);
      return 0;
    },
  };
}
