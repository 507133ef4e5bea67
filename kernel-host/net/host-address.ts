/**
 * Hosts of the internet domain, as numbers: those of IPv4 are their addresses in host byte order, those of IPv6 that mean something in a
 * machine without a network beyond itself stand above. An IPv4 address within IPv6 (::ffff:127.0.0.1) is the IPv4 address (RFC 4291 section 2.5.5.2).
 */
export const INADDR_ANY = 0;
export const INADDR_LOOPBACK = 0x7f000001;
const V6 = 2 ** 32;
/** `::`, of a socket that hears IPv4 as well (ipv6(7)). */
export const IN6ADDR_ANY = V6;
export const IN6ADDR_LOOPBACK = V6 + 1;
/** `::`, of a socket with IPV6_V6ONLY. */
export const IN6ADDR_ANY_ONLY = V6 + 2;
/** One that leads out of the machine. */
const IN6ADDR_ELSEWHERE = V6 + 3;

const isV6 = (host: number): boolean => host >= V6;
export const isAny = (host: number): boolean =>
  host === INADDR_ANY || host === IN6ADDR_ANY || host === IN6ADDR_ANY_ONLY;

/** The whole of 127/8 is this host's (RFC 1122 section 3.2.1.3). */
export const isLoopback = (host: number): boolean => (isV6(host) ? host === IN6ADDR_LOOPBACK : host >>> 24 === 127);

/** Whether who is bound to one gets what is sent to the other. */
export function covers(bound: number, host: number): boolean {
  if (bound === host || bound === IN6ADDR_ANY) return true;
  if (bound === INADDR_ANY) return !isV6(host);
  return bound === IN6ADDR_ANY_ONLY && isV6(host);
}

/** Whether what is bound to one and what is bound to the other would get the same. */
export const hostsOverlap = (a: number, b: number): boolean => covers(a, b) || covers(b, a);

/** Where "any" leads whoever sends there. */
export function reached(host: number): number {
  if (!isAny(host)) return host;
  return isV6(host) ? IN6ADDR_LOOPBACK : INADDR_LOOPBACK;
}

/** Hosts at which one may be bound who gets what is sent to this one, the narrowest first. */
export const boundFor = (host: number): readonly number[] =>
  isV6(host) ? [host, IN6ADDR_ANY_ONLY, IN6ADDR_ANY] : [host, INADDR_ANY, IN6ADDR_ANY];

const MAPPED_PREFIX = 0xffff;

/** Of the 16 bytes of an address. */
export function hostOfV6(view: DataView, at: number): number {
  const words = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset, false));
  const [first, second, third, last = 0] = words;
  if (first === 0 && second === 0) {
    if (third === MAPPED_PREFIX) return last;
    if (third === 0 && last === 0) return IN6ADDR_ANY;
    if (third === 0 && last === 1) return IN6ADDR_LOOPBACK;
  }
  return IN6ADDR_ELSEWHERE;
}

export function putV6(view: DataView, at: number, host: number): void {
  for (const offset of [0, 4, 8, 12]) view.setUint32(at + offset, 0, false);
  if (host === IN6ADDR_LOOPBACK) view.setUint32(at + 12, 1, false);
  if (isV6(host)) return;
  view.setUint32(at + 8, MAPPED_PREFIX, false);
  view.setUint32(at + 12, host, false);
}
