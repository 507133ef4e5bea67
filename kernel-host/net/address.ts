/** Socket addresses: struct sockaddr_in (linux/in.h), sockaddr_in6 (linux/in6.h) and sockaddr_un (linux/un.h). */

import { EAFNOSUPPORT, EINVAL, Errno } from '../abi/errno.js';
import { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC } from '../abi/socket.js';
import type { UserMemory } from '../memory/user-memory.js';
import { hostOfV6, putV6 } from './host-address.js';

export type SocketAddress =
  /** Of IPv4 or IPv6 (`host-address.ts`). */
  | { readonly family: 'inet'; readonly host: number; readonly port: number }
  /** An empty path: unnamed. A path that begins with NUL: the abstract name space. */
  | { readonly family: 'unix'; readonly path: Uint8Array };

const SOCKADDR_IN_SIZE = 16;
/** With the scope's number, and as it was before there was one (RFC 2133). */
const SOCKADDR_IN6_SIZE = 28;
const SHORTEST_IN6 = 24;
/** What is shorter is no address of the domain. */
export const shortestAddress = (domain: number): number =>
  domain === AF_INET ? SOCKADDR_IN_SIZE : domain === AF_INET6 ? SHORTEST_IN6 : 2;
/** sizeof(sa_family_t) + sizeof(sun_path) */
const SOCKADDR_UN_SIZE = 110;

/** @param domain of the socket that it is for. @throws Errno EINVAL, EAFNOSUPPORT, EFAULT */
export function readAddress(memory: UserMemory, address: number, length: number, domain: number): SocketAddress {
  if (length < shortestAddress(domain) || length > 128) throw new Errno(EINVAL);
  const { view, at } = memory.struct(address, length);
  const family = view.getUint16(at, true);
  // A socket of the one version does not speak the other's.
  if (family !== domain && domain !== AF_UNIX && family !== AF_UNIX)
    throw new Errno(family === AF_UNSPEC ? EINVAL : EAFNOSUPPORT);
  if (family === AF_INET6) {
    if (length < SHORTEST_IN6) throw new Errno(EINVAL);
    return { family: 'inet', port: view.getUint16(at + 2, false), host: hostOfV6(view, at + 8) };
  }
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

/**
 * Writes as much as the caller has room for, and the whole length to `lengthAt` (POSIX accept(), getsockname()).
 * @param domain of the socket that it is told of.
 */
export function writeAddress(
  memory: UserMemory,
  address: number,
  lengthAt: number,
  value: SocketAddress,
  domain: number,
): void {
  if (address === 0) return;
  const room = memory.getInt32(lengthAt);
  if (room < 0) throw new Errno(EINVAL);
  const bytes = formatAddress(value, domain);
  memory.bytes(address, Math.min(room, bytes.length)).set(bytes.subarray(0, room));
  memory.setInt32(lengthAt, bytes.length);
}

function formatAddress(value: SocketAddress, domain: number): Uint8Array {
  if (value.family === 'unix') {
    const bytes = new Uint8Array(2 + (value.path.length === 0 ? 0 : value.path.length + 1));
    bytes[0] = AF_UNIX;
    bytes.set(value.path, 2);
    return bytes;
  }
  if (domain === AF_INET6) {
    const bytes = new Uint8Array(SOCKADDR_IN6_SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, AF_INET6, true);
    view.setUint16(2, value.port, false);
    putV6(view, 8, value.host);
    return bytes;
  }
  const bytes = new Uint8Array(SOCKADDR_IN_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, value.port, false);
  view.setUint32(4, value.host, false);
  return bytes;
}
