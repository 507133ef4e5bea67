/**
 * Puts WebSockets into guests behind the page's own class. What a page finds is the browser's `WebSocket` itself, with its
 * prototype and constants, so that `instanceof`, subclasses and scripts that wrap it work: only sockets whose URL is a guest's
 * have no connection of the browser's behind them, and are told apart by a table.
 */
import { GuestSocket } from './guest-socket.js';

export interface WebSocketOptions {
  /** Path that names the machine. */
  readonly scope: string;
}

/** RFC 9110 section 5.6.2: what RFC 6455 section 4.1 says a subprotocol's name is. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** By these, and by the page's own, a guest knows the machine that it runs on: any port is one of the kernel's. */
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0']);

/** To be called once in a realm, before any script that might make a WebSocket. */
export function installWebSocket({ scope }: WebSocketOptions): void {
  const Native = globalThis.WebSocket;
  const ours = new WeakMap<object, Ours>();
  const alive = new Set<GuestSocket>();
  const { hostname } = new URL(self.origin);
  const isGuests = (url: URL) => url.hostname === hostname || LOOPBACK_HOSTS.has(url.hostname);

  const Wrapped = new Proxy(Native, {
    construct(target, args: unknown[], newTarget) {
      const url = readUrl(args[0]);
      if (args.length === 0 || !url || !isGuests(url)) return Reflect.construct(target, args, newTarget);
      const protocols = readProtocols(args[1]);
      const socket: EventTarget = Reflect.construct(EventTarget, [], newTarget);
      const guest = new GuestSocket(socket, { base: scope, url: url.href, protocols }, () => alive.delete(guest));
      ours.set(socket, { guest, handlers: new Map() });
      alive.add(guest);
      return socket;
    },
  });
  takeOver(Native.prototype, ours);
  Object.defineProperty(Native.prototype, 'constructor', { value: Wrapped, writable: true, configurable: true });
  Object.defineProperty(globalThis, 'WebSocket', { value: Wrapped, writable: true, configurable: true });
  addEventListener('pagehide', () => {
    for (const guest of alive) guest.leave();
  });
}

/** WebSockets Standard, "get a URL record", without what it throws: the browser's own class throws that, in its own words. */
function readUrl(given: unknown): URL | null {
  const url = URL.parse(String(given), document.baseURI);
  if (!url) return null;
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  // An empty fragment is one as well, and not to be seen in `hash`.
  return /^wss?:$/.test(url.protocol) && !url.href.includes('#') ? url : null;
}

function readProtocols(given: unknown): string[] {
  const protocols = given === undefined ? [] : isIterable(given) ? Array.from(given, String) : [String(given)];
  for (const [at, protocol] of protocols.entries()) {
    const problem = !TOKEN.test(protocol)
      ? 'is invalid'
      : protocols.indexOf(protocol) < at
        ? 'is duplicated'
        : undefined;
    if (problem) {
      throw new DOMException(
        `Failed to construct 'WebSocket': The subprotocol '${protocol}' ${problem}.`,
        'SyntaxError',
      );
    }
  }
  return protocols;
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;

/** A socket of ours and its event handlers, by the type of event. */
interface Ours {
  readonly guest: GuestSocket;
  readonly handlers: Map<string, Handler>;
}

type Write = (own: Ours, value: unknown, socket: EventTarget) => void;
type Handler = (this: unknown, event: Event) => unknown;
type Listener = (this: unknown, event: Event) => void;

/** Has each property of the prototype ask the table first. */
function takeOver(prototype: WebSocket, ours: WeakMap<object, Ours>): void {
  const property = (name: string, of: (native: PropertyDescriptor) => PropertyDescriptor) => {
    const native = Object.getOwnPropertyDescriptor(prototype, name);
    if (native) Object.defineProperty(prototype, name, { ...native, ...of(native) });
  };
  const attribute = (name: string, read: (own: Ours) => unknown, write: Write = () => {}) =>
    property(name, (native) => ({
      get(this: EventTarget) {
        const own = ours.get(this);
        return own ? read(own) : native.get?.call(this);
      },
      // One that the browser's class only reads has none here.
      ...(native.set && {
        set(this: EventTarget, value: unknown) {
          const own = ours.get(this);
          if (own) write(own, value, this);
          else native.set?.call(this, value);
        },
      }),
    }));
  const method = (name: string, call: (guest: GuestSocket, args: readonly unknown[]) => void) =>
    property(name, ({ value }) => ({
      value(this: EventTarget, ...args: unknown[]) {
        const own = ours.get(this);
        return own ? call(own.guest, args) : Reflect.apply(value, this, args);
      },
    }));

  for (const name of ['url', 'readyState', 'bufferedAmount', 'protocol', 'extensions'] as const) {
    attribute(name, ({ guest }) => guest[name]);
  }
  attribute(
    'binaryType',
    ({ guest }) => guest.binaryType,
    ({ guest }, value) => {
      // Web IDL: what is no value of an enumeration is passed over.
      if (value === 'blob' || value === 'arraybuffer') guest.binaryType = value;
    },
  );
  for (const type of ['open', 'message', 'error', 'close']) {
    // HTML, "event handlers": its place among the listeners is that of the first value after null.
    const listener: Listener = function (event) {
      const own = typeof this === 'object' && this !== null ? ours.get(this) : undefined;
      own?.handlers.get(type)?.call(this, event);
    };
    attribute(
      `on${type}`,
      ({ handlers }) => handlers.get(type) ?? null,
      ({ handlers }, value, socket) => {
        if (isHandler(value)) {
          handlers.set(type, value);
          socket.addEventListener(type, listener);
        } else {
          handlers.delete(type);
          socket.removeEventListener(type, listener);
        }
      },
    );
  }
  method('send', (guest, args) => {
    if (args.length === 0) throw new TypeError("Failed to execute 'send' on 'WebSocket': 1 argument required.");
    guest.send(args[0]);
  });
  method('close', (guest, [code, reason]) => guest.close(code, reason));
}

const isHandler = (value: unknown): value is Handler => typeof value === 'function';
