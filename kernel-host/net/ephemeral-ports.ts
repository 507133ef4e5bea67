/** Port numbers for those who did not ask for one (RFC 6335 section 6), handed out in turn. */
import { EADDRINUSE } from '../abi/errno.js';

/** net.ipv4.ip_local_port_range of Linux. */
const FIRST = 32768;
const LAST = 60999;

export class EphemeralPorts {
  #next = FIRST;

  /** The next one, whoever may have it. */
  next(): number {
    const port = this.#next;
    this.#next = port === LAST ? FIRST : port + 1;
    return port;
  }

  /** The next one that nobody has, or -EADDRINUSE. */
  free(taken: { has(port: number): boolean }): number {
    for (let tries = FIRST; tries <= LAST; tries++) {
      const port = this.next();
      if (!taken.has(port)) return port;
    }
    return -EADDRINUSE;
  }
}
