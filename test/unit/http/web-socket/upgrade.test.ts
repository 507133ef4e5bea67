import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { SocketLives } from '../../../../kernel-host/http/web-socket/socket-lives.js';
import type { Handshake, UpgradeOptions } from '../../../../kernel-host/http/web-socket/upgrade.js';
import { Upgrades } from '../../../../kernel-host/http/web-socket/upgrades.js';
import { MAX_CHUNK, WINDOW_CHUNKS } from '../../../../protocol/bridge.js';
import type { FromTunnel, ToTunnel } from '../../../../protocol/tunnel.js';
import { deferred } from '../../../../sw/transport/deferred.js';
import { type FakeConnection, FakeNetwork } from '../support/fake-network.js';
import { bytesOf, text } from '../support/recorder.js';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** The page's end of a tunnel. */
class PageEnd {
  readonly messages: FromTunnel[] = [];
  readonly port: MessagePort;
  #wake: (() => void) | null = null;

  constructor(port: MessagePort) {
    this.port = port;
    ports.push(port);
    port.on('message', (message: FromTunnel) => {
      this.messages.push(message);
      this.#wake?.();
    });
  }

  post(message: ToTunnel | { readonly type: 'nonsense' }): void {
    this.port.postMessage(message);
  }

  async until(condition: (messages: readonly FromTunnel[]) => boolean): Promise<void> {
    while (!condition(this.messages)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get received(): string {
    return this.messages
      .map((message) => (message.type === 'data' ? text(new Uint8Array(message.chunk)) : ''))
      .join('');
  }
}

const AGREED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: right\r\n';
const LIFE = '01234567-89ab-4def-8123-456789abcdef';

/** Asks for a WebSocket of a guest that is played by `guest`. */
function open(
  guest: (connection: FakeConnection) => Promise<void> | void,
  request: Partial<Handshake> = {},
  options: UpgradeOptions = {},
) {
  const { port1, port2 } = new MessageChannel();
  const page = new PageEnd(port1);
  const network = new FakeNetwork(guest);
  const upgrades = new Upgrades(network, options);
  const answers: (readonly string[])[] = [];
  upgrades.start(
    {
      port: 80,
      target: '/chat?x',
      headers: [
        ['Host', 'here'],
        ['Sec-WebSocket-Key', 'key'],
      ],
      accept: 'right',
      protocols: [],
      headTimeout: 30_000,
      life: LIFE,
      page: port2,
      ...request,
    },
    (setCookies) => answers.push(setCookies),
  );
  return { page, network, upgrades, answers };
}

/** A guest that agrees and gives its connection. */
function agreeing(head = AGREED): {
  guest: (connection: FakeConnection) => Promise<void>;
  agreed: Promise<FakeConnection>;
} {
  const { promise, resolve } = deferred<FakeConnection>();
  return {
    agreed: promise,
    async guest(connection) {
      await connection.guestReceiveUntil('\r\n\r\n');
      await connection.guestSend(`${head}\r\n`);
      resolve(connection);
    },
  };
}

const isType = (type: FromTunnel['type']) => (messages: readonly FromTunnel[]) =>
  messages.some((message) => message.type === type);

describe('a handshake', () => {
  it('is one request that asks for the upgrade, and what follows the answer is passed on', async () => {
    const { promise: head, resolve } = deferred<string>();
    const { page, answers } = open(async (connection) => {
      resolve(await connection.guestReceiveUntil('\r\n\r\n'));
      await connection.guestSend(`${AGREED}Set-Cookie: a=b\r\nset-cookie: c=d\r\n\r\nearly`);
    });
    expect(await head).toBe(
      'GET /chat?x HTTP/1.1\r\nHost: here\r\nSec-WebSocket-Key: key\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    await page.until(() => page.received === 'early');
    expect(page.messages[0]).toEqual({ type: 'open', protocol: '' });
    // What a page may not see goes to the service worker alone.
    expect(answers).toEqual([['a=b', 'c=d']]);
  });

  it.each([
    [{ target: '/a\r\nX: y' }],
    [{ target: '/a b' }],
    [{ headers: [['Host', 'a\r\nCookie: stolen']] }],
    [{ headers: [['Bad\r\nName', 'a']] }],
  ] satisfies [Partial<Handshake>][])('that would write lines of its own is not sent: %j', async (request) => {
    const { page, network, upgrades } = open(() => {}, request);
    await page.until(isType('failed'));
    expect(page.messages).toMatchObject([{ type: 'failed', code: 'bad-request' }]);
    expect(network.connections).toHaveLength(0);
    expect(upgrades.size).toBe(0);
  });

  it.each([
    ['another status', 'HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n'],
    ['no Upgrade', AGREED.replace('Upgrade: WebSocket\r\n', '')],
    ['another protocol', AGREED.replace('WebSocket', 'h2c')],
    ['no Connection', AGREED.replace('keep-alive, Upgrade', 'keep-alive')],
    ['another key', AGREED.replace('right', 'wrong')],
    ['two answers to the key', `${AGREED}Sec-WebSocket-Accept: right\r\n`],
    ['an extension', `${AGREED}Sec-WebSocket-Extensions: permessage-deflate\r\n`],
    ['a subprotocol', `${AGREED}Sec-WebSocket-Protocol: none\r\n`],
  ])('that is answered with %s is refused, and its cookies are kept', async (_, head) => {
    const { guest, agreed } = agreeing(head);
    const { page, answers, upgrades } = open(guest);
    await page.until(isType('failed'));
    expect(page.messages).toMatchObject([{ type: 'failed', code: 'upgrade-refused' }]);
    expect(answers).toEqual([head.includes('Set-Cookie') ? ['a=b'] : []]);
    await (await agreed).guestSeesClose();
    expect(upgrades.size).toBe(0);
  });

  it.each([
    ['two', { type: 'open', protocol: 'two' }],
    ['three', { type: 'failed', code: 'upgrade-refused' }],
    [undefined, { type: 'failed', code: 'upgrade-refused' }],
  ] as const)('that offers two subprotocols and gets %s', async (chosen, expected) => {
    const head = chosen === undefined ? AGREED : `${AGREED}Sec-WebSocket-Protocol: ${chosen}\r\n`;
    const { page } = open(agreeing(head).guest, { protocols: ['one', 'two'] });
    await page.until(({ length }) => length > 0);
    expect(page.messages[0]).toMatchObject(expected);
  });

  it('fails when the guest does not answer in time, closes, or is not there', async () => {
    const silent = open(() => {}, { headTimeout: 20 });
    await silent.page.until(isType('failed'));
    expect(silent.page.messages).toMatchObject([{ code: 'guest-timeout' }]);
    const closing = open((connection) => connection.guestEnd());
    await closing.page.until(isType('failed'));
    expect(closing.page.messages).toMatchObject([{ code: 'guest-closed-early' }]);
    const { port1, port2 } = new MessageChannel();
    const page = new PageEnd(port1);
    const nobody = new FakeNetwork(() => {});
    nobody.listening = false;
    const request: Handshake = {
      port: 80,
      target: '/',
      headers: [],
      accept: '',
      protocols: [],
      headTimeout: 20,
      life: LIFE,
      page: port2,
    };
    new Upgrades(nobody, { listenTimeout: 20 }).start(request, () => {});
    await page.until(isType('failed'));
    expect(page.messages).toMatchObject([{ code: 'guest-not-listening' }]);
  });
});

describe('a tunnel', () => {
  it('carries bytes both ways, and ends when the guest ends', async () => {
    const { guest, agreed } = agreeing();
    const { page, upgrades } = open(guest);
    const connection = await agreed;
    await page.until(isType('open'));
    page.post({ type: 'data', chunk: bytesOf('to the guest').buffer });
    expect(text(await connection.guestReceive())).toBe('to the guest');
    await page.until(isType('credit'));
    await connection.guestSend('to the page');
    connection.guestEnd();
    await page.until(isType('end'));
    expect(page.received).toBe('to the page');
    expect(upgrades.size).toBe(0);
  });

  it('stops the guest where the page gives no credit', async () => {
    const { guest, agreed } = agreeing();
    const { page } = open(guest);
    const connection = await agreed;
    let sent = 0;
    const sending = (async () => {
      while (sent < 4 * 2 ** 20 && (await connection.guestSend(new Uint8Array(2 ** 16)))) sent += 2 ** 16;
    })();
    const chunks = () => page.messages.filter(({ type }) => type === 'data');
    await page.until(() => chunks().length === WINDOW_CHUNKS);
    expect(sent).toBeLessThan(WINDOW_CHUNKS * MAX_CHUNK + 2 ** 17);
    const sizes = () =>
      chunks().reduce((sum, message) => sum + (message.type === 'data' ? message.chunk.byteLength : 0), 0);
    // Credits beyond the window are nobody's to give.
    page.post({ type: 'credit', chunks: 1e9 });
    await page.until(() => chunks().length === 2 * WINDOW_CHUNKS);
    while (sizes() < 4 * 2 ** 20) {
      const before = chunks().length;
      page.post({ type: 'credit', chunks: 1 });
      await page.until(() => chunks().length > before);
    }
    await sending;
  });

  it('gives the page no credit for what the guest does not read, and ends for a page that goes beyond', async () => {
    const { guest, agreed } = agreeing();
    const { page } = open(guest);
    const connection = await agreed;
    await page.until(isType('open'));
    // The socket takes 64 KiB, so none of the first chunk's credit comes back.
    for (let at = 0; at < WINDOW_CHUNKS; at++) page.post({ type: 'data', chunk: new ArrayBuffer(MAX_CHUNK) });
    page.post({ type: 'data', chunk: new ArrayBuffer(1) });
    await connection.guestSeesClose();
    expect(page.messages.filter(({ type }) => type === 'credit')).toEqual([]);
  });

  it('writes what a page has sent before it leaves', async () => {
    const { guest, agreed } = agreeing();
    const { page, upgrades } = open(guest);
    const connection = await agreed;
    await page.until(isType('open'));
    page.post({ type: 'data', chunk: new ArrayBuffer(MAX_CHUNK) });
    page.post({ type: 'close' });
    let got = 0;
    for (let bytes = await connection.guestReceive(); bytes.length > 0; bytes = await connection.guestReceive()) {
      got += bytes.length;
    }
    expect(got).toBe(MAX_CHUNK);
    expect(upgrades.size).toBe(0);
  });

  it.each([
    ['a message that is none', { type: 'nonsense' }],
    ['an empty chunk', { type: 'data', chunk: new ArrayBuffer(0) }],
    ['a chunk that is too large', { type: 'data', chunk: new ArrayBuffer(MAX_CHUNK + 1) }],
    ['a credit that is none', { type: 'credit', chunks: -1 }],
  ] as const)('ends with %s', async (_, message) => {
    const { guest, agreed } = agreeing();
    const { page } = open(guest);
    const connection = await agreed;
    await page.until(isType('open'));
    page.post(message);
    await connection.guestSeesClose();
  });

  it('ends with the life of its page, before the answer too', async () => {
    const over = deferred<void>();
    const watched: string[] = [];
    const socketLives: SocketLives = {
      own: LIFE,
      whenOver(life) {
        watched.push(life);
        return over.promise;
      },
    };
    const { guest, agreed } = agreeing();
    const early = deferred<FakeConnection>();
    const { upgrades } = open(guest, {}, { socketLives });
    const waiting = open((connection) => early.resolve(connection), {}, { socketLives });
    const connections = [await agreed, await early.promise];
    over.resolve();
    for (const connection of connections) await connection.guestSeesClose();
    expect(watched).toEqual([LIFE, LIFE]);
    expect(upgrades.size + waiting.upgrades.size).toBe(0);
  });
});
