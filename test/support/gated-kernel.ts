/**
 * A kernel worker with the kernel's own end of the bridge, and for a guest a script that counts what it carries out. After any
 * message, either way, the bridge can be held until the test lets it go.
 */
import type { BridgePort } from '../../kernel-host/http/bridge-server.js';
import { BridgeServers } from '../../kernel-host/http/bridge-servers.js';
import { browserWorkerLives } from '../../kernel-host/platform/browser/worker-lives.js';
import { type FromKernel, MAX_CHUNK } from '../../protocol/bridge.js';
import { type FakeConnection, FakeNetwork } from '../unit/http/support/fake-network.js';

export type ToGatedKernel =
  | { readonly type: 'connect'; readonly port: MessagePort }
  /** Holds everything that comes after so many more messages. */
  | { readonly type: 'hold-after'; readonly messages: number }
  | { readonly type: 'let-go' }
  /** Whether the guest listens, and is said to be starting if it does not. */
  | { readonly type: 'guest'; readonly listening: boolean; readonly booting: boolean }
  /** Asks for a `state`. */
  | { readonly type: 'state' };

export type FromGatedKernel =
  /** The last message before the hold, as `to worker: credit`. */
  | { readonly type: 'held'; readonly after: string }
  | {
      readonly type: 'state';
      /** Exchanges that are open, and connections that the guest has not seen closed. */
      readonly open: number;
      readonly connections: number;
      /** How often the guest has carried out each `METHOD target`. */
      readonly executions: Readonly<Record<string, number>>;
    };

/** Messages left until the hold; infinite: there is none. */
let left = Number.POSITIVE_INFINITY;
let held: (() => void)[] = [];

function pass(name: string, message: () => void): void {
  if (left === 0) {
    held.push(message);
    return;
  }
  left--;
  message();
  if (left === 0) post({ type: 'held', after: name });
}

function letGo(): void {
  left = Number.POSITIVE_INFINITY;
  const messages = held;
  held = [];
  for (const message of messages) message();
}

const post = (message: FromGatedKernel): void => postMessage(message);

function gated(port: MessagePort): BridgePort {
  return {
    postMessage: (message: FromKernel, transfer) =>
      pass(`to worker: ${message.type}`, () => port.postMessage(message, transfer)),
    addEventListener(type: 'message' | 'close', listener: ((event: MessageEvent) => void) & (() => void)) {
      port.addEventListener(type, (event) => {
        if (event instanceof MessageEvent) pass(`to kernel: ${event.data.type}`, () => listener(event));
        else listener();
      });
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

const executions: Record<string, number> = {};
let connections = 0;

const CHUNK = new Uint8Array(MAX_CHUNK).fill(0x61);

async function guest(connection: FakeConnection): Promise<void> {
  connections++;
  await answer(connection);
  await connection.guestSeesClose();
  connections--;
}

async function answer(connection: FakeConnection): Promise<void> {
  const head = await connection.guestReceiveUntil('\r\n\r\n').catch(() => '');
  const [, method = '', target = ''] = /^(\S+) (\S+) /.exec(head) ?? [];
  if (method === '') return;
  const key = `${method} ${target}`;
  executions[key] = (executions[key] ?? 0) + 1;
  let body = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  while (body > 0) {
    const { length } = await connection.guestReceive();
    if (length === 0) return;
    body -= length;
  }
  const special = SPECIAL[new URL(target, 'http://guest').pathname];
  if (special) {
    await special(connection);
    return;
  }
  const size = Number(new URL(target, 'http://guest').searchParams.get('size'));
  const text = `<!doctype html><h1>${method} ${target}</h1>`;
  const fields = `Content-Type: text/html\r\nContent-Length: ${text.length + size}\r\nConnection: close\r\n\r\n`;
  await connection.guestSend(`HTTP/1.1 200 OK\r\n${fields}${text}`);
  for (let sent = 0; sent < size; sent += CHUNK.length) {
    if (!(await connection.guestSend(CHUNK.subarray(0, size - sent)))) return;
  }
  connection.guestEnd();
}

/** Limit on the response's head in the tests of it; the pause in a body is longer. */
const HEAD_TIMEOUT = 400;

/** What guests get wrong. */
const SPECIAL: Readonly<Record<string, (connection: FakeConnection) => unknown>> = {
  '/silent': () => undefined,
  '/close': (connection) => connection.guestEnd(),
  '/garbage': (connection) => connection.guestSend('I am no web server.\r\n\r\n'),
  async '/moved'(connection) {
    await connection.guestSend('HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n');
    connection.guestEnd();
  },
  async '/truncated'(connection) {
    await connection.guestSend('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome of it');
    connection.guestEnd();
  },
  async '/pausing'(connection) {
    await connection.guestSend('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst');
    await new Promise((resolve) => setTimeout(resolve, 2 * HEAD_TIMEOUT));
    await connection.guestSend('later');
    connection.guestEnd();
  },
};

const base = new URL('..', location.href).pathname;
const network = new FakeNetwork(guest, { capacity: 2 * MAX_CHUNK });
let booting = false;
const bridges = new BridgeServers(
  network,
  { booting: () => booting, listenTimeout: HEAD_TIMEOUT },
  browserWorkerLives(base),
);

addEventListener('message', ({ data }: MessageEvent<ToGatedKernel>) => {
  switch (data.type) {
    case 'connect':
      bridges.connect(gated(data.port));
      break;
    case 'hold-after':
      left = data.messages;
      break;
    case 'guest':
      network.listening = data.listening;
      ({ booting } = data);
      break;
    case 'let-go':
      letGo();
      break;
    case 'state':
      post({ type: 'state', open: bridges.open, connections, executions });
      break;
  }
});
