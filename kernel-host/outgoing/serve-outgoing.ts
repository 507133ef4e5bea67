/** Puts the way out into a machine. */
import type { Kernel } from '../kernel.js';
import { type ProxyOptions, serveProxy } from './proxy.js';

/** As Squid has it, and most who write of proxies. */
export const OUTGOING_PORT = 3128;

/** What programs that look for a proxy find in their environment. */
export const outgoingEnvironment = (port = OUTGOING_PORT): Readonly<Record<string, string>> => ({
  http_proxy: `http://127.0.0.1:${port}`,
});

/**
 * Guests that connect to 127.0.0.1 at this port are answered by the host's `fetch` from now on, until the function that this returns is called.
 * @throws RangeError when the port is taken, or there is no room.
 */
export function serveOutgoing(kernel: Kernel, options: ProxyOptions, port = OUTGOING_PORT): () => void {
  const end = kernel.network.serve(port, (connection) => void serveProxy(connection, options));
  if (typeof end === 'number') throw new RangeError(`no proxy at port ${port}: error ${-end}`);
  return end;
}
