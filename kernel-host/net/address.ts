/** Socket addresses: struct sockaddr_in (linux/in.h) and sockaddr_un (linux/un.h). */

import { EAFNOSUPPORT, EINVAL, Errno } from '../abi/errno.js';
import { AF_INET, AF_UNIX, AF_UNSPEC } from '../abi/socket.js';
import type { UserMemory } from '../memory/user-memory.js';

export type SocketAddress =
  | { readonly family: 'inet' /** Host byte order. */; readonly host: number; readonly port: number }
  /** An empty path: unnamed. A path that begins with NUL: the abstract name space. */
  | { readonly family: 'unix'; readonly path: Uint8Array };

export const INADDR_ANY = 0;
export const INADDR_LOOPBACK = 0x7f000001;
/** Whether what is bound to one and what is bound to the other would get the same. */
export const hostsOverlap = (a: number, b: number): boolean => a === b || a === INADDR_ANY || b === INADDR_ANY;
/** The whole of 127/8 is this host's (RFC 1122 section 3.2.1.3). */
export const isLoopback = (host: number): boolean => host >>> 24 === 127;
export const SOCKADDR_IN_SIZE = 16;
/** sizeof(sa_family_t) + sizeof(sun_path) */
const SOCKADDR_UN_SIZE = 110;

/** @throws Errno EINVAL, EAFNOSUPPORT, EFAULT */
export function readAddress(memory: UserMemory, address: number, length: number): SocketAddress {
  if (length < 2 || length > 128) throw new Errno(EINVAL);
  const { view, at } = memory.struct(address, length);
  const family = view.getUint16(at, true);
  if (family === AF_INET) {
    if (length < SOCKADDR_IN_SIZE) throw new Errno(EINVAL);
    return { family: 'inet', port: view.getUint16(at + 2, false), host: view.getUint32(at + 4, false) };
  }
  if (family === AF_UNIX) {
    if (length > SOCKADDR_UN_SIZE) throw new Errno(EINVAL);
    const bytes = memory.bytes(address + 2, length - 2).slice();
    const end = bytes.indexOf(0);
    return { family: 'unix', path: end > 0 ? bytes.subarray(0, end) : bytes };
  }
  throw new Errno(family === AF_UNSPEC ? EINVAL : EAFNOSUPPORT);
}

/** Writes as much as the caller has room for, and the whole length to `lengthAt` (POSIX accept(), getsockname()). */
export function writeAddress(memory: UserMemory, address: number, lengthAt: number, value: SocketAddress): void {
  if (address === 0) return;
  const room = memory.getInt32(lengthAt);
  if (room < 0) throw new Errno(EINVAL);
  const bytes = formatAddress(value);
  memory.bytes(address, Math.min(room, bytes.length)).set(bytes.subarray(0, room));
  memory.setInt32(lengthAt, bytes.length);
}

function formatAddress(value: SocketAddress): Uint8Array {
  if (value.family === 'unix') {
    const bytes = new Uint8Array(2 + (value.path.length === 0 ? 0 : value.path.length + 1));
    bytes[0] = AF_UNIX;
    bytes.set(value.path, 2);
    return bytes;
  }
  const bytes = new Uint8Array(SOCKADDR_IN_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, value.port, false);
  view.setUint32(4, value.host, false);
  return bytes;
}
