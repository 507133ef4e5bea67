/** Host names, protocols and users: what a machine without a network knows by itself. */

import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../abi/fcntl.js';
import type { SystemCalls } from '../../vdso/system-calls.js';
import type { Imports } from '../imports.js';
import type { Guest } from './guest.js';

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const AI_PASSIVE = 1;
/** netdb.h */
const EAI_NONAME = -2;
const EAI_FAMILY = -6;
const EAI_SERVICE = -8;
const EAI_OVERFLOW = -12;
const NI_NUMERICHOST = 1;
const LOOPBACK = 0x7f000001;

/** /etc/protocols */
const PROTOCOLS: readonly (readonly [name: string, number: number])[] = [
  ['ip', 0],
  ['icmp', 1],
  ['tcp', IPPROTO_TCP],
  ['udp', IPPROTO_UDP],
  ['ipv6', 41],
];

/** Dotted decimal in host byte order; null for anything else. */
function numeric(name: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((address, part) => address * 256 + part, 0);
}

const HOSTS = new TextEncoder().encode('/etc/hosts');
/** Longer than a machine without a network has reason for; what is behind it is not looked at. */
const HOSTS_SIZE = 65536;

/** hosts(5): an address, then names, `#` begins a comment. */
function lookUpHosts(calls: SystemCalls, wanted: string): number | null {
  const fd = calls.openat(AT_FDCWD, HOSTS, HOSTS.length, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return null;
  const bytes = new Uint8Array(HOSTS_SIZE);
  const count = calls.read(fd, bytes, 0, bytes.length);
  calls.close(fd);
  for (const line of new TextDecoder().decode(bytes.subarray(0, Math.max(count, 0))).split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').split(/\s+/);
    if (names.includes(wanted)) return numeric(address);
  }
  return null;
}

const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');

export function nameImports(guest: Guest): Imports {
  const { memory, calls } = guest;

  const resolve = (name: string): number | null => {
    if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
    return numeric(name) ?? lookUpHosts(calls, name.toLowerCase());
  };

  const text = (value: string): number => {
    const bytes = new TextEncoder().encode(value).length + 1;
    const at = guest.allocate(bytes);
    memory.putText(at, value, bytes);
    return at;
  };

  /** struct protoent: name, aliases, number. */
  const protocol = (entry: readonly [string, number] | undefined): number => {
    if (!entry) return 0;
    const aliases = guest.allocate(4);
    const at = guest.allocate(12);
    const name = text(entry[0]);
    memory.view.setUint32(aliases, 0, true);
    memory.view.setUint32(at, name, true);
    memory.view.setUint32(at + 4, aliases, true);
    memory.view.setInt32(at + 8, entry[1], true);
    return at;
  };

  return {
    /** One struct addrinfo (32 bytes) with its struct sockaddr_in (16 bytes). */
    getaddrinfo: (node: number, service: number, hints: number, result: number) => {
      const hint = (at: number): number => (hints === 0 ? 0 : memory.view.getInt32(hints + at, true));
      const family = hint(4);
      if (family !== 0 && family !== AF_INET) return EAI_FAMILY;
      if (node === 0 && service === 0) return EAI_NONAME;
      const passive = (hint(0) & AI_PASSIVE) !== 0;
      const address = node === 0 ? (passive ? 0 : LOOPBACK) : resolve(memory.text(node));
      if (address === null) return EAI_NONAME;
      const port = service === 0 ? 0 : Number(memory.text(service));
      if (!Number.isInteger(port) || port < 0 || port > 65535) return EAI_SERVICE;
      const protocolNumber = hint(12);
      const type = hint(8) || (protocolNumber === IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM);
      const socketAddress = guest.allocate(16);
      const info = guest.allocate(32);
      const { u8, view } = memory;
      u8.fill(0, socketAddress, socketAddress + 16);
      view.setUint16(socketAddress, AF_INET, true);
      view.setUint16(socketAddress + 2, port, false);
      view.setUint32(socketAddress + 4, address, false);
      const fields = [
        0,
        AF_INET,
        type,
        protocolNumber || (type === SOCK_DGRAM ? IPPROTO_UDP : IPPROTO_TCP),
        16,
        socketAddress,
        0,
        0,
      ];
      for (const [i, field] of fields.entries()) view.setInt32(info + i * 4, field, true);
      view.setUint32(result, info, true);
      return 0;
    },
    getnameinfo: (
      address: number,
      _length: number,
      host: number,
      hostRoom: number,
      service: number,
      serviceRoom: number,
      flags: number,
    ) => {
      const { view } = memory;
      if (view.getUint16(address, true) !== AF_INET) return EAI_FAMILY;
      const number = view.getUint32(address + 4, false);
      const name = number === LOOPBACK && (flags & NI_NUMERICHOST) === 0 ? 'localhost' : dotted(number);
      const port = String(view.getUint16(address + 2, false));
      if (host !== 0 && hostRoom <= name.length) return EAI_OVERFLOW;
      if (service !== 0 && serviceRoom <= port.length) return EAI_OVERFLOW;
      if (host !== 0) memory.putText(host, name, hostRoom);
      if (service !== 0) memory.putText(service, port, serviceRoom);
      return 0;
    },
    /** gethostbyname: the address in network byte order; this libc has no way to say that there is none, 0.0.0.0 says it. */
    _emscripten_lookup_name: (name: number) => {
      const address = resolve(memory.text(name)) ?? 0;
      return ((address & 0xff) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24);
    },
    getprotobyname: (name: number) => {
      const wanted = memory.text(name);
      return protocol(PROTOCOLS.find(([known]) => known === wanted));
    },
    getprotobynumber: (number: number) => protocol(PROTOCOLS.find(([, known]) => known === number)),
  };
}
