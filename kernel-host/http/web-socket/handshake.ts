/** Reads a guest's answer to a WebSocket's handshake: RFC 6455 section 4.1, and the WebSockets Standard where it is stricter. */
import type { HeaderList } from '../../../protocol/bridge.js';
import type { ResponseHead } from '../response-head.js';

export interface Expected {
  /** Value of Sec-WebSocket-Accept that proves that the guest has read the request's key. */
  readonly accept: string;
  /** Subprotocols that were offered. */
  readonly protocols: readonly string[];
}

/** The subprotocol that was agreed on, empty for none; or what is wrong, in words for the `detail` of an error. */
export type Answer = { readonly protocol: string } | { readonly error: string };

export function readAnswer({ status, headers }: ResponseHead, expected: Expected): Answer {
  if (status !== 101) return { error: `It answered with the status ${status}.` };
  if (!tokensOf(headers, 'upgrade').includes('websocket')) return { error: 'Its answer lacks "Upgrade: websocket".' };
  if (!tokensOf(headers, 'connection').includes('upgrade')) return { error: 'Its answer lacks "Connection: Upgrade".' };
  const accepts = valuesOf(headers, 'sec-websocket-accept');
  if (accepts.length !== 1 || accepts[0] !== expected.accept) {
    return { error: 'Its Sec-WebSocket-Accept does not belong to the request.' };
  }
  const extensions = valuesOf(headers, 'sec-websocket-extensions').filter((value) => value !== '');
  if (extensions.length > 0) return { error: `It chose the extension ${quoted(extensions)}, which was not offered.` };
  return readProtocol(valuesOf(headers, 'sec-websocket-protocol'), expected.protocols);
}

/** WebSockets Standard, "establish a WebSocket connection": who offers subprotocols goes on with none of them in no case. */
function readProtocol(chosen: readonly string[], offered: readonly string[]): Answer {
  const [protocol] = chosen;
  if (protocol === undefined) {
    return offered.length === 0 ? { protocol: '' } : { error: 'It chose none of the subprotocols that were offered.' };
  }
  if (chosen.length > 1) return { error: 'It chose more than one subprotocol.' };
  return offered.includes(protocol)
    ? { protocol }
    : { error: `It chose the subprotocol ${quoted(chosen)}, which was not offered.` };
}

export function valuesOf(headers: HeaderList, name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

function tokensOf(headers: HeaderList, name: string): string[] {
  return valuesOf(headers, name).flatMap((value) => value.split(',').map((token) => token.trim().toLowerCase()));
}

const quoted = (values: readonly string[]): string => JSON.stringify(values.join(', ').slice(0, 60));
