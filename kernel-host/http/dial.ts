/** A connection to a guest that may not listen yet, or has its hands full. */
import { PortsideError } from '../../protocol/errors.js';
import type { HostConnection, HostNetwork } from './connection.js';

export interface DialOptions {
  /** Milliseconds to wait for something to listen on the port. */
  readonly listenTimeout: number;
  /** Milliseconds to wait for room in the accept queue of what listens. */
  readonly acceptTimeout: number;
  /** Gives up without a word: the promise rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Throws PortsideError `guest-not-listening` or `guest-timeout`. */
export async function dial(network: HostNetwork, port: number, options: DialOptions): Promise<HostConnection> {
  for (;;) {
    const connection = network.connect(port);
    if (connection) return connection;
    if (network.isListening(port)) {
      await within(options.acceptTimeout, options.signal, 'guest-timeout', (signal) => network.whenRoom(port, signal));
    } else {
      await within(options.listenTimeout, options.signal, 'guest-not-listening', (signal) =>
        network.whenListening(port, signal),
      );
    }
  }
}

async function within(
  milliseconds: number,
  outer: AbortSignal,
  code: 'guest-timeout' | 'guest-not-listening',
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new PortsideError(code)), milliseconds);
  try {
    await wait(AbortSignal.any([outer, limit.signal]));
  } finally {
    clearTimeout(timer);
  }
}
